//! Where the search puts what it finds, and when it must stop.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::itemsets::Itemsets;

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
pub(super) struct Sink<'a> {
    budget: &'a Budget,
    unreported: usize,
    itemsets: Itemsets,
}

impl<'a> Sink<'a> {
    pub(super) fn new(budget: &'a Budget) -> Self {
        Self {
            budget,
            unreported: 0,
            itemsets: Itemsets::default(),
        }
    }

    /// Takes the set of `prefix` and `items`.
    pub(super) fn push(&mut self, prefix: &[u32], items: &[u32], count: u32) {
        self.unreported += 1;
        if self.unreported == REPORT_EVERY {
            self.report();
        }
        if self.budget.store {
            self.itemsets.push([prefix, items], count);
        }
    }

    /// Takes sets that another sink has reported.
    pub(super) fn append(&mut self, itemsets: &Itemsets) {
        self.itemsets.append(itemsets);
    }

    /// Whether the search must stop.
    pub(super) fn is_full(&self) -> bool {
        self.budget.is_exceeded()
    }

    /// Hands over what was found since the last time.
    pub(super) fn take(&mut self) -> Itemsets {
        self.report();
        std::mem::take(&mut self.itemsets)
    }

    fn report(&mut self) {
        self.budget
            .found
            .fetch_add(self.unreported, Ordering::Relaxed);
        self.unreported = 0;
    }
}
