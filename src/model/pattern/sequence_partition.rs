//! Histories larger than memory: mined piece by piece, then counted exactly.

use super::bounds::{Bounds, first_beyond};
use super::patterns::SequentialPatterns;
use super::sequences::Sequences;
use super::sequential::{FrequentSequences, PieceSearch, SequenceParams, frequent_sequences};
use super::sink::Budget;

/// The first pass: what is frequent in some piece may be frequent; [`Candidates`](super::Candidates)
/// does the same for baskets.
///
/// A customer's history is in one piece, and pieces come in any order. What [`SequenceCount`] finds
/// is what [`frequent_sequences`] finds in all of them together, in the same order.
///
/// # Source
/// Savasere, Omiecinski & Navathe (1995), algorithm Partition: counts of customers add up under
/// any limits of days.
///
/// # Example
/// ```
/// use clientele_model::pattern::{SequenceCandidates, SequenceParams, Sequences, frequent_sequences};
/// let (printer, ink) = (1, 2);
/// let histories = [
///     vec![(0, printer), (40, ink)],
///     vec![(3, printer), (10, ink), (90, ink)],
///     vec![(5, ink), (6, printer)],
/// ];
/// let params = SequenceParams { min_count: 2, ..SequenceParams::default() };
/// let pieces: Vec<Sequences> = histories.chunks(2).map(|some| some.iter().collect()).collect();
/// let mut candidates = SequenceCandidates::new(histories.len(), params);
/// for piece in &pieces {
///     candidates.mine(piece);
/// }
/// let mut exact = candidates.count();
/// for piece in &pieces {
///     exact.add(piece);
/// }
/// let whole: Sequences = histories.iter().collect();
/// assert_eq!(exact.finish(), frequent_sequences(&whole, &params));
/// ```
#[derive(Debug)]
pub struct SequenceCandidates {
    params: SequenceParams,
    bounds: Bounds,
    /// With each pattern, how many customers more than one that was never found it can have.
    patterns: SequentialPatterns,
}

impl SequenceCandidates {
    /// No candidates yet, for pieces of `customers` in all.
    #[must_use]
    pub fn new(customers: usize, params: SequenceParams) -> Self {
        Self {
            params,
            bounds: Bounds::new(customers, params.min_count),
            patterns: SequentialPatterns::default(),
        }
    }

    /// Adds what is frequent in `piece`.
    ///
    /// If that alone takes more than half of `limit_bytes`, or all candidates take too much of the
    /// rest, the support of the whole is raised to the lowest value at which no pattern can have
    /// been missed.
    pub fn mine(&mut self, piece: &Sequences) {
        let all = self.params.of_all();
        let params = SequenceParams {
            min_count: self.bounds.min_count_of(piece.len()),
            limit_bytes: self.params.limit_bytes / 2,
            ..all
        };
        let found = frequent_sequences(piece, &params);
        let missed = found.min_count - 1;
        self.bounds.add(piece.len(), found.min_count);
        let more = |known: u32, count: u32| known + count.saturating_sub(missed);
        self.patterns = self.patterns.merged(&found.patterns, more);
        drop(found);
        let patterns = &self.patterns;
        // Two lists of candidates stand beside each other while a piece is added.
        let too_many = first_beyond(all.limit_bytes / 4, patterns.len(), |pattern| {
            (patterns.count(pattern), patterns.bytes(pattern))
        });
        let less = self.bounds.cut(too_many);
        self.patterns = patterns.recount(|pattern| patterns.count(pattern).saturating_sub(less));
    }

    /// Ends the first pass.
    #[must_use]
    pub fn count(self) -> SequenceCount {
        SequenceCount {
            counts: vec![0; self.patterns.len()],
            patterns: self.patterns,
            params: self.params,
            min_count: self.bounds.min_count,
            customers: 0,
        }
    }
}

/// The second pass: every candidate counted in every piece.
#[derive(Debug)]
pub struct SequenceCount {
    patterns: SequentialPatterns,
    counts: Vec<u32>,
    params: SequenceParams,
    min_count: u32,
    customers: usize,
}

