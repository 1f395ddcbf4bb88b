//! Many sequential patterns and their counts, in flat vectors.

use std::cmp::Ordering;

/// How a pattern grows by an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// The item joins the last element.
    Join = 0,
    /// The item comes later, in an element of its own.
    Follow = 1,
}

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

    /// Memory that the pattern at `index` takes.
    pub(super) fn bytes(&self, index: usize) -> usize {
        Self::bytes_of(self.length(index), self.elements(index).len())
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

    /// The steps in which the search grew the pattern at `index`.
    pub(super) fn steps(&self, index: usize) -> impl Iterator<Item = (Step, u32)> {
        self.elements(index).flat_map(|element| {
            let first = [Step::Follow].into_iter();
            first
                .chain(std::iter::repeat(Step::Join))
                .zip(element.iter().copied())
        })
    }

    /// Which of two patterns, each of its list, the search finds first.
    fn compare(&self, index: usize, other: &Self, of_other: usize) -> Ordering {
        self.steps(index).cmp(other.steps(of_other))
    }

    /// All patterns of two lists, both in the order of the search, each with what `count` makes of
    /// its two counts; 0 stands for a list without it.
    pub(super) fn merged(&self, other: &Self, count: impl Fn(u32, u32) -> u32) -> Self {
        let mut all = Self::default();
        let (mut own, mut others) = (0, 0);
        while own < self.len() || others < other.len() {
            let order = match (own < self.len(), others < other.len()) {
                (true, true) => self.compare(own, other, others),
                (true, false) => Ordering::Less,
                _ => Ordering::Greater,
            };
            match order {
                Ordering::Less => all.push(self.elements(own), count(self.count(own), 0)),
                Ordering::Greater => {
                    all.push(other.elements(others), count(0, other.count(others)));
                }
                Ordering::Equal => {
                    all.push(
                        self.elements(own),
                        count(self.count(own), other.count(others)),
                    );
                }
            }
            own += usize::from(order.is_le());
            others += usize::from(order.is_ge());
        }
        all
    }

    /// Where the patterns of `some`, a part of the list in its order, stand in it.
    pub(super) fn places_of(&self, some: &Self) -> impl Iterator<Item = usize> {
        let mut place = 0;
        (0..some.len()).map(move |index| {
            while self.compare(place, some, index).is_lt() {
                place += 1;
            }
            place
        })
    }

    /// The patterns by number with a new count each, without those of which it is 0.
    pub(super) fn recount(&self, count: impl Fn(usize) -> u32) -> Self {
        let mut kept = Self::default();
        for index in 0..self.len() {
            let new = count(index);
            if new > 0 {
                kept.push(self.elements(index), new);
            }
        }
        kept
    }
}
