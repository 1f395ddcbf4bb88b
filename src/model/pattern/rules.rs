//! Association rules: from frequent itemsets to "who has these also has that".

use rayon::prelude::*;

use super::constraints::{Appearance, Constraints};
use super::frequent::Frequent;
use super::itemsets::Itemsets;
use super::measures::RuleCounts;
use super::narrow::narrow;
use super::set_index::SetIndex;
use crate::significance::false_discovery_rates;
use crate::{Error, Result};

/// A rule with one item on the right.
///
/// Its three sets are numbers of itemsets, so that counts of the same sets in other baskets (a
/// fold, a piece) are counts of the rule there: [`Rule::counts_in`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// The set of both sides.
    pub itemset: usize,
    /// The set on the left.
    pub antecedent: usize,
    /// The set of the one item on the right.
    pub consequent: usize,
    /// In how many baskets they are.
    pub counts: RuleCounts,
    /// Fisher's exact test, one-sided.
    pub fisher_p: f64,
    /// False-discovery rate of `fisher_p` among all rules of the itemsets, whatever their
    /// confidence: leaving out weak rules first would make the others look surer than they are.
    pub false_discovery_rate: f64,
    /// Whether a rule with fewer items on the left and the same right side is at least as
    /// confident.
    pub is_redundant: bool,
}

impl Rule {
    /// The counts of the rule in other baskets, from the counts there of all itemsets.
    #[must_use]
    pub fn counts_in(&self, counts: &[u32], baskets: usize) -> RuleCounts {
        RuleCounts {
            both: counts[self.itemset],
            antecedent: counts[self.antecedent],
            consequent: counts[self.consequent],
            baskets: narrow(baskets),
        }
    }
}

/// The rules with at least `min_confidence`: who has the left side also has the right.
///
/// Every frequent itemset of two or more items gives a rule for each of its items on the right,
/// as far as the appearances in `constraints` let them stand there.
///
/// # Shapes
/// - `frequent`: all frequent itemsets, mined under the same `constraints`
/// - returns rules in the order of the itemsets, then of the item on the right
///
/// # Errors
/// - `NotIdentified`: a subset of an itemset is missing, as in closed or maximal sets.
///
/// # Numerics
/// Takes about 50 bytes for each item of each itemset, and 96 for each rule that is returned.
///
/// # Source
/// Agrawal & Srikant (1994); redundancy as in Bayardo, Agrawal & Gunopulos (2000). Agrees with
/// arules on its 7-basket fixture.
///
/// # Example
/// ```
/// use clientele_model::pattern::{Baskets, Constraints, Params, frequent, rules};
/// let baskets: Baskets =
///     [vec![1, 2], vec![1, 2], vec![1, 2, 3], vec![1], vec![3]].into_iter().collect();
/// let params = Params { min_count: 2, ..Params::default() };
/// let found = frequent(&baskets, &params, &Constraints::none());
/// let rules = rules(&found, 0.9, &Constraints::none())?;
/// assert_eq!(rules.len(), 1);
/// assert_eq!(found.itemsets.items(rules[0].antecedent), [2]);
/// assert_eq!(found.itemsets.items(rules[0].consequent), [1]);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn rules(
    frequent: &Frequent,
    min_confidence: f64,
    constraints: &Constraints,
) -> Result<Vec<Rule>> {
    let itemsets = &frequent.itemsets;
    let subsets = Subsets::of(itemsets)?;
    let sides = |itemset: usize| {
        let sides = subsets.rules_of(itemset, constraints);
        sides.map(move |(antecedent, consequent)| [itemset, antecedent, consequent])
    };
    let counts = |[both, antecedent, consequent]: [usize; 3]| RuleCounts {
        both: itemsets.count(both),
        antecedent: itemsets.count(antecedent),
        consequent: itemsets.count(consequent),
        baskets: narrow(frequent.baskets),
    };
    let p_values: Vec<f64> = (0..itemsets.len())
        .into_par_iter()
        .flat_map_iter(sides)
        .map(|sides| counts(sides).fisher_p())
        .collect();
    let rates = false_discovery_rates(&p_values);
    let general = subsets.best_general();
    let all = (0..itemsets.len()).flat_map(sides);
    let rule = |(sides, (fisher_p, false_discovery_rate)): ([usize; 3], (f64, f64))| {
        let [itemset, antecedent, consequent] = sides;
        let counts = counts(sides);
        let best = general[subsets.place(itemset, consequent)];
        let rule = Rule {
            itemset,
            antecedent,
            consequent,
            counts,
            fisher_p,
            false_discovery_rate,
            is_redundant: !best.is_below(Odds::of(counts.both, counts.antecedent)),
        };
        let needed = min_confidence * f64::from(counts.antecedent);
        (f64::from(counts.both) >= needed).then_some(rule)
    };
    let tests = p_values.iter().copied().zip(rates);
    Ok(all.zip(tests).filter_map(rule).collect())
}

/// A confidence, compared without rounding.
#[derive(Debug, Clone, Copy)]
struct Odds {
    both: u32,
    antecedent: u32,
}

