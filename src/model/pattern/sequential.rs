//! Sequential patterns: from purchase histories to what is bought after what.

use super::first_places::FirstPlaces;
use super::keep::Keep;
use super::keys::Keys;
use super::narrow::narrow;
use super::patterns::SequentialPatterns;
use super::sequence_search::SequenceSearch;
use super::sequences::Sequences;
use super::sink::{Budget, within_budget};
use super::subsumption::beaten;
use super::suffixes::Suffixes;

/// What counts as a frequent sequence.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `min_count` | 1 | ≥ 1 | customers that must have bought a pattern |
/// | `max_length` | no limit | ≥ 1 | items that a pattern may have |
/// | `max_gap_days` | none | ≥ 0 | days from one element to the next |
/// | `max_span_days` | none | ≥ 0 | days from the first element to the last |
/// | `keep` | all | | which frequent patterns are wanted |
/// | `limit_bytes` | no limit | ≥ 0 | memory for the patterns and the search; beyond it support is raised |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SequenceParams {
    /// Customers that must have bought a pattern.
    pub min_count: u32,
    /// Items that a pattern may have.
    pub max_length: usize,
    /// Days from one element to the next.
    pub max_gap_days: Option<u32>,
    /// Days from the first element to the last.
    pub max_span_days: Option<u32>,
    /// Which frequent patterns are wanted. An item that joins a pattern joins one of its elements,
    /// or comes as an element of its own: before, between or after.
    pub keep: Keep,
    /// Memory for the patterns and the search, beside the histories themselves.
    pub limit_bytes: usize,
}

impl Default for SequenceParams {
    fn default() -> Self {
        Self {
            min_count: 1,
            max_length: usize::MAX,
            max_gap_days: None,
            max_span_days: None,
            keep: Keep::All,
            limit_bytes: usize::MAX,
        }
    }
}

/// The frequent sequential patterns of some customers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrequentSequences {
    /// The patterns and their counts.
    pub patterns: SequentialPatterns,
    /// The support count that was used: as asked, or the lowest at which everything fits into
    /// `limit_bytes`.
    pub min_count: u32,
    /// How many customers were mined.
    pub customers: usize,
}

/// Every ordered list of item sets that at least `min_count` customers bought, as far as it is
/// wanted.
///
/// A customer bought a pattern if days d₁ < d₂ < … exist such that the items of its i-th element
/// were bought on day dᵢ, dᵢ₊₁ − dᵢ ≤ `max_gap_days`, and the last minus the first is at most
/// `max_span_days`. A customer counts once.
///
/// # Missing
/// With a maximum gap the middle of a pattern cannot be left out: a pattern can be frequent
/// though a shorter one inside it is not. All frequent patterns are found nevertheless, as every
/// beginning of a frequent pattern is frequent.
///
/// # Numerics
/// Counts are exact integers. Bytes are those of the contents of the patterns, of the histories
/// coded for the search, and of 16 paths through it. When they go beyond `limit_bytes`, the lowest
/// support at which they fit is found by bisection; it depends on the histories alone.
///
/// # Source
/// Pei et al. (2001), `PrefixSpan`; constraints as in Pei, Han & Wang (2007). Agrees with SPMF's
/// `PrefixSpan` and CM-SPADE on their fixture.
///
/// # Example
/// ```
/// use clientele_model::pattern::{SequenceParams, Sequences, frequent_sequences};
/// // A printer, then ink: two of three customers.
/// let (printer, ink) = (1, 2);
/// let histories: Sequences = [
///     vec![(0, printer), (40, ink)],
///     vec![(3, printer), (10, ink), (90, ink)],
///     vec![(5, ink), (6, printer)],
/// ]
/// .into_iter()
/// .collect();
/// let params = SequenceParams { min_count: 2, ..SequenceParams::default() };
/// let found = frequent_sequences(&histories, &params).patterns;
/// let last = found.len() - 1;
/// assert_eq!(found.elements(1).collect::<Vec<_>>(), [[printer], [ink]]);
/// assert_eq!((found.len(), found.count(1), found.count(last)), (3, 2, 3));
/// ```
#[must_use]
pub fn frequent_sequences(sequences: &Sequences, params: &SequenceParams) -> FrequentSequences {
    let all = params.of_all();
    let counts = sequences.item_counts();
    let highest = counts.iter().copied().max().unwrap_or(0);
    let table_bytes = all.limit_bytes / 4;
    let limit_bytes = all.limit_bytes - table_bytes;
    let search = |min_count: u32, budget: &Budget| {
        let search = PieceSearch {
            params: SequenceParams { min_count, ..all },
            table_bytes,
            candidates: None,
        };
        search.run(sequences, |item| counts[item as usize] >= min_count, budget)
    };
    let (patterns, min_count) = within_budget(all.min_count, highest, limit_bytes, search);
    let found = FrequentSequences {
        patterns,
        min_count,
        customers: sequences.len(),
    };
    found.kept(params)
}

