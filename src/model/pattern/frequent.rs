//! Frequent itemsets: from baskets to all, closed or maximal sets of items bought together.

use super::baskets::Baskets;
use super::constraints::{Appearance, Constraints};
use super::itemsets::Itemsets;
use super::projection::Projection;
use super::search::{Keep, Search};
use super::sink::{Budget, Sink, within_budget};
use super::subsumption::beaten;

/// What counts as frequent.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `min_count` | 1 | ≥ 1 | baskets that must contain a set |
/// | `max_length` | no limit | ≥ 1 | items that a set may have |
/// | `max_itemsets` | no limit | ≥ 0 | sets that may be held; see [`Frequent::min_count`] |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params {
    /// Baskets that must contain a set.
    pub min_count: u32,
    /// Items that a set may have.
    pub max_length: usize,
    /// Sets that may be held.
    pub max_itemsets: usize,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            min_count: 1,
            max_length: usize::MAX,
            max_itemsets: usize::MAX,
        }
    }
}

/// The frequent itemsets of some baskets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frequent {
    /// The sets and their counts.
    pub itemsets: Itemsets,
    /// The support count that was used: as asked, or the lowest at which not more than
    /// `max_itemsets` sets are frequent.
    pub min_count: u32,
    /// How many baskets were mined.
    pub baskets: usize,
}

/// What is bought together: every itemset that at least `min_count` baskets contain.
///
/// # Shapes
/// - `baskets`: n sets of item codes; empty ones count among the n
/// - `constraints`: sets that need not be looked at; they are never built
/// - returns the itemsets in the order of the search, rarest item first; see [`Itemsets`]
///
/// # Missing
/// Without baskets there are no sets; the empty set is never one. Supports are counts and compare
/// with ≥.
///
/// # Numerics
/// Counts are exact integers. When more than `max_itemsets` are frequent, the lowest support at
/// which they fit is found by bisection; it depends on the baskets alone.
///
/// # Source
/// Depth-first over conditional databases: Han, Pei & Yin (2000); occurrence deliver: Uno, Kiyomi
/// & Arimura (2004). Agrees set by set with `PyFIM` 6.28 on retail and T10I4D100K.
///
/// # Example
/// ```
/// use clientele_model::pattern::{Baskets, Constraints, Params, frequent};
/// let baskets: Baskets = [vec![1, 2], vec![1, 2, 3], vec![3]].into_iter().collect();
/// let params = Params { min_count: 2, ..Params::default() };
/// let found = frequent(&baskets, &params, &Constraints::none()).itemsets;
/// let pair = found.iter().find(|(items, _)| items.len() == 2);
/// assert_eq!(pair, Some(([1, 2].as_slice(), 2)));
/// assert_eq!(found.len(), 4);
/// ```
#[must_use]
pub fn frequent(baskets: &Baskets, params: &Params, constraints: &Constraints) -> Frequent {
    mine(baskets, params, Keep::All, constraints)
}

/// The frequent itemsets that no item can join without losing a basket.
///
/// They tell the support of every frequent set: that of the smallest closed set around it. A set
/// is closed among all sets, also those longer than `max_length`.
///
/// # Source
/// Pasquier et al. (1999). Agrees set by set with `PyFIM` 6.28 on retail and T10I4D100K.
#[must_use]
pub fn closed(baskets: &Baskets, params: &Params) -> Frequent {
    mine(baskets, params, Keep::Closed, &Constraints::none())
}

/// The frequent itemsets that no item can join without becoming infrequent.
///
/// They tell which sets are frequent: those inside them. A set is maximal among all sets, also
/// those longer than `max_length`.
///
/// # Source
/// Bayardo (1998). Agrees set by set with `PyFIM` 6.28 on retail and T10I4D100K.
#[must_use]
pub fn maximal(baskets: &Baskets, params: &Params) -> Frequent {
    mine(baskets, params, Keep::Maximal, &Constraints::none())
}

/// Up to so many frequent sets, choosing among all of them is faster than a search that keeps
/// only closed or maximal ones; beyond it they may be a small part of too many.
const MOST_CHOSEN_FROM: usize = 1 << 21;

fn mine(baskets: &Baskets, params: &Params, keep: Keep, constraints: &Constraints) -> Frequent {
    mine_choosing(baskets, params, (keep, MOST_CHOSEN_FROM), constraints)
}

