//! Baskets larger than memory: mined piece by piece, then counted exactly.

use super::baskets::Baskets;
use super::bounds::{Bounds, first_beyond};
use super::constraints::Constraints;
use super::frequent::{Frequent, Params, frequent};
use super::itemsets::Itemsets;
use super::recount::Recount;
use super::set_index::SetIndex;

/// The first pass: what is frequent in some piece may be frequent.
///
/// A set in `min_count` of all N baskets is in at least `min_count` · n / N baskets of some piece
/// of n. So the sets frequent in a piece, from all pieces, hold every frequent one; a second pass
/// over the pieces counts them. Pieces may come in any order, and each may be mined elsewhere.
/// Candidates that can no longer be frequent, by what was seen of them, are dropped after each piece.
///
/// # Source
/// Savasere, Omiecinski & Navathe (1995), algorithm Partition.
///
/// # Example
/// ```
/// use clientele_model::pattern::{Baskets, Candidates, Constraints, Params};
/// let pieces: [Baskets; 2] = [
///     [vec![1, 2], vec![1, 2, 3]].into_iter().collect(),
///     [vec![1, 2], vec![3]].into_iter().collect(),
/// ];
/// let params = Params { min_count: 3, ..Params::default() };
/// let mut candidates = Candidates::new(4, params);
/// for piece in &pieces {
///     candidates.mine(piece, &Constraints::none());
/// }
/// let mut exact = candidates.count();
/// for piece in &pieces {
///     exact.add(piece);
/// }
/// let found = exact.finish();
/// assert_eq!(found.itemsets.iter().filter(|(items, _)| items == &[1, 2]).count(), 1);
/// assert_eq!(found.itemsets.len(), 3);
/// ```
#[derive(Debug)]
pub struct Candidates {
    params: Params,
    bounds: Bounds,
    /// With each set, how many baskets more than one that was never found it can have.
    sets: Itemsets,
    index: SetIndex,
    capacity: usize,
}

impl Candidates {
    /// No candidates yet, for pieces of `baskets` in all.
    #[must_use]
    pub fn new(baskets: usize, params: Params) -> Self {
        Self {
            params,
            bounds: Bounds::new(baskets, params.min_count),
            sets: Itemsets::default(),
            index: SetIndex::default(),
            capacity: 0,
        }
    }

    /// Adds what is frequent in `piece`.
    ///
    /// If that alone takes more than a third of `limit_bytes`, or all candidates do, the support
    /// of the whole is raised to the lowest value at which no set can have been missed.
    pub fn mine(&mut self, piece: &Baskets, constraints: &Constraints) {
        let params = Params {
            min_count: self.bounds.min_count_of(piece.len()),
            limit_bytes: self.params.limit_bytes / 3,
            ..self.params
        };
        let found = frequent(piece, &params, constraints);
        self.bounds.add(piece.len(), found.min_count);
        self.reserve(found.itemsets.len());
        for (items, count) in found.itemsets.iter() {
            let sets = &self.sets;
            let known = self
                .index
                .find_or_insert(&items.iter().copied(), sets.len(), |set| sets.items(set));
            let more = count - (found.min_count - 1);
            match known {
                Some(set) => self.sets.raise(set, more),
                None => self.sets.push([items, &[]], more),
            }
        }
        drop(found);
        self.prune();
    }

    /// Drops the sets that are too rare among the baskets seen, and as many more as needed.
    fn prune(&mut self) {
        let sets = &self.sets;
        let too_many = first_beyond(self.params.limit_bytes / 3, sets.len(), |set| {
            let bytes = BYTES_PER_CANDIDATE + Itemsets::bytes_of(sets.items(set).len());
            (sets.count(set), bytes)
        });
        let less = self.bounds.cut(too_many);
        self.sets = sets.recount(|more| more.saturating_sub(less));
        self.capacity = 0;
    }

    /// Makes room in the index for so many more sets.
    fn reserve(&mut self, more: usize) {
        let needed = self.sets.len() + more;
        if needed > self.capacity {
            self.capacity = needed;
            self.index.clear(self.capacity);
            for (set, (items, _)) in self.sets.iter().enumerate() {
                let sets = &self.sets;
                self.index
                    .find_or_insert(&items.iter().copied(), set, |set| sets.items(set));
            }
        }
    }