impl SequenceParams {
    /// What all frequent patterns are looked for with, to choose those wanted from them.
    pub(super) fn of_all(&self) -> Self {
        match self.keep {
            Keep::All => *self,
            Keep::Closed | Keep::Maximal => Self {
                keep: Keep::All,
                max_length: self.max_length.saturating_add(1),
                // The patterns, their keys, an index of these and what is kept.
                limit_bytes: self.limit_bytes / 4,
                ..*self
            },
        }
    }
}

/// The search for patterns in some histories, all or a piece of them.
pub(super) struct PieceSearch<'a> {
    pub(super) params: SequenceParams,
    /// What a table of places may take.
    pub(super) table_bytes: usize,
    /// The patterns that alone are looked for, if not all; see [`SequenceSearch`].
    pub(super) candidates: Option<&'a SequentialPatterns>,
}

impl PieceSearch<'_> {
    /// What `min_count` customers bought, of the items that `may` be part of it.
    pub(super) fn run(
        &self,
        sequences: &Sequences,
        may: impl Fn(u32) -> bool,
        budget: &Budget,
    ) -> SequentialPatterns {
        let labels: Vec<u32> = (0..narrow(sequences.codes()))
            .filter(|&item| may(item))
            .collect();
        if labels.is_empty() {
            return SequentialPatterns::default();
        }
        let mut codes = vec![None; sequences.codes()];
        for (code, &item) in (0..).zip(&labels) {
            codes[item as usize] = Some(code);
        }
        let all = Suffixes::of(sequences, &codes);
        budget.hold(all.bytes());
        if budget.is_exceeded() {
            return SequentialPatterns::default();
        }
        let limits = (self.params.max_gap_days, self.params.max_span_days);
        let first_end_only = limits == (None, None) && all.is_single();
        SequenceSearch {
            min_count: self.params.min_count,
            max_length: self.params.max_length,
            max_gap_days: limits.0.map_or(i64::MAX, i64::from),
            max_span_days: limits.1.map_or(i64::MAX, i64::from),
            labels: &labels,
            first_end_only,
            first_places: first_end_only
                .then(|| FirstPlaces::of(&all, labels.len(), self.table_bytes))
                .flatten(),
            candidates: self.candidates,
            budget,
        }
        .run(&all)
    }
}