/// As [`mine`], choosing from at most `most` sets.
fn mine_choosing(
    baskets: &Baskets,
    params: &Params,
    (keep, most): (Keep, usize),
    constraints: &Constraints,
) -> Frequent {
    let counts = baskets.item_counts();
    let highest = counts.iter().copied().max().unwrap_or(0);
    let max_length = params.max_length;
    let search = |min_count: u32, budget: &Budget| {
        let allowed = |item| constraints.appearance(item) != Appearance::Neither;
        let root = Projection::of(baskets, &counts, min_count, allowed);
        let search = Search {
            keep,
            min_count,
            max_length,
            constraints,
            budget,
        };
        if keep == Keep::All {
            return search.run(&root, &[]);
        }
        let choice = Budget::new(most, true);
        let longer = max_length.saturating_add(1);
        let all = Search {
            keep: Keep::All,
            max_length: longer,
            budget: &choice,
            ..search
        };
        let all = all.run(&root, &[]);
        if choice.is_exceeded() {
            search.run(&root, &[])
        } else {
            let mut sink = Sink::new(budget);
            choose(&all, keep, max_length, &mut sink);
            sink.take()
        }
    };
    let (itemsets, min_count) =
        within_budget(params.min_count, highest, params.max_itemsets, search);
    Frequent {
        itemsets,
        min_count,
        baskets: baskets.len(),
    }
}

