//! The baskets that contain a prefix, reduced to what can still extend it.
//!
//! Items are coded by falling frequency, equal baskets are one with a weight, and codes from
//! `head` on are witnesses: too rare to extend the prefix here, kept to tell closed from open.

use super::baskets::Baskets;
use super::narrow::narrow;
use super::set_index::SetIndex;
use super::sink::Budget;

/// No code, no basket.
const ABSENT: u32 = u32::MAX;

/// Among fewer baskets, finding equal ones costs more than it saves.
const MERGE_BASKETS: usize = 64;

/// A code in a basket: where its partners are among all codes, and the weight of the basket.
#[derive(Debug, Clone, Copy, Default)]
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
        let mut all = Self::default();
        all.supports
            .extend(labels.iter().map(|&item| counts[item as usize]));
        all.head = labels.len();
        all.labels = labels;
        all.reserve(baskets.len());
        for basket in baskets.iter() {
            if budget.is_exceeded_by(all.bytes()) {
                break;
            }
            let start = all.items.len();
            all.items.extend(
                basket
                    .iter()
                    .map(|&item| codes[item as usize])
                    .filter(|&code| code != ABSENT),
            );
            all.items[start..].sort_unstable();
            all.close(start, 1);
        }
        budget.hold(all.bytes());
        all.merged = SetIndex::default();
        (!budget.is_exceeded()).then_some(all)
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
        let mut start = 0;
        for (&basket_end, &weight) in self.ends.iter().zip(&self.weights) {
            for (position, &code) in (start..).zip(&self.items[start..basket_end]) {
                if code as usize >= self.head {
                    break;
                }
                let end = narrow(if whole { basket_end } else { position });
                let next = &mut starts[code as usize];
                places[*next] = Place {
                    start: narrow(start),
                    end,
                    weight,
                };
                *next += 1;
            }
            start = basket_end;
        }
        starts.rotate_right(1);
        starts[0] = 0;
    }
}

/// For each code its places.
#[derive(Debug, Default)]
pub(super) struct Occurrences {
    starts: Vec<usize>,
    places: Vec<Place>,
}

impl Occurrences {
    pub(super) fn of(&self, code: usize) -> &[Place] {
        &self.places[self.starts[code]..self.starts[code + 1]]
    }
}
