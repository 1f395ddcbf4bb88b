//! Purchase histories as they come: per customer dated sets of items, in flat vectors.

use super::narrow::narrow;

/// What each customer bought, day by day.
///
/// Item codes should be dense: mining holds counters per code up to the highest.
#[derive(Debug, Clone, Default)]
pub struct Sequences {
    items: Vec<u32>,
    element_ends: Vec<usize>,
    days: Vec<i32>,
    sequence_ends: Vec<usize>,
}

impl Sequences {
    /// Adds one customer's history of (day, item) pairs, in any order.
    ///
    /// What was bought on one day is one element: within a day there is no order.
    pub fn push(&mut self, purchases: &[(i32, u32)]) {
        let mut purchases = purchases.to_vec();
        purchases.sort_unstable();
        purchases.dedup();
        for day in purchases.chunk_by(|left, right| left.0 == right.0) {
            self.items.extend(day.iter().map(|&(_, item)| item));
            self.element_ends.push(self.items.len());
            self.days.push(day[0].0);
        }
        self.sequence_ends.push(self.days.len());
    }

    /// How many customers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sequence_ends.len()
    }

    /// Whether there is no customer.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sequence_ends.is_empty()
    }

    /// How many items all histories hold together, each once a day.
    #[must_use]
    pub fn purchases(&self) -> usize {
        self.items.len()
    }

    /// How many days with purchases all histories hold together.
    #[must_use]
    pub fn days(&self) -> usize {
        self.days.len()
    }

    /// The days and items of the customer at `index`, in the order of days.
    #[must_use]
    pub fn history(&self, index: usize) -> impl DoubleEndedIterator<Item = (i32, &[u32])> + Clone {
        self.days_of(index).map(|day| self.day(day))
    }

    /// Numbers of the days of the customer at `index` among those of all customers.
    pub(super) fn days_of(&self, index: usize) -> std::ops::Range<usize> {
        let start = if index == 0 {
            0
        } else {
            self.sequence_ends[index - 1]
        };
        start..self.sequence_ends[index]
    }

    /// The day of that number, and its items.
    pub(super) fn day(&self, number: usize) -> (i32, &[u32]) {
        let start = if number == 0 {
            0
        } else {
            self.element_ends[number - 1]
        };
        (
            self.days[number],
            &self.items[start..self.element_ends[number]],
        )
    }

    /// Item codes from 0 up to the highest.
    pub(super) fn codes(&self) -> usize {
        let highest = self.items.iter().max();
        highest.map_or(0, |&highest| highest as usize + 1)
    }

    /// The number of customers that bought each item, by item code.
    #[must_use]
    pub fn item_counts(&self) -> Vec<u32> {
        let codes = self.codes();
        let (mut counts, mut last) = (vec![0; codes], vec![u32::MAX; codes]);
        for customer in 0..self.len() {
            for &item in self.history(customer).flat_map(|(_, items)| items) {
                if last[item as usize] != narrow(customer) {
                    last[item as usize] = narrow(customer);
                    counts[item as usize] += 1;
                }
            }
        }
        counts
    }
}

impl<S: AsRef<[(i32, u32)]>> FromIterator<S> for Sequences {
    fn from_iter<I: IntoIterator<Item = S>>(histories: I) -> Self {
        let mut all = Self::default();
        for history in histories {
            all.push(history.as_ref());
        }
        all
    }
}