impl FrequentSequences {
    /// Those of all frequent patterns that are wanted.
    pub(super) fn kept(self, params: &SequenceParams) -> Self {
        let SequenceParams {
            keep, max_length, ..
        } = *params;
        if keep == Keep::All {
            return self;
        }
        let patterns = &self.patterns;
        let keys = Keys::of(patterns);
        let beaten = beaten(
            patterns.len(),
            |pattern| keys.get(pattern),
            |pattern| patterns.count(pattern),
            Keys::without,
            |larger, smaller| keep.beats(larger, smaller),
        );
        let keeps = |index: usize| !beaten[index] && patterns.length(index) <= max_length;
        let count = |index| {
            if keeps(index) {
                patterns.count(index)
            } else {
                0
            }
        };
        Self {
            patterns: patterns.recount(count),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;
    use crate::pattern::brute_force;

    type Counts = BTreeMap<Vec<Vec<u32>>, u32>;

    fn counts(found: &FrequentSequences) -> Counts {
        let patterns = &found.patterns;
        let pattern = |index| patterns.elements(index).map(<[u32]>::to_vec).collect();
        let counts: Counts = (0..patterns.len())
            .map(|index| (pattern(index), patterns.count(index)))
            .collect();
        assert_eq!(counts.len(), patterns.len(), "a pattern was found twice");
        counts
    }

    fn kept(histories: &Sequences, params: SequenceParams, keep: Keep) -> FrequentSequences {
        frequent_sequences(histories, &SequenceParams { keep, ..params })
    }

    /// SPMF's contextPrefixSpan: 1|123|13|4|36, 14|3|23|15, 56|12|46|3|2, 5|7|16|3|2|3.
    fn context_prefix_span() -> Sequences {
        let histories: [&[&[u32]]; 4] = [
            &[&[1], &[1, 2, 3], &[1, 3], &[4], &[3, 6]],
            &[&[1, 4], &[3], &[2, 3], &[1, 5]],
            &[&[5, 6], &[1, 2], &[4, 6], &[3], &[2]],
            &[&[5], &[7], &[1, 6], &[3], &[2], &[3]],
        ];
        histories
            .iter()
            .map(|elements| -> Vec<(i32, u32)> {
                let days = (0..).zip(elements.iter());
                days.flat_map(|(day, items)| items.iter().map(move |&item| (day, item)))
                    .collect()
            })
            .collect()
    }

    #[test]
    fn context_prefix_span_has_the_patterns_of_spmf() {
        let params = SequenceParams {
            min_count: 2,
            ..SequenceParams::default()
        };
        let histories = context_prefix_span();
        let all = counts(&frequent_sequences(&histories, &params));
        let by_length = |length| {
            all.keys()
                .filter(|pattern| pattern.concat().len() == length)
                .count()
        };
        assert_eq!(
            (all.len(), [1, 2, 3, 4].map(by_length)),
            (53, [6, 22, 21, 4])
        );
        assert_eq!(counts(&kept(&histories, params, Keep::Maximal)).len(), 10);
        let closed = counts(&kept(&histories, params, Keep::Closed));
        let expected: [(&[&[u32]], u32); 17] = [
            (&[&[5]], 3),
            (&[&[6]], 3),
            (&[&[1, 2], &[6]], 2),
            (&[&[1], &[2]], 4),
            (&[&[1], &[3]], 4),
            (&[&[2], &[3]], 3),
            (&[&[4], &[3]], 3),
            (&[&[1, 2], &[4], &[3]], 2),
            (&[&[1], &[2, 3], &[1]], 2),
            (&[&[1], &[2], &[3]], 2),
            (&[&[1], &[3], &[2]], 3),
            (&[&[1], &[3], &[3]], 3),
            (&[&[4], &[3], &[2]], 2),
            (&[&[5], &[2], &[3]], 2),
            (&[&[6], &[2], &[3]], 2),
            (&[&[5], &[1], &[3], &[2]], 2),
            (&[&[5], &[6], &[3], &[2]], 2),
        ];
        let expected: Counts = expected
            .into_iter()
            .map(|(pattern, count)| (pattern.iter().map(|items| items.to_vec()).collect(), count))
            .collect();
        assert_eq!(closed, expected);
    }

    #[test]
    fn support_is_raised_to_the_lowest_value_that_fits() {
        let histories = context_prefix_span();
        let at = |min_count, limit_bytes| {
            let params = SequenceParams {
                min_count,
                limit_bytes,
                ..SequenceParams::default()
            };
            frequent_sequences(&histories, &params)
        };
        let bytes = |found: &FrequentSequences| -> usize {
            let patterns = &found.patterns;
            let pattern = |index| (patterns.length(index), patterns.elements(index).len());
            (0..patterns.len())
                .map(|index| SequentialPatterns::bytes_of(pattern(index).0, pattern(index).1))
                .sum()
        };
        let mut used = BTreeSet::new();
        for limit_bytes in (0..400_000).step_by(1_000) {
            let found = at(1, limit_bytes);
            assert_eq!(found, at(found.min_count, usize::MAX));
            assert!(bytes(&found) <= limit_bytes);
            used.insert(found.min_count);
        }
        assert_eq!(used, BTreeSet::from([1, 2, 3, 4, 5]));
    }

    #[test]
    fn one_thread_and_three_find_the_same_patterns_in_the_same_order() {
        let mut state = 1_u32;
        let mut histories = Sequences::default();
        for _ in 0..2000 {
            let mut next = |below: u32| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 16) % below
            };
            let history: Vec<(i32, u32)> = (0..12)
                .map(|place| (place / 2, next(20).min(next(20))))
                .collect();
            histories.push(&history);
        }
        let mine = |threads, limit_bytes| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let params = SequenceParams {
                min_count: 60,
                limit_bytes,
                ..SequenceParams::default()
            };
            pool.expect("a thread pool")
                .install(|| frequent_sequences(&histories, &params))
        };
        let found = mine(1, usize::MAX);
        assert!(found.patterns.len() > 500);
        assert_eq!(found, mine(3, usize::MAX));
        // The first power of two within which anything fits.
        let within = |power: u32| (mine(1, 1 << power), mine(3, 1 << power));
        let (one, three) = (10..40)
            .map(within)
            .find(|found| !found.0.patterns.is_empty())
            .expect("a limit");
        assert!(one.min_count > 60, "{}", one.min_count);
        assert_eq!(one, three);
    }

    fn history() -> impl Strategy<Value = Vec<(i32, u32)>> {
        prop::collection::vec((0..6, 0_u32..4), 0..9)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn every_pattern_under_every_constraint_agrees_with_brute_force(
            histories in prop::collection::vec(history(), 0..8),
            min_count in 1_u32..4,
            max_length in 1_usize..5,
            max_gap_days in prop::option::of(1_u32..5),
            max_span_days in prop::option::of(1_u32..6),
        ) {
            let limits = (max_gap_days, max_span_days);
            let expected = brute_force::sequences(&histories, limits, min_count);
            let longer: Counts = expected
                .iter()
                .filter(|(pattern, _)| pattern.concat().len() <= max_length + 1)
                .map(|(pattern, &count)| (pattern.clone(), count))
                .collect();
            let short = |mut counts: Counts| {
                counts.retain(|pattern, _| pattern.concat().len() <= max_length);
                counts
            };
            let params = SequenceParams {
                min_count,
                max_length,
                max_gap_days,
                max_span_days,
                ..SequenceParams::default()
            };
            let histories: Sequences = histories.into_iter().collect();
            let found = frequent_sequences(&histories, &params);
            prop_assert_eq!(counts(&found), short(expected));
            let closed = kept(&histories, params, Keep::Closed);
            prop_assert_eq!(counts(&closed), short(brute_force::closed_sequences(&longer)));
            let maximal = kept(&histories, params, Keep::Maximal);
            prop_assert_eq!(counts(&maximal), short(brute_force::maximal_sequences(&longer)));
        }

        #[test]
        fn histories_of_single_items_agree_with_brute_force(
            histories in prop::collection::vec(prop::collection::vec(0_u32..4, 0..7), 0..8),
            min_count in 1_u32..4,
        ) {
            let histories: Vec<Vec<(i32, u32)>> =
                histories.into_iter().map(|items| (0..).zip(items).collect()).collect();
            let expected = brute_force::sequences(&histories, (None, None), min_count);
            let histories: Sequences = histories.into_iter().collect();
            let params = SequenceParams { min_count, ..SequenceParams::default() };
            prop_assert_eq!(counts(&frequent_sequences(&histories, &params)), expected);
        }
    }
}
