//! Itemsets for rules with given items on the right: the search starts at these.

use super::baskets::Baskets;
use super::constraints::{Appearance, Constraints};
use super::frequent::{Frequent, Params, labels, mine_within};
use super::itemsets::Itemsets;
use super::keep::Keep;
use super::projection::Projection;
use super::recount::Recount;
use super::search::Search;
use super::set_index::SetIndex;

/// The frequent itemsets that [`rules`](super::rules()) under `constraints` are made of, and no
/// others.
///
/// Targets are the items that may be a consequent. Only sets with a target are searched, in the
/// baskets with a target; the antecedents among the others are counted afterwards, in all baskets.
/// So "what leads to these ten products" has the rules of all itemsets, at a part of the cost and
/// the memory where the targets are in few baskets: of T10I4D100K at 10 baskets, 60 to 20 %
/// of the time for one target in 8 to 1 % of them. Where a target is in most, as in retail, mine
/// all with [`frequent`](super::frequent()).
///
/// # Shapes
/// - `constraints`: appearances that let few items be a consequent, `Antecedent` for the others
/// - returns the sets with a target in the order of the search, then their antecedents
///
/// # Numerics
/// A quarter of `limit_bytes` is for the search and the sets with a target, the others for the
/// antecedents and counting them.
///
/// # Example
/// ```
/// use clientele_model::pattern::{
///     Appearance, Baskets, Constraints, Params, frequent_with_targets, rules,
/// };
/// let baskets: Baskets =
///     [vec![0, 1], vec![0, 1, 2], vec![0, 2], vec![1, 2]].into_iter().collect();
/// // What leads to item 0?
/// let sides = [Appearance::Consequent, Appearance::Antecedent, Appearance::Antecedent];
/// let constraints = Constraints::none().with_appearances(&sides);
/// let params = Params { min_count: 2, ..Params::default() };
/// let found = frequent_with_targets(&baskets, &params, &constraints);
/// let sets: Vec<&[u32]> = found.itemsets.iter().map(|(items, _)| items).collect();
/// assert_eq!(sets, [&[0][..], &[0, 2], &[0, 1], &[2], &[1]]);
/// assert_eq!(rules(&found, 0.0, &constraints)?.len(), 2);
/// # Ok::<(), clientele_model::Error>(())
/// ```
#[must_use]
pub fn frequent_with_targets(
    baskets: &Baskets,
    params: &Params,
    constraints: &Constraints,
) -> Frequent {
    let counts = baskets.item_counts();
    let is_target = |item| {
        let appearance = constraints.appearance(item);
        matches!(appearance, Appearance::Both | Appearance::Consequent)
    };
    let params = Params {
        limit_bytes: params.limit_bytes / 4,
        ..*params
    };
    let mut found = mine_within(baskets, &params, &counts, |min_count, budget| {
        let labels = labels(&counts, min_count, constraints, is_target);
        let first = labels.partition_point(|&item| !is_target(item));
        let Some(root) = Projection::of(baskets, &counts, labels, budget) else {
            return Itemsets::default();
        };
        let search = Search {
            keep: Keep::All,
            min_count,
            max_length: params.max_length,
            constraints,
            budget,
        };
        search.run(&root, &[], (0, first))
    });
    let antecedents = antecedents(&found.itemsets, is_target);
    let counts = Recount::of(&antecedents).count(baskets);
    for ((items, _), count) in antecedents.iter().zip(counts) {
        found.itemsets.push([items, &[]], count);
    }
    found
}

/// What the sets with one target hold beside it, once each. What those with several hold beside
/// one has a target itself.
fn antecedents(itemsets: &Itemsets, is_target: impl Fn(u32) -> bool) -> Itemsets {
    let (mut found, mut index) = (Itemsets::default(), SetIndex::default());
    index.clear(itemsets.len());
    for (items, _) in itemsets.iter().filter(|(items, _)| items.len() > 1) {
        let rest = items.iter().copied().filter(|&item| !is_target(item));
        if rest.clone().count() + 1 == items.len() {
            let known = index.find_or_insert(&rest, found.len(), |set| found.items(set));
            if known.is_none() {
                let rest: Vec<u32> = rest.collect();
                found.push([&rest, &[]], 0);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::pattern::{Rule, frequent, rules};

    fn appearance() -> impl Strategy<Value = Appearance> {
        prop_oneof![
            Just(Appearance::Both),
            Just(Appearance::Antecedent),
            Just(Appearance::Antecedent),
            Just(Appearance::Consequent),
            Just(Appearance::Neither),
        ]
    }

    /// Rules by their sides, without the numbers of their sets.
    fn by_sides(found: &Frequent, constraints: &Constraints) -> BTreeMap<(Vec<u32>, u32), Rule> {
        let items = |set| found.itemsets.items(set);
        let rules = rules(found, 0.3, constraints).expect("every subset");
        let unnumbered = |rule: Rule| Rule {
            itemset: 0,
            antecedent: 0,
            consequent: 0,
            ..rule
        };
        rules
            .into_iter()
            .map(|rule| {
                let sides = (items(rule.antecedent).to_vec(), items(rule.consequent)[0]);
                (sides, unnumbered(rule))
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn rules_from_targets_are_those_left_of_all_rules(
            baskets in prop::collection::vec(prop::collection::vec(0_u32..8, 0..8), 1..40),
            sides in prop::collection::vec(appearance(), 8),
            min_count in 1_u32..5,
            max_length in 2_usize..5,
        ) {
            let baskets: Baskets = baskets.into_iter().collect();
            let params = Params { min_count, max_length, ..Params::default() };
            let constraints = Constraints::none().with_appearances(&sides);
            let targeted = frequent_with_targets(&baskets, &params, &constraints);
            let found = by_sides(&targeted, &constraints);
            let searched = frequent(&baskets, &params, &constraints);
            prop_assert_eq!(&found, &by_sides(&searched, &constraints));

            let none = Constraints::none();
            let mut left = by_sides(&frequent(&baskets, &params, &none), &none);
            let may = |item: u32, side| [Appearance::Both, side].contains(&sides[item as usize]);
            left.retain(|(antecedent, consequent), _| {
                may(*consequent, Appearance::Consequent)
                    && antecedent.iter().all(|&item| may(item, Appearance::Antecedent))
            });
            prop_assert!(found.keys().eq(left.keys()));
            for (found, left) in found.values().zip(left.values()) {
                prop_assert_eq!(found.counts, left.counts);
                prop_assert_eq!(found.is_redundant, left.is_redundant);
            }
        }
    }
}