impl Odds {
    /// Below every confidence.
    const NONE: Self = Self {
        both: 0,
        antecedent: 1,
    };

    fn of(both: u32, antecedent: u32) -> Self {
        Self { both, antecedent }
    }

    fn is_below(self, other: Self) -> bool {
        u64::from(self.both) * u64::from(other.antecedent)
            < u64::from(other.both) * u64::from(self.antecedent)
    }

    fn max(self, other: Self) -> Self {
        if self.is_below(other) { other } else { self }
    }
}

/// For every item of every itemset, the itemset without it; and every single item's set.
struct Subsets<'a> {
    itemsets: &'a Itemsets,
    /// By position of the item among the items of all sets; unused for single items.
    without: Vec<u32>,
    singles: Vec<u32>,
}

impl<'a> Subsets<'a> {
    fn of(itemsets: &'a Itemsets) -> Result<Self> {
        let missing = Error::NotIdentified {
            reason: "rules need every subset of an itemset; closed or maximal sets leave some out",
        };
        let mut index = SetIndex::default();
        index.clear(itemsets.len());
        let mut singles = Vec::new();
        for (set, (items, _)) in itemsets.iter().enumerate() {
            index.find_or_insert(&items.iter().copied(), set, |known| itemsets.items(known));
            if let &[item] = items {
                let item = item as usize;
                singles.resize(singles.len().max(item + 1), u32::MAX);
                singles[item] = narrow(set);
            }
        }
        let without = (0..itemsets.len())
            .into_par_iter()
            .flat_map_iter(|set| {
                let items = itemsets.items(set);
                let index = &index;
                items.iter().map(move |&left_out| {
                    let rest = items.iter().copied().filter(move |&item| item != left_out);
                    if items.len() == 1 {
                        return Some(u32::MAX);
                    }
                    index.find(&rest, |known| itemsets.items(known)).map(narrow)
                })
            })
            .collect::<Option<Vec<u32>>>()
            .ok_or(missing)?;
        Ok(Self {
            itemsets,
            without,
            singles,
        })
    }

