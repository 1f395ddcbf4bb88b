//! Frequent itemsets: from baskets to all, closed or maximal sets of items bought together.

use std::cmp::Reverse;

use super::baskets::Baskets;
use super::bounds::first_beyond;
use super::constraints::{Appearance, Constraints};
use super::itemsets::Itemsets;
use super::keep::Keep;
use super::narrow::narrow;
use super::projection::Projection;
use super::search::Search;
use super::sink::{Budget, Sink, within_budget};
use super::subsumption::beaten;

/// What counts as frequent.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `min_count` | 1 | ≥ 1 | baskets that must contain a set |
/// | `max_length` | no limit | ≥ 1 | items that a set may have |
/// | `limit_bytes` | no limit | ≥ 0 | memory for the sets and the search; see [`Frequent::min_count`] |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params {
    /// Baskets that must contain a set.
    pub min_count: u32,
    /// Items that a set may have.
    pub max_length: usize,
    /// Memory for the sets and the search, beside the baskets themselves.
    pub limit_bytes: usize,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            min_count: 1,
            max_length: usize::MAX,
            limit_bytes: usize::MAX,
        }
    }
}

/// The frequent itemsets of some baskets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frequent {
    /// The sets and their counts.
    pub itemsets: Itemsets,
    /// The support count that was used: as asked, or the lowest at which everything fits into
    /// `limit_bytes`.
    pub min_count: u32,
    /// How many baskets were mined.
    pub baskets: usize,
}

