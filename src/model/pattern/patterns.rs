//! Many sequential patterns and their counts, in flat vectors.

/// Ordered sets of items, each with the number of customers that bought them in that order.
///
/// The order of the patterns is that of the search, which depends on the histories alone and
/// never on the number of threads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SequentialPatterns {
    items: Vec<u32>,
    element_ends: Vec<usize>,
    pattern_ends: Vec<usize>,
    counts: Vec<u32>,
}

impl SequentialPatterns {
    /// How many patterns there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there is no pattern.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The sets of the pattern at `index`, in order, the items of each ascending.
    #[must_use]
    pub fn elements(&self, index: usize) -> impl ExactSizeIterator<Item = &[u32]> + Clone {
        let start = if index == 0 {
            0
        } else {
            self.pattern_ends[index - 1]
        };
        (start..self.pattern_ends[index]).map(|element| {
            let start = if element == 0 {
                0
            } else {
                self.element_ends[element - 1]
            };
            &self.items[start..self.element_ends[element]]
        })
    }

    /// How many customers bought the pattern at `index`.
    #[must_use]
    pub fn count(&self, index: usize) -> u32 {
        self.counts[index]
    }

    /// How many items the pattern at `index` has.
    #[must_use]
    pub fn length(&self, index: usize) -> usize {
        self.elements(index).map(<[u32]>::len).sum()
    }

    /// Memory that a pattern of so many items in so many elements takes.
    pub(super) fn bytes_of(items: usize, elements: usize) -> usize {
        size_of::<u32>() * (items + 1) + size_of::<usize>() * (elements + 1)
    }

    /// Adds a pattern of non-empty elements.
    pub(super) fn push<'a>(&mut self, elements: impl Iterator<Item = &'a [u32]>, count: u32) {
        for element in elements {
            self.items.extend_from_slice(element);
            self.element_ends.push(self.items.len());
        }
        self.pattern_ends.push(self.element_ends.len());
        self.counts.push(count);
    }

    /// Adds the patterns of `other` behind the own ones.
    pub(super) fn append(&mut self, other: &Self) {
        let (items, elements) = (self.items.len(), self.element_ends.len());
        self.items.extend_from_slice(&other.items);
        self.element_ends
            .extend(other.element_ends.iter().map(|end| end + items));
        self.pattern_ends
            .extend(other.pattern_ends.iter().map(|end| end + elements));
        self.counts.extend_from_slice(&other.counts);
    }

    /// Those whose number `keeps`.
    pub(super) fn filter(&self, keeps: impl Fn(usize) -> bool) -> Self {
        let mut kept = Self::default();
        for index in (0..self.len()).filter(|&index| keeps(index)) {
            kept.push(self.elements(index), self.count(index));
        }
        kept
    }
}