    /// The left and right side of each rule of `itemset`.
    fn rules_of<'b>(
        &'b self,
        itemset: usize,
        constraints: &'b Constraints,
    ) -> impl Iterator<Item = (usize, usize)> + 'b {
        let items = self.itemsets.items(itemset);
        let start = self.itemsets.start(itemset);
        let stands = |item: u32, side: Appearance| {
            let appearance = constraints.appearance(item);
            appearance == Appearance::Both || appearance == side
        };
        let rights = if items.len() > 1 { items.len() } else { 0 };
        (0..rights)
            .filter(move |&right| {
                items.iter().enumerate().all(|(position, &item)| {
                    let right_side = position == right;
                    stands(
                        item,
                        if right_side {
                            Appearance::Consequent
                        } else {
                            Appearance::Antecedent
                        },
                    )
                })
            })
            .map(move |right| {
                let antecedent = self.without[start + right] as usize;
                (antecedent, self.singles[items[right] as usize] as usize)
            })
    }

    /// Where the item of `consequent` stands in `itemset`, among the items of all sets.
    fn place(&self, itemset: usize, consequent: usize) -> usize {
        let right = self.itemsets.items(consequent)[0];
        let items = self.itemsets.items(itemset);
        self.itemsets.start(itemset) + items.partition_point(|&item| item < right)
    }

    /// For every item of every itemset the best confidence of rules that have it on the right
    /// and fewer of the other items on the left.
    fn best_general(&self) -> Vec<Odds> {
        let itemsets = self.itemsets;
        let mut order: Vec<usize> = (0..itemsets.len()).collect();
        order.sort_by_key(|&set| itemsets.items(set).len());
        let mut best = vec![Odds::NONE; self.without.len()];
        for set in order
            .into_iter()
            .filter(|&set| itemsets.items(set).len() > 2)
        {
            let (start, length) = (itemsets.start(set), itemsets.items(set).len());
            for right in 0..length {
                best[start + right] = (0..length)
                    .filter(|&left_out| left_out != right)
                    .map(|left_out| {
                        let smaller = self.without[start + left_out] as usize;
                        let place = itemsets.start(smaller) + right - usize::from(left_out < right);
                        let antecedent = itemsets.count(self.without[place] as usize);
                        best[place].max(Odds::of(itemsets.count(smaller), antecedent))
                    })
                    .fold(Odds::NONE, Odds::max);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::pattern::{Baskets, Hierarchy, Params, brute_force, closed, frequent};

    fn mined(baskets: &Baskets, min_count: u32, constraints: &Constraints) -> Frequent {
        frequent(
            baskets,
            &Params {
                min_count,
                ..Params::default()
            },
            constraints,
        )
    }

    /// arules `test-apriori.R`: abc, ab, abd, be, ac, ce, abde.
    fn seven_baskets() -> Baskets {
        [
            vec![1, 2, 3],
            vec![1, 2],
            vec![1, 2, 4],
            vec![2, 5],
            vec![1, 3],
            vec![3, 5],
            vec![1, 2, 4, 5],
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn seven_baskets_have_the_rules_of_arules() {
        let found = mined(&seven_baskets(), 2, &Constraints::none());
        let rules = rules(&found, 0.0, &Constraints::none()).expect("rules");
        // arules also lists the 5 rules with nothing on the left: 18.
        assert_eq!(rules.len() + 5, 18);
    }

    #[test]
    fn few_shops_whose_items_are_independent_have_a_discovery() {
        // where no rule is true, the rate of false discoveries is the share of shops that have one
        let none = Constraints::none();
        let has_discovery = |seed: &u64| {
            let mut random = ChaCha8Rng::seed_from_u64(*seed);
            let mut basket = || {
                (0..12)
                    .filter(|_| random.random_bool(0.15))
                    .collect::<Vec<u32>>()
            };
            let baskets: Baskets = (0..1000).map(|_| basket()).collect();
            let found = rules(&mined(&baskets, 1, &none), 0.0, &none).expect("rules");
            found.iter().any(|rule| rule.false_discovery_rate <= 0.05)
        };
        let shops = (0..200).filter(has_discovery).count();
        assert!(shops <= 16, "{shops} of 200");
    }

    #[test]
    fn items_stand_on_the_side_that_they_may() {
        // rhs = c("a", "b"), default = "lhs": 6 with the 2 that have nothing on the left.
        use Appearance::{Antecedent, Consequent};
        let sides = [Antecedent, Consequent, Consequent];
        let mut appearances = sides.to_vec();
        appearances.resize(6, Antecedent);
        let constraints = Constraints::none().with_appearances(&appearances);
        let found = mined(&seven_baskets(), 2, &constraints);
        let rules = rules(&found, 0.0, &constraints).expect("rules");
        assert_eq!(rules.len() + 2, 6);
        // a and b may only be a consequent: no set holds both.
        assert!(
            found
                .itemsets
                .iter()
                .all(|(items, _)| !items.starts_with(&[1, 2]))
        );
    }

    #[test]
    fn closed_sets_give_no_rules() {
        let found = closed(
            &seven_baskets(),
            &Params {
                min_count: 2,
                ..Params::default()
            },
        );
        assert!(rules(&found, 0.0, &Constraints::none()).is_err());
    }

    #[test]
    fn no_rule_says_that_a_product_is_of_its_category() {
        // Products 0 to 3, categories 4 (0, 1) and 5 (2, 3).
        let parents = vec![Some(4), Some(4), Some(5), Some(5)];
        let hierarchy = Hierarchy::new(parents).expect("no loop");
        let baskets: Baskets = [vec![0, 2], vec![0, 3], vec![1, 2], vec![0, 2], vec![1]]
            .iter()
            .map(|basket: &Vec<u32>| hierarchy.extend(basket))
            .collect();
        let constraints = Constraints::none().with_hierarchy(&hierarchy);
        let found = mined(&baskets, 2, &constraints);
        let sets: Vec<&[u32]> = found.itemsets.iter().map(|(items, _)| items).collect();
        assert!(sets.contains(&[0, 5].as_slice()) && sets.contains(&[4, 5].as_slice()));
        for set in sets {
            for &item in set {
                assert!(
                    hierarchy.ancestors(item).all(|above| !set.contains(&above)),
                    "{set:?}"
                );
            }
        }
        assert!(Hierarchy::new(vec![Some(1), Some(0)]).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn every_rule_agrees_with_brute_force(
            baskets in prop::collection::vec(prop::collection::vec(0_u32..7, 0..6), 1..25),
            min_count in 1_u32..4,
            min_confidence in 0.0..1.0,
        ) {
            let all = brute_force::frequent(&baskets, min_count);
            let confidence = |left: &[u32], right: u32| {
                let mut both = left.to_vec();
                both.push(right);
                both.sort_unstable();
                f64::from(all[&both]) / f64::from(all[left])
            };
            let mut expected = BTreeMap::new();
            for (set, &count) in all.iter().filter(|(set, _)| set.len() > 1) {
                for &right in set {
                    let left: Vec<u32> =
                        set.iter().copied().filter(|&item| item != right).collect();
                    if confidence(&left, right) < min_confidence {
                        continue;
                    }
                    let redundant = all.keys().any(|other| {
                        other.len() < left.len()
                            && other.iter().all(|item| left.contains(item))
                            && confidence(other, right) >= confidence(&left, right)
                    });
                    let counts = [count, all[&left], all[&vec![right]]];
                    expected.insert((left, right), (counts, redundant));
                }
            }
            let total = baskets.len();
            let baskets: Baskets = baskets.into_iter().collect();
            let found = mined(&baskets, min_count, &Constraints::none());
            let sets = &found.itemsets;
            let found: BTreeMap<_, _> = rules(&found, min_confidence, &Constraints::none())
                .expect("rules")
                .iter()
                .map(|rule| {
                    let counts = rule.counts;
                    assert_eq!(counts.baskets as usize, total);
                    let sides =
                        (sets.items(rule.antecedent).to_vec(), sets.items(rule.consequent)[0]);
                    let counts = [counts.both, counts.antecedent, counts.consequent];
                    (sides, (counts, rule.is_redundant))
                })
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