/// The sets among `all` that are kept, those with `max_length` items at most.
fn choose(all: &Itemsets, keep: Keep, max_length: usize, sink: &mut Sink<Itemsets>) {
    let without = |items: &[u32], place: usize, shorter: &mut Vec<u32>| {
        shorter.clear();
        shorter.extend_from_slice(&items[..place]);
        shorter.extend_from_slice(&items[place + 1..]);
        true
    };
    let beats = |larger, smaller| keep == Keep::Maximal || larger == smaller;
    let beaten = beaten(
        all.len(),
        |set| all.items(set),
        |set| all.count(set),
        without,
        beats,
    );
    for ((items, count), is_beaten) in all.iter().zip(beaten) {
        if !is_beaten && items.len() <= max_length {
            sink.push(|itemsets| itemsets.push([items, &[]], count));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::pattern::brute_force;

    fn sorted(found: &Frequent) -> BTreeMap<Vec<u32>, u32> {
        let sets: BTreeMap<_, _> = found
            .itemsets
            .iter()
            .map(|(items, count)| (items.to_vec(), count))
            .collect();
        assert_eq!(sets.len(), found.itemsets.len(), "a set was found twice");
        sets
    }

    fn params(min_count: u32, max_length: usize) -> Params {
        Params {
            min_count,
            max_length,
            ..Params::default()
        }
    }

    /// What choosing from all sets and what the search for `keep` finds: the same.
    fn both_ways(baskets: &Baskets, params: &Params, keep: Keep) -> BTreeMap<Vec<u32>, u32> {
        let none = Constraints::none();
        let chosen = sorted(&mine(baskets, params, keep, &none));
        assert_eq!(
            chosen,
            sorted(&mine_choosing(baskets, params, (keep, 0), &none))
        );
        chosen
    }

    /// Liu et al. (2008), as in arules `test-concise.R`: abc, abcd, ad, ac.
    fn four_baskets() -> Baskets {
        [vec![1, 2, 3], vec![1, 2, 3, 4], vec![1, 4], vec![1, 3]]
            .into_iter()
            .collect()
    }

    #[test]
    fn closed_and_maximal_sets_of_four_baskets_agree_with_arules() {
        let found = closed(&four_baskets(), &params(1, usize::MAX));
        let expected = [
            (vec![1], 4),
            (vec![1, 2, 3], 2),
            (vec![1, 2, 3, 4], 1),
            (vec![1, 3], 3),
            (vec![1, 4], 2),
        ];
        assert_eq!(sorted(&found), BTreeMap::from(expected));
        let found = maximal(&four_baskets(), &params(1, usize::MAX));
        assert_eq!(sorted(&found), BTreeMap::from([(vec![1, 2, 3, 4], 1)]));
    }

    #[test]
    fn seven_baskets_have_twenty_sets_as_in_arules() {
        // test-apriori.R: abc, ab, abd, be, ac, ce, abde.
        let baskets: Baskets = [
            vec![1, 2, 3],
            vec![1, 2],
            vec![1, 2, 4],
            vec![2, 5],
            vec![1, 3],
            vec![3, 5],
            vec![1, 2, 4, 5],
        ]
        .into_iter()
        .collect();
        let found = frequent(&baskets, &params(1, usize::MAX), &Constraints::none());
        assert_eq!(found.itemsets.len(), 20);
    }

    #[test]
    fn no_baskets_have_no_sets() {
        let found = frequent(&Baskets::default(), &params(1, 3), &Constraints::none());
        assert!(found.itemsets.is_empty());
    }

    #[test]
    fn support_is_raised_to_the_lowest_value_that_fits() {
        let mut baskets = Baskets::default();
        for number in 0..400_u32 {
            let basket: Vec<u32> = (0..12).filter(|item| number % (item + 2) < 2).collect();
            baskets.push(&basket);
        }
        let all = frequent(&baskets, &params(1, usize::MAX), &Constraints::none());
        for most in [0, 1, 7, 50, 200] {
            let params = Params {
                max_itemsets: most,
                ..params(1, usize::MAX)
            };
            let found = frequent(&baskets, &params, &Constraints::none());
            let frequent_at = |count| all.itemsets.iter().filter(|set| set.1 >= count).count();
            assert_eq!(found.itemsets.len(), frequent_at(found.min_count));
            assert!(found.itemsets.len() <= most);
            assert!(
                frequent_at(found.min_count - 1) > most,
                "{} fits too",
                found.min_count - 1
            );
        }
    }

    #[test]
    fn one_thread_and_three_find_the_same_sets_in_the_same_order() {
        let mut baskets = Baskets::default();
        let mut state = 1_u32;
        for _ in 0..3000 {
            let mut basket = Vec::new();
            for item in 0..60 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if (state >> 16).is_multiple_of(3 + item) {
                    basket.push(item);
                }
            }
            baskets.push(&basket);
        }
        let mine = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("a thread pool")
                .install(|| closed(&baskets, &params(8, usize::MAX)))
        };
        let found = mine(1);
        assert!(found.itemsets.len() > 500);
        assert_eq!(found, mine(3));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]

        #[test]
        fn every_set_and_count_agrees_with_brute_force(
            baskets in prop::collection::vec(prop::collection::vec(0_u32..9, 0..8), 0..30),
            min_count in 1_u32..6,
            max_length in 1_usize..9,
        ) {
            let all = brute_force::frequent(&baskets, min_count);
            let short = |sets: BTreeMap<Vec<u32>, u32>| -> BTreeMap<Vec<u32>, u32> {
                sets.into_iter().filter(|(items, _)| items.len() <= max_length).collect()
            };
            let baskets: Baskets = baskets.into_iter().collect();
            let params = params(min_count, max_length);
            let found = frequent(&baskets, &params, &Constraints::none());
            prop_assert_eq!(sorted(&found), short(all.clone()));
            let found = both_ways(&baskets, &params, Keep::Closed);
            prop_assert_eq!(found, short(brute_force::closed(&all)));
            let found = both_ways(&baskets, &params, Keep::Maximal);
            prop_assert_eq!(found, short(brute_force::maximal(&all)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(25))]

        /// More and longer baskets: projections too wide for a lattice.
        #[test]
        fn wide_projections_agree_with_brute_force(
            masks in prop::collection::vec(prop::bits::u32::between(0, 14), 60..150),
            min_count in 12_u32..30,
        ) {
            let baskets: Vec<Vec<u32>> = masks
                .into_iter()
                .map(|mask| (0..14).filter(|item| mask & (1 << item) != 0).collect())
                .collect();
            let all = brute_force::frequent(&baskets, min_count);
            let baskets: Baskets = baskets.into_iter().collect();
            let params = params(min_count, usize::MAX);
            let found = frequent(&baskets, &params, &Constraints::none());
            prop_assert_eq!(sorted(&found), all.clone());
            let found = both_ways(&baskets, &params, Keep::Closed);
            prop_assert_eq!(found, brute_force::closed(&all));
            let found = both_ways(&baskets, &params, Keep::Maximal);
            prop_assert_eq!(found, brute_force::maximal(&all));
        }
    }
}
