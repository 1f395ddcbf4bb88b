//! The baskets that contain a prefix, reduced to what can still extend it.
//!
//! Items are coded by falling frequency, equal baskets are one with a weight, and codes from
//! `head` on are witnesses: too rare to extend the prefix here, kept to tell closed from open.

use std::array;

use rayon::prelude::*;

use super::baskets::Baskets;
use super::narrow::narrow;
use super::set_index::SetIndex;
use super::sink::Budget;

/// No code, no basket.
const ABSENT: u32 = u32::MAX;

/// Among fewer baskets, finding equal ones costs more than it saves.
const MERGE_BASKETS: usize = 64;

/// Baskets coded by one task.
const CHUNK: usize = 1 << 12;

/// Parts of the baskets within which equal ones are found: as many for any number of threads.
const PARTS: usize = 8;

/// Codes that are delivered by one thread, at least.
const DELIVERED: usize = 1 << 16;

/// A code in a basket: where its partners are among all codes, and the weight of the basket.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Place {
    start: u32,
    end: u32,
    pub(super) weight: u32,
}

/// A conditional database: weighted baskets over local item codes.
#[derive(Debug, Default)]
pub(super) struct Projection {
    items: Vec<u32>,
    ends: Vec<usize>,
    weights: Vec<u32>,
    /// Support of the prefix with each item.
    pub(super) supports: Vec<u32>,
    /// The item behind each code.
    pub(super) labels: Vec<u32>,
    /// Codes below it extend the prefix.
    pub(super) head: usize,
    merge: bool,
    merged: SetIndex,
}

impl Projection {
    /// All baskets, over the items of `labels`, which stand by code; `None` if the baskets and
    /// their [`Occurrences`] take more than the budget.
    pub(super) fn of(
        baskets: &Baskets,
        counts: &[u32],
        labels: Vec<u32>,
        budget: &Budget,
    ) -> Option<Self> {
        let mut codes = vec![ABSENT; counts.len()];
        for (code, &item) in (0..).zip(&labels) {
            codes[item as usize] = code;
        }
        let chunks = in_parts(baskets, &codes);
        let merged = (0..PARTS).into_par_iter().map(|part| {
            let own = || chunks.iter().map(|chunk| &chunk[part]);
            let mut merged = Self {
                head: labels.len(),
                ..Self::default()
            };
            merged.reserve(own().map(Baskets::len).sum());
            for basket in own().flat_map(Baskets::iter) {
                let start = merged.items.len();
                merged.items.extend_from_slice(basket);
                merged.close(start, 1);
            }
            merged
        });
        let merged: Vec<Self> = merged.collect();
        budget.hold(merged.iter().map(Self::bytes).sum());
        drop(chunks);
        if budget.is_exceeded() {
            return None;
        }
        let mut all = Self::default();
        all.items.reserve_exact(merged.iter().map(Self::size).sum());
        for part in merged {
            let start = all.items.len();
            all.items.extend(part.items);
            all.ends.extend(part.ends.iter().map(|end| start + end));
            all.weights.extend(part.weights);
        }
        all.supports
            .extend(labels.iter().map(|&item| counts[item as usize]));
        all.head = labels.len();
        all.labels = labels;
        Some(all)
    }

    /// Memory that the baskets take, and their [`Occurrences`].
    pub(super) fn bytes(&self) -> usize {
        (size_of::<u32>() + size_of::<Place>()) * self.items.len()
            + (size_of::<usize>() + size_of::<u32>()) * self.ends.len()
            + if self.merge { self.merged.bytes() } else { 0 }
    }

    /// Forgets everything but the memory it holds.
    pub(super) fn clear(&mut self) {
        self.items.clear();
        self.ends.clear();
        self.weights.clear();
        self.supports.clear();
        self.labels.clear();
        self.head = 0;
    }

    /// Prepares for at most so many baskets.
    pub(super) fn reserve(&mut self, baskets: usize) {
        self.merge = baskets >= MERGE_BASKETS;
        if self.merge {
            self.merged.clear(baskets);
        }
    }

    /// Adds a basket of ascending parent codes, `rename` giving the own code plus one, or 0.
    pub(super) fn push(&mut self, codes: &[u32], rename: &[u32], weight: u32) {
        let start = self.items.len();
        for &code in codes {
            let renamed = rename[code as usize];
            if renamed != 0 {
                self.items.push(renamed - 1);
            }
        }
        self.close(start, weight);
    }

    /// Ends the basket that began at `start`: dropped if nothing can come of it, merged if known.
    fn close(&mut self, start: usize, weight: u32) {
        let basket = &self.items[start..];
        if basket.len() < 2 || basket[0] as usize >= self.head {
            self.items.truncate(start);
            return;
        }
        if self.merge {
            let (items, ends) = (&self.items, &self.ends);
            let known = self
                .merged
                .find_or_insert(&basket.iter().copied(), ends.len(), |index| {
                    &items[if index == 0 { 0 } else { ends[index - 1] }..ends[index]]
                });
            if let Some(index) = known {
                self.weights[index] += weight;
                self.items.truncate(start);
                return;
            }
        }
        self.ends.push(self.items.len());
        self.weights.push(weight);
    }

    /// How many codes all baskets hold together.
    pub(super) fn size(&self) -> usize {
        self.items.len()
    }

    /// The codes that may stand with the one at `place`.
    pub(super) fn partners(&self, place: &Place) -> &[u32] {
        &self.items[place.start as usize..place.end as usize]
    }