impl Frequent {
    /// The sets of the lowest support at which all of them together take at most `limit_bytes`,
    /// whatever else a caller will make of them counted in.
    ///
    /// # Shapes
    /// - `bytes_of`: what a set of such items takes
    #[must_use]
    pub fn within(self, limit_bytes: usize, bytes_of: impl Fn(&[u32]) -> usize) -> Self {
        let sets = &self.itemsets;
        let set = |set| (sets.count(set), bytes_of(sets.items(set)));
        let Some(too_low) = first_beyond(limit_bytes, sets.len(), set) else {
            return self;
        };
        let min_count = too_low + 1;
        let kept = |count| if count < min_count { 0 } else { count };
        Self {
            itemsets: sets.recount(kept),
            min_count,
            ..self
        }
    }
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
/// Counts are exact integers. Bytes are those of the contents of the sets, of the baskets coded for
/// the search, and of 16 paths through it. When they go beyond `limit_bytes`, the lowest support
/// at which they fit is found by bisection; it depends on the baskets alone.
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

/// Up to so many bytes of frequent sets, choosing among all of them is faster than a search that
/// keeps only closed or maximal ones; beyond it they may be a small part of too many.
const MOST_CHOSEN_FROM: usize = 1 << 26;

fn mine(baskets: &Baskets, params: &Params, keep: Keep, constraints: &Constraints) -> Frequent {
    mine_choosing(baskets, params, (keep, MOST_CHOSEN_FROM), constraints)
}

/// As [`mine`], choosing from at most `most` bytes of sets.
fn mine_choosing(
    baskets: &Baskets,
    params: &Params,
    (keep, most): (Keep, usize),
    constraints: &Constraints,
) -> Frequent {
    let counts = baskets.item_counts();
    // All sets, an index of them and those chosen take four times the sets.
    let most = most.min(params.limit_bytes / 4);
    mine_within(baskets, params, &counts, |min_count, budget| {
        let labels = labels(&counts, min_count, constraints, |_| false);
        let Some(root) = Projection::of(baskets, &counts, labels, budget) else {
            return Itemsets::default();
        };
        let search = Search {
            keep,
            min_count,
            max_length: params.max_length,
            constraints,
            budget,
        };
        if keep == Keep::All {
            search.run(&root, &[], (0, 0))
        } else {
            closed_or_maximal(&search, &root, most)
        }
    })
}

/// What `search` finds at the lowest support at which it fits.
pub(super) fn mine_within(
    baskets: &Baskets,
    params: &Params,
    counts: &[u32],
    search: impl Fn(u32, &Budget) -> Itemsets,
) -> Frequent {
    let highest = counts.iter().copied().max().unwrap_or(0);
    let (itemsets, min_count) =
        within_budget(params.min_count, highest, params.limit_bytes, search);
    Frequent {
        itemsets,
        min_count,
        baskets: baskets.len(),
    }
}

/// Chooses among all sets if they take at most `most` bytes, else searches for those wanted.
fn closed_or_maximal(search: &Search, root: &Projection, most: usize) -> Itemsets {
    let choice = Budget::new(most, true);
    let all = Search {
        keep: Keep::All,
        max_length: search.max_length.saturating_add(1),
        budget: &choice,
        ..*search
    };
    let all = all.run(root, &[], (0, 0));
    if choice.is_exceeded() {
        return search.run(root, &[], (0, 0));
    }
    let mut sink = Sink::new(search.budget);
    choose(&all, search.keep, search.max_length, &mut sink);
    sink.take()
}

/// The items that may be searched, the most frequent first; those of `last` behind all others.
pub(super) fn labels(
    counts: &[u32],
    min_count: u32,
    constraints: &Constraints,
    last: impl Fn(u32) -> bool,
) -> Vec<u32> {
    let count = |item: u32| counts[item as usize];
    let mut labels: Vec<u32> = (0..narrow(counts.len()))
        .filter(|&item| count(item) >= min_count)
        .filter(|&item| constraints.appearance(item) != Appearance::Neither)
        .collect();
    labels.sort_by_key(|&item| (last(item), Reverse(count(item)), item));
    labels
}

/// The sets among `all` that are kept, those with `max_length` items at most.
fn choose(all: &Itemsets, keep: Keep, max_length: usize, sink: &mut Sink<Itemsets>) {
    let without = |items: &[u32], place: usize, shorter: &mut Vec<u32>| {
        shorter.clear();
        shorter.extend_from_slice(&items[..place]);
        shorter.extend_from_slice(&items[place + 1..]);
        true
    };
    let beats = |larger, smaller| keep.beats(larger, smaller);
    let beaten = beaten(
        all.len(),
        |set| all.items(set),
        |set| all.count(set),
        without,
        beats,
    );
    for ((items, count), is_beaten) in all.iter().zip(beaten) {
        if !is_beaten && items.len() <= max_length {
            let bytes = Itemsets::bytes_of(items.len());
            sink.push(bytes, |itemsets| itemsets.push([items, &[]], count));
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
        for limit_bytes in [0, 9_000, 15_000, 30_000, 60_000, 120_000] {
            let within = Params {
                limit_bytes,
                ..params(1, usize::MAX)
            };
            for keep in [Keep::All, Keep::Closed, Keep::Maximal] {
                let found = mine(&baskets, &within, keep, &Constraints::none());
                let at = params(found.min_count, usize::MAX);
                let direct = mine(&baskets, &at, keep, &Constraints::none());
                assert!(found == direct, "{keep:?} {limit_bytes}");
            }
            let found = frequent(&baskets, &within, &Constraints::none());
            let fits = |count: &u32| bytes_at(&baskets, *count) <= limit_bytes;
            let lowest = (1..=400).find(fits).or(Some(401));
            assert_eq!(Some(found.min_count), lowest);
        }
    }

    /// Bytes of the frequent sets and the search for them.
    fn bytes_at(baskets: &Baskets, min_count: u32) -> usize {
        let (counts, constraints) = (baskets.item_counts(), Constraints::none());
        let budget = Budget::new(usize::MAX, true);
        let labels = labels(&counts, min_count, &constraints, |_| false);
        let root = Projection::of(baskets, &counts, labels, &budget).expect("no limit");
        let structure = budget.taken();
        let search = Search {
            keep: Keep::All,
            min_count,
            max_length: usize::MAX,
            constraints: &constraints,
            budget: &budget,
        };
        let sets = search.run(&root, &[], (0, 0));
        let sets: usize = sets.iter().map(|set| 4 * set.0.len() + 12).sum();
        assert!(budget.taken() >= structure + sets);
        budget.taken()
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
        let mine = |threads, limit_bytes| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let params = Params {
                limit_bytes,
                ..params(8, usize::MAX)
            };
            pool.expect("a thread pool")
                .install(|| closed(&baskets, &params))
        };
        let found = mine(1, usize::MAX);
        assert!(found.itemsets.len() > 500);
        assert_eq!(found, mine(3, usize::MAX));
        let limited = mine(1, 500_000);
        assert!(limited.min_count > 8 && !limited.itemsets.is_empty());
        assert_eq!(limited, mine(3, 500_000));
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
