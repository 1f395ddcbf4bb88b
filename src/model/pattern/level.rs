//! The extensions of one prefix, each with the ends of its matches.

use super::first_places::FirstPlaces;
use super::patterns::Step;
use super::place_table::PlaceTable;
use super::sequence_search::SequenceSearch;
use super::suffixes::{End, Suffixes};

/// The ends of the prefix extended by one item; empty between prefixes.
#[derive(Debug, Clone, Default)]
pub(super) struct Bucket {
    pub(super) ends: Vec<End>,
    /// Histories among the ends.
    pub(super) support: u32,
}

impl Bucket {
    /// Takes `end`, or only the first one of each history.
    fn push(&mut self, end: End, first_only: bool) {
        let is_first = self
            .ends
            .last()
            .is_none_or(|last| last.sequence != end.sequence);
        self.support += u32::from(is_first);
        if is_first || !first_only {
            self.ends.push(end);
        }
    }

    fn clear(&mut self) {
        self.ends.clear();
        self.support = 0;
    }
}

/// What one prefix holds while its extensions are grown.
#[derive(Debug, Default)]
pub(super) struct Level {
    /// By step and code.
    pub(super) buckets: [Vec<Bucket>; 2],
    /// Steps and codes of the buckets in use.
    pub(super) extensions: Vec<(Step, u32)>,
    pub(super) copy: Suffixes,
    pub(super) copied_ends: Vec<End>,
}

impl Level {
    /// Puts the ends of every frequent extension that is `wanted` in its bucket; returns how many
    /// items were read and how many ends there are.
    pub(super) fn fill(
        &mut self,
        search: &SequenceSearch,
        (suffixes, origin): (&Suffixes, Option<&[End]>),
        wanted: impl Fn(Step, u32) -> bool,
    ) -> (usize, usize) {
        for buckets in &mut self.buckets {
            buckets.resize(search.labels.len(), Bucket::default());
        }
        if let (Some(FirstPlaces::Table(firsts)), Some(origin)) = (&search.first_places, origin) {
            return self.fill_frequent(firsts, search.min_count, origin, wanted);
        }
        let mut read = 0;
        search.visit(suffixes, origin, |step, code, end| {
            read += 1;
            let bucket = &mut self.buckets[step as usize][code as usize];
            if bucket.support == 0 {
                self.extensions.push((step, code));
            }
            bucket.push(end, search.first_end_only);
        });
        let mut ends = 0;
        self.extensions.retain(|&(step, code)| {
            let bucket = &mut self.buckets[step as usize][code as usize];
            let is_kept = bucket.support >= search.min_count && wanted(step, code);
            if is_kept {
                ends += bucket.ends.len();
            } else {
                bucket.clear();
            }
            is_kept
        });
        self.extensions
            .sort_unstable_by_key(|&(step, code)| (step as u8, code));
        (read, ends)
    }

    /// As [`Level::fill`], but counts first: what is not frequent is put nowhere.
    fn fill_frequent(
        &mut self,
        firsts: &PlaceTable,
        min_count: u32,
        origin: &[End],
        wanted: impl Fn(Step, u32) -> bool,
    ) -> (usize, usize) {
        let buckets = &mut self.buckets[Step::Follow as usize];
        let mut chosen = 0;
        for ((code, bucket), count) in (0..).zip(&mut *buckets).zip(firsts.counts(origin)) {
            if count >= min_count && wanted(Step::Follow, code) {
                bucket.support = count;
                bucket.ends.reserve(count as usize);
                chosen |= 1 << code;
                self.extensions.push((Step::Follow, code));
            }
        }
        if chosen != 0 {
            for end in origin {
                firsts.visit(end.place, chosen, |code, place| {
                    buckets[code as usize].ends.push(End { place, ..*end });
                });
            }
        }
        let ends = buckets.iter().map(|bucket| bucket.ends.len()).sum();
        (ends, ends)
    }

    /// Memory that the buckets take after so many items were read.
    pub(super) fn bytes(&self, read: usize) -> usize {
        let buckets: usize = self.buckets.iter().map(Vec::len).sum();
        size_of::<Bucket>() * buckets + size_of::<End>() * read
    }

    pub(super) fn clear(&mut self) {
        for (step, code) in self.extensions.drain(..) {
            self.buckets[step as usize][code as usize].clear();
        }
    }

    /// Whether `code` is a frequent extension in either way.
    pub(super) fn is_useful(&self, code: u32) -> bool {
        self.buckets
            .iter()
            .any(|buckets| buckets[code as usize].support > 0)
    }
}
