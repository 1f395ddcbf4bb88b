//! Where the search puts what it finds, and when it must stop.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many itemsets may be found by all threads together, and whether they are stored.
#[derive(Debug)]
pub(super) struct Budget {
    limit: usize,
    store: bool,
    found: AtomicUsize,
}

impl Budget {
    pub(super) fn new(limit: usize, store: bool) -> Self {
        Self {
            limit,
            store,
            found: AtomicUsize::new(0),
        }
    }

    /// Whether more was found than the limit.
    pub(super) fn is_exceeded(&self) -> bool {
        self.found.load(Ordering::Relaxed) > self.limit
    }
}

/// Finds between two looks at the budget.
const REPORT_EVERY: usize = 256;

/// The finds of one thread.
#[derive(Debug)]
pub(super) struct Sink<'a, F> {
    budget: &'a Budget,
    unreported: usize,
    found: F,
}

impl<'a, F: Default> Sink<'a, F> {
    pub(super) fn new(budget: &'a Budget) -> Self {
        Self {
            budget,
            unreported: 0,
            found: F::default(),
        }
    }

    /// Counts one find and lets `store` keep it.
    pub(super) fn push(&mut self, store: impl FnOnce(&mut F)) {
        self.unreported += 1;
        if self.unreported == REPORT_EVERY {
            self.report();
        }
        self.append(store);
    }

    /// Lets `store` keep what another sink has counted.
    pub(super) fn append(&mut self, store: impl FnOnce(&mut F)) {
        if self.budget.store {
            store(&mut self.found);
        }
    }

    /// Whether the search must stop.
    pub(super) fn is_full(&self) -> bool {
        self.budget.is_exceeded()
    }

    /// Hands over what was found since the last time.
    pub(super) fn take(&mut self) -> F {
        self.report();
        std::mem::take(&mut self.found)
    }

    fn report(&mut self) {
        self.budget
            .found
            .fetch_add(self.unreported, Ordering::Relaxed);
        self.unreported = 0;
    }
}

/// The finds of `search` at `min_count`, or at the lowest higher count at which not more than
/// `most` are found; and that count.
///
/// `search` gets a count and a budget. Nothing is stored while the count is sought, and each
/// attempt ends as soon as it finds too much, so that memory and time are bounded by `most`.
pub(super) fn within_budget<F: Default>(
    min_count: u32,
    highest: u32,
    most: usize,
    search: impl Fn(u32, &Budget) -> F,
) -> (F, u32) {
    let attempt = |count: u32, store: bool| {
        let budget = Budget::new(most, store);
        let found = search(count, &budget);
        (!budget.is_exceeded()).then_some(found)
    };
    let min_count = min_count.max(1);
    if let Some(found) = attempt(min_count, true) {
        return (found, min_count);
    }
    let (mut low, mut high) = (min_count + 1, highest + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if attempt(middle, false).is_some() {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    (attempt(low, true).unwrap_or_default(), low)
}
