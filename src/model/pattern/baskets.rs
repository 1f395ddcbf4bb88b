//! Baskets as they come: item codes in, one sorted set per basket out, giants dealt with.

use rayon::prelude::*;

/// What becomes of a basket with more distinct items than a person buys.
///
/// A wholesaler's order of 1,000 items has 500,000 pairs; a few of them can cost more than all
/// other baskets together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GiantPolicy {
    /// It stays as it is.
    #[default]
    Keep,
    /// It keeps the given number of its lowest item codes: with codes by falling sales, those
    /// which sell most.
    Cap(usize),
    /// It is left out, from the number of baskets too, if it has more items than given.
    Skip(usize),
}

/// The distinct items of each basket, in one flat vector.
///
/// Item codes should be dense: mining holds one counter per code up to the highest.
#[derive(Debug, Clone, Default)]
pub struct Baskets {
    items: Vec<u32>,
    ends: Vec<usize>,
    policy: GiantPolicy,
    giants: usize,
}

impl Baskets {
    /// No baskets yet, and a rule for giants.
    #[must_use]
    pub fn new(policy: GiantPolicy) -> Self {
        Self {
            policy,
            ..Self::default()
        }
    }

    /// Adds one basket; the order of `items` and repeated items do not matter.
    pub fn push(&mut self, items: &[u32]) {
        let start = self.items.len();
        self.items.extend_from_slice(items);
        if !items.is_sorted_by(|left, right| left < right) {
            self.items[start..].sort_unstable();
            let mut kept = start;
            for at in start..self.items.len() {
                if kept == start || self.items[kept - 1] != self.items[at] {
                    self.items[kept] = self.items[at];
                    kept += 1;
                }
            }
            self.items.truncate(kept);
        }
        let size = self.items.len() - start;
        match self.policy {
            GiantPolicy::Cap(most) if size > most => {
                self.giants += 1;
                self.items.truncate(start + most);
            }
            GiantPolicy::Skip(most) if size > most => {
                self.giants += 1;
                self.items.truncate(start);
                return;
            }
            _ => {}
        }
        self.ends.push(self.items.len());
    }

    /// How many baskets there are, empty ones too.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no basket.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many giants were capped or skipped.
    #[must_use]
    pub fn giants(&self) -> usize {
        self.giants
    }

    /// How many items all baskets hold together.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.items.len()
    }

    /// Every basket, its items ascending.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// The items of the basket at `index`, ascending.
    #[must_use]
    pub fn get(&self, index: usize) -> &[u32] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.items[start..self.ends[index]]
    }

    /// The number of baskets that contain each item, by item code.
    #[must_use]
    pub fn item_counts(&self) -> Vec<u32> {
        let highest = self.items.par_iter().max();
        let codes = highest.map_or(0, |&highest| highest as usize + 1);
        let of_chunk = |items: &[u32]| {
            let mut counts = vec![0; codes];
            for &item in items {
                counts[item as usize] += 1;
            }
            counts
        };
        let add = |mut counts: Vec<u32>, more: Vec<u32>| {
            for (count, more) in counts.iter_mut().zip(more) {
                *count += more;
            }
            counts
        };
        let chunk = self.items.len().div_ceil(rayon::current_num_threads());
        let chunks = self.items.par_chunks(chunk.max(1)).map(of_chunk);
        chunks.reduce_with(add).unwrap_or_default()
    }
}

impl<B: AsRef<[u32]>> FromIterator<B> for Baskets {
    fn from_iter<I: IntoIterator<Item = B>>(baskets: I) -> Self {
        let mut all = Self::default();
        for basket in baskets {
            all.push(basket.as_ref());
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn giants_are_kept_capped_or_skipped_and_counted() {
        let fill = |policy| {
            let mut baskets = Baskets::new(policy);
            baskets.push(&[5, 1, 3, 1, 9]);
            baskets.push(&[2, 2, 2, 2, 7]);
            baskets
        };
        let capped = fill(GiantPolicy::Cap(3));
        assert_eq!((capped.get(0), capped.giants()), (&[1, 3, 5][..], 1));
        let skipped = fill(GiantPolicy::Skip(3));
        assert_eq!(
            (skipped.len(), skipped.get(0), skipped.giants()),
            (1, &[2, 7][..], 1)
        );
        let kept = fill(GiantPolicy::Keep);
        assert_eq!((kept.get(0), kept.giants()), (&[1, 3, 5, 9][..], 0));
    }
}