    /// Where each code below `head` has partners: the codes before it, or its whole basket.
    pub(super) fn deliver(&self, whole: bool, occurrences: &mut Occurrences) {
        let starts = &mut occurrences.starts;
        starts.clear();
        starts.resize(self.head + 1, 0);
        for &code in &self.items {
            if (code as usize) < self.head {
                starts[code as usize + 1] += 1;
            }
        }
        for code in 0..self.head {
            starts[code + 1] += starts[code];
        }
        let places = &mut occurrences.places;
        places.clear();
        places.resize(starts[self.head], Place::default());
        let (threads, ends) = (rayon::current_num_threads(), &mut starts[..self.head]);
        self.place(whole, 0, (ends, places), threads);
        starts.rotate_right(1);
        starts[0] = 0;
    }

    /// Fills the `places` of the codes from `first` on, and moves the start of each to its end. Each
    /// half of them is for one half of the `threads`, which reads all baskets for it.
    fn place(
        &self,
        whole: bool,
        first: usize,
        (starts, places): (&mut [usize], &mut [Place]),
        threads: usize,
    ) {
        let Some(&before) = starts.first() else {
            return;
        };
        if threads > 1 && places.len() > DELIVERED {
            let half = before + places.len() / 2;
            let middle = starts.partition_point(|&start| start < half);
            if middle < starts.len() {
                let (left, right) = starts.split_at_mut(middle);
                let (of_left, of_right) = places.split_at_mut(right[0] - before);
                let threads = threads.div_ceil(2);
                rayon::join(
                    || self.place(whole, first, (left, of_left), threads),
                    || self.place(whole, first + middle, (right, of_right), threads),
                );
                return;
            }
        }
        let last = first + starts.len();
        let mut start = 0;
        for (&basket_end, &weight) in self.ends.iter().zip(&self.weights) {
            let basket = &self.items[start..basket_end];
            let skipped = basket.iter().position(|&code| code as usize >= first);
            for (position, &code) in basket
                .iter()
                .enumerate()
                .skip(skipped.unwrap_or(basket.len()))
            {
                if code as usize >= last {
                    break;
                }
                let end = narrow(if whole { basket_end } else { start + position });
                let next = &mut starts[code as usize - first];
                places[*next - before] = Place {
                    start: narrow(start),
                    end,
                    weight,
                };
                *next += 1;
            }
            start = basket_end;
        }
    }
}

/// The baskets by chunk and part, equal ones in the same part, without those that have fewer than
/// two codes.
fn in_parts(baskets: &Baskets, codes: &[u32]) -> Vec<[Baskets; PARTS]> {
    let of_chunk = |chunk: usize| {
        let mut parts: [Baskets; PARTS] = array::from_fn(|_| Baskets::default());
        let mut kept: Vec<u32> = Vec::new();
        for index in chunk * CHUNK..((chunk + 1) * CHUNK).min(baskets.len()) {
            let basket = baskets.get(index).iter();
            kept.clear();
            kept.extend(
                basket
                    .map(|&item| codes[item as usize])
                    .filter(|&code| code != ABSENT),
            );
            if kept.len() > 1 {
                let sum: usize = kept.iter().map(|&code| code as usize).sum();
                parts[sum % PARTS].push(&kept);
            }
        }
        parts
    };
    let chunks = 0..baskets.len().div_ceil(CHUNK);
    chunks.into_par_iter().map(of_chunk).collect()
}

/// For each code its places.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Occurrences {
    starts: Vec<usize>,
    places: Vec<Place>,
}

impl Occurrences {
    pub(super) fn of(&self, code: usize) -> &[Place] {
        &self.places[self.starts[code]..self.starts[code + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, DELIVERED, Occurrences, Projection};
    use crate::pattern::baskets::Baskets;
    use crate::pattern::sink::Budget;

    #[test]
    fn many_baskets_are_delivered_by_any_number_of_threads_as_by_one() {
        let item =
            |basket: u32, place: u32| (basket.wrapping_mul(2_654_435_761) >> 7) % (10 + 9 * place);
        let basket = |basket| (0..basket % 11).map(|place| item(basket, place)).collect();
        let baskets: Vec<Vec<u32>> = (0..30_000).map(basket).collect();
        let baskets: Baskets = baskets.into_iter().collect();
        let counts = baskets.item_counts();
        let mut labels: Vec<u32> = (0..).take(counts.len()).collect();
        labels.sort_by_key(|&item| std::cmp::Reverse(counts[item as usize]));
        let all = Projection::of(&baskets, &counts, labels, &Budget::new(usize::MAX, true));
        let all = all.expect("no limit");
        assert!(baskets.len() > 2 * CHUNK && all.size() > DELIVERED);
        let by = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let mut occurrences = Occurrences::default();
            pool.expect("threads")
                .install(|| all.deliver(true, &mut occurrences));
            occurrences
        };
        let one = by(1);
        assert!(one == by(2) && one == by(5));
        // together with the baskets of a single item, which nothing can come of
        let mut alone = vec![0; counts.len()];
        for basket in baskets.iter().filter(|basket| basket.len() == 1) {
            alone[basket[0] as usize] += 1;
        }
        for (code, &item) in all.labels.iter().enumerate() {
            let together: u32 = one.of(code).iter().map(|place| place.weight).sum();
            assert_eq!(
                together + alone[item as usize],
                counts[item as usize],
                "{item}"
            );
        }
    }
}