    /// Ends the first pass.
    #[must_use]
    pub fn count(self) -> ExactCount {
        ExactCount {
            recount: Recount::of(&self.sets),
            counts: vec![0; self.sets.len()],
            baskets: 0,
            min_count: self.bounds.min_count,
            limit_bytes: self.params.limit_bytes / 3,
            sets: self.sets,
        }
    }
}

/// What a candidate takes beside its items: slots of the index, later nodes of the prefix tree.
const BYTES_PER_CANDIDATE: usize = 32;

/// The second pass: every candidate counted in every piece.
#[derive(Debug)]
pub struct ExactCount {
    sets: Itemsets,
    recount: Recount,
    counts: Vec<u32>,
    baskets: usize,
    min_count: u32,
    limit_bytes: usize,
}

impl ExactCount {
    /// Counts the candidates in `piece`.
    pub fn add(&mut self, piece: &Baskets) {
        self.baskets += piece.len();
        for (total, count) in self.counts.iter_mut().zip(self.recount.count(piece)) {
            *total += count;
        }
    }

    /// The sets frequent in all pieces together, the most frequent first, then by items.
    #[must_use]
    pub fn finish(self) -> Frequent {
        let Self { sets, counts, .. } = self;
        let mut order: Vec<usize> = (0..sets.len())
            .filter(|&set| counts[set] >= self.min_count)
            .collect();
        order.sort_unstable_by(|&left, &right| {
            counts[right]
                .cmp(&counts[left])
                .then_with(|| sets.items(left).cmp(sets.items(right)))
        });
        let mut itemsets = Itemsets::default();
        for set in order {
            itemsets.push([sets.items(set), &[]], counts[set]);
        }
        let found = Frequent {
            itemsets,
            min_count: self.min_count,
            baskets: self.baskets,
        };
        found.within(self.limit_bytes, |items| Itemsets::bytes_of(items.len()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn in_pieces(baskets: &[Vec<u32>], piece: usize, params: Params) -> Frequent {
        let pieces: Vec<Baskets> = baskets
            .chunks(piece)
            .map(|piece| piece.iter().collect())
            .collect();
        let mut candidates = Candidates::new(baskets.len(), params);
        for piece in &pieces {
            candidates.mine(piece, &Constraints::none());
        }
        let mut exact = candidates.count();
        for piece in &pieces {
            exact.add(piece);
        }
        exact.finish()
    }

    fn sets(found: &Frequent) -> BTreeMap<Vec<u32>, u32> {
        found
            .itemsets
            .iter()
            .map(|(items, count)| (items.to_vec(), count))
            .collect()
    }

    proptest! {
        #[test]
        fn pieces_give_the_sets_of_the_whole(
            baskets in prop::collection::vec(prop::collection::vec(0_u32..9, 0..7), 1..40),
            piece in 1_usize..20,
            min_count in 1_u32..6,
        ) {
            let params = Params { min_count, ..Params::default() };
            let whole: Baskets = baskets.iter().collect();
            let whole = frequent(&whole, &params, &Constraints::none());
            prop_assert_eq!(sets(&in_pieces(&baskets, piece, params)), sets(&whole));
        }

        #[test]
        fn a_memory_limit_raises_support_and_misses_nothing_above_it(
            baskets in prop::collection::vec(prop::collection::vec(0_u32..9, 0..7), 1..40),
            piece in 1_usize..20,
            limit_bytes in 0_usize..9_000,
        ) {
            let params = Params { limit_bytes, ..Params::default() };
            let found = in_pieces(&baskets, piece, params);
            let bytes: usize =
                found.itemsets.iter().map(|set| Itemsets::bytes_of(set.0.len())).sum();
            prop_assert!(bytes <= limit_bytes);
            let whole: Baskets = baskets.iter().collect();
            let params = Params { min_count: found.min_count, ..Params::default() };
            prop_assert_eq!(sets(&found), sets(&frequent(&whole, &params, &Constraints::none())));
        }
    }
}
