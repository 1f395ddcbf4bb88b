//! Many itemsets and their counts, in three flat vectors.

/// Sets of items, each with the number of baskets that contain it.
///
/// The items of a set ascend. The order of the sets is that of the search, which depends on the
/// baskets alone and never on the number of threads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Itemsets {
    items: Vec<u32>,
    ends: Vec<usize>,
    counts: Vec<u32>,
}

impl Itemsets {
    /// How many sets there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there is no set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The items of the set at `index`, ascending.
    #[must_use]
    pub fn items(&self, index: usize) -> &[u32] {
        &self.items[self.start(index)..self.ends[index]]
    }

    /// Where the items of the set at `index` begin among those of all sets.
    pub(super) fn start(&self, index: usize) -> usize {
        if index == 0 { 0 } else { self.ends[index - 1] }
    }

    /// The number of baskets that contain the set at `index`.
    #[must_use]
    pub fn count(&self, index: usize) -> u32 {
        self.counts[index]
    }

    /// Every set with its count.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u32], u32)> {
        (0..self.len()).map(|index| (self.items(index), self.count(index)))
    }

    /// Memory that a set of so many items takes.
    pub(super) fn bytes_of(items: usize) -> usize {
        size_of::<u32>() * items + size_of::<usize>() + size_of::<u32>()
    }

    /// Adds the set made of `parts`, which share no item.
    pub(super) fn push(&mut self, parts: [&[u32]; 2], count: u32) {
        let start = self.items.len();
        self.items.extend_from_slice(parts[0]);
        self.items.extend_from_slice(parts[1]);
        self.items[start..].sort_unstable();
        self.ends.push(self.items.len());
        self.counts.push(count);
    }

    /// Counts `more` baskets for the set at `index`.
    pub(super) fn raise(&mut self, index: usize, more: u32) {
        self.counts[index] += more;
    }

    /// The sets with a new count each, without those of which it is 0.
    pub(super) fn recount(&self, count: impl Fn(u32) -> u32) -> Self {
        let mut kept = Self::default();
        for (items, old) in self.iter() {
            let new = count(old);
            if new > 0 {
                kept.push([items, &[]], new);
            }
        }
        kept
    }

    /// One after the other, in the order given.
    pub(super) fn concat(chunks: Vec<Self>) -> Self {
        let mut all = Self {
            items: Vec::with_capacity(chunks.iter().map(|chunk| chunk.items.len()).sum()),
            ends: Vec::with_capacity(chunks.iter().map(Self::len).sum()),
            counts: Vec::with_capacity(chunks.iter().map(Self::len).sum()),
        };
        for chunk in chunks {
            all.append(&chunk);
        }
        all
    }

    /// Adds the sets of `other` behind the own ones.
    pub(super) fn append(&mut self, other: &Self) {
        let shift = self.items.len();
        self.items.extend_from_slice(&other.items);
        self.ends.extend(other.ends.iter().map(|end| end + shift));
        self.counts.extend_from_slice(&other.counts);
    }
}

impl<S: AsRef<[u32]>> Extend<(S, u32)> for Itemsets {
    /// Sets that were stored, each with its items ascending.
    fn extend<I: IntoIterator<Item = (S, u32)>>(&mut self, sets: I) {
        for (items, count) in sets {
            self.push([items.as_ref(), &[]], count);
        }
    }
}

impl<S: AsRef<[u32]>> FromIterator<(S, u32)> for Itemsets {
    fn from_iter<I: IntoIterator<Item = (S, u32)>>(sets: I) -> Self {
        let mut all = Self::default();
        all.extend(sets);
        all
    }
}