impl SequenceCount {
    /// Counts the candidates in `piece`.
    pub fn add(&mut self, piece: &Sequences) {
        self.customers += piece.len();
        let search = PieceSearch {
            params: SequenceParams {
                min_count: 1,
                ..self.params.of_all()
            },
            table_bytes: self.params.limit_bytes / 3,
            candidates: Some(&self.patterns),
        };
        let mut is_candidate = vec![false; piece.codes()];
        for pattern in (0..self.patterns.len()).filter(|&index| self.patterns.length(index) == 1) {
            for &item in self.patterns.elements(pattern).flatten() {
                if let Some(is_candidate) = is_candidate.get_mut(item as usize) {
                    *is_candidate = true;
                }
            }
        }
        let no_limit = Budget::new(usize::MAX, true);
        let found = search.run(piece, |item| is_candidate[item as usize], &no_limit);
        let counted = self.patterns.places_of(&found);
        for (place, index) in counted.zip(0..) {
            self.counts[place] += found.count(index);
        }
    }

    /// The patterns frequent in all pieces together, as far as they are wanted.
    #[must_use]
    pub fn finish(self) -> FrequentSequences {
        let Self { counts, params, .. } = self;
        let all = params.of_all();
        let of_all = |index: usize| (counts[index], self.patterns.bytes(index));
        let too_low = first_beyond(all.limit_bytes / 3, counts.len(), of_all);
        let min_count = self.min_count.max(too_low.map_or(0, |count| count + 1));
        let kept = |index: usize| Some(counts[index]).filter(|&count| count >= min_count);
        let found = FrequentSequences {
            patterns: self.patterns.recount(|index| kept(index).unwrap_or(0)),
            min_count,
            customers: self.customers,
        };
        found.kept(&params)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pattern::keep::Keep;

    fn in_pieces(
        histories: &[Vec<(i32, u32)>],
        piece: usize,
        params: SequenceParams,
    ) -> FrequentSequences {
        let pieces: Vec<Sequences> = histories
            .chunks(piece)
            .map(|piece| piece.iter().collect())
            .collect();
        let mut candidates = SequenceCandidates::new(histories.len(), params);
        for piece in &pieces {
            candidates.mine(piece);
        }
        let mut exact = candidates.count();
        for piece in &pieces {
            exact.add(piece);
        }
        exact.finish()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(800))]

        #[test]
        fn pieces_give_the_patterns_of_the_whole_in_the_same_order(
            histories in prop::collection::vec(prop::collection::vec((0..6, 0_u32..4), 0..9), 1..12),
            piece in 1_usize..8,
            min_count in 1_u32..5,
            max_length in 1_usize..5,
            days in (prop::option::of(1_u32..5), prop::option::of(1_u32..6)),
            keep in prop::sample::select(vec![Keep::All, Keep::Closed, Keep::Maximal]),
        ) {
            let params = SequenceParams {
                min_count,
                max_length,
                max_gap_days: days.0,
                max_span_days: days.1,
                keep,
                ..SequenceParams::default()
            };
            let whole: Sequences = histories.iter().collect();
            let whole = frequent_sequences(&whole, &params);
            prop_assert_eq!(in_pieces(&histories, piece, params), whole);
        }

        #[test]
        fn a_memory_limit_raises_support_and_misses_nothing_above_it(
            histories in prop::collection::vec(prop::collection::vec((0..6, 0_u32..4), 0..9), 1..12),
            piece in 1_usize..8,
            limit_bytes in 0_usize..60_000,
        ) {
            let params = SequenceParams { limit_bytes, ..SequenceParams::default() };
            let found = in_pieces(&histories, piece, params);
            let patterns = &found.patterns;
            let bytes: usize = (0..patterns.len()).map(|index| patterns.bytes(index)).sum();
            prop_assert!(bytes <= limit_bytes);
            let whole: Sequences = histories.iter().collect();
            let at = SequenceParams {
                min_count: found.min_count,
                ..SequenceParams::default()
            };
            prop_assert_eq!(found, frequent_sequences(&whole, &at));
        }
    }
}
