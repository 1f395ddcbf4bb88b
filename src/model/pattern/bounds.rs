//! How often a pattern can have come, by what was mined of the pieces seen so far.

use std::cmp::Reverse;

use super::narrow::narrow;

/// What mining some pieces says about all of them.
///
/// A pattern that comes `min_count` times among all N comes at least `min_count` · n / N times in
/// some piece of n, so that what is frequent in a piece, from all pieces, holds every frequent
/// pattern. The pieces seen so far are a piece too: a piece in which a pattern was not found adds
/// less than the support used there, so that each has a highest possible count in what was seen.
#[derive(Debug)]
pub(super) struct Bounds {
    whole: usize,
    /// The support among all that is asked for.
    pub(super) min_count: u32,
    seen: usize,
    /// The most that a pattern which was never found can have come among those seen.
    missed: u32,
}

impl Bounds {
    /// Nothing seen of `whole` baskets or customers.
    pub(super) fn new(whole: usize, min_count: u32) -> Self {
        Self {
            whole,
            min_count: min_count.max(1),
            seen: 0,
            missed: 0,
        }
    }

    /// The support at which a piece of so many is to be mined.
    pub(super) fn min_count_of(&self, piece: usize) -> u32 {
        self.share(piece).max(1)
    }

    /// Takes note of a piece of so many, mined at `used`. If that is more than was asked for, the
    /// support of the whole rises to the lowest at which no pattern can have been missed.
    pub(super) fn add(&mut self, piece: usize, used: u32) {
        if used > self.min_count_of(piece) {
            self.raise(used - 1, piece);
        }
        self.seen += piece;
        self.missed += used - 1;
    }

    /// Forgets the patterns that are too rare among those seen: returns by how much each can come
    /// less often beyond what is missed. Those that can come at most `too_many` times beyond it
    /// are forgotten too, at a support of the whole that is raised for it.
    pub(super) fn cut(&mut self, too_many: Option<u32>) -> u32 {
        if let Some(more) = too_many {
            self.raise(self.missed + more, self.seen);
        }
        let before = self.missed;
        self.missed = before.max(self.share(self.seen).saturating_sub(1));
        self.missed - before
    }

    /// Raises the support so far that patterns that come `too_low` times in `part` cannot have it.
    fn raise(&mut self, too_low: u32, part: usize) {
        let whole = self.whole.max(part) as u64;
        let missed = u64::from(too_low) * whole / (part as u64).max(1);
        let least = u32::try_from(missed + 1).unwrap_or(u32::MAX);
        self.min_count = self.min_count.max(least);
    }

    /// The count in a part of so many that the support of the whole is, rounded up.
    fn share(&self, part: usize) -> u32 {
        let whole = self.whole.max(part).max(1) as u64;
        let share = (u64::from(self.min_count) * part as u64).div_ceil(whole);
        u32::try_from(share).unwrap_or(u32::MAX)
    }
}

/// The count of the first pattern, the most frequent first, at which all up to it take more than
/// `limit_bytes`; `pattern` gives the count and the bytes of each.
pub(super) fn first_beyond(
    limit_bytes: usize,
    patterns: usize,
    pattern: impl Fn(usize) -> (u32, usize),
) -> Option<u32> {
    let mut order: Vec<u32> = (0..narrow(patterns)).collect();
    order.sort_unstable_by_key(|&number| Reverse(pattern(number as usize).0));
    let mut taken = 0;
    let mut counts = order.into_iter().filter_map(|number| {
        let (count, bytes) = pattern(number as usize);
        taken += bytes;
        (taken > limit_bytes).then_some(count)
    });
    counts.next()
}
