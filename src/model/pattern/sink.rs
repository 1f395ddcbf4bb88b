//! Where the search puts what it finds, and when it must stop.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Paths through the search that count, each with its projections: one per thread. The number is
/// fixed, so that what fits does not depend on the threads; each beyond it takes one path more.
const PATHS: usize = 16;

/// How many bytes the search may take, and whether what it finds is stored.
///
/// Bytes are those of the contents, so that they depend on the data alone. They only ever rise
/// while a search runs: whether it fits depends on no order.
#[derive(Debug)]
pub(super) struct Budget {
    limit: usize,
    store: bool,
    held: AtomicUsize,
    longest_path: AtomicUsize,
}

impl Budget {
    pub(super) fn new(limit: usize, store: bool) -> Self {
        Self {
            limit,
            store,
            held: AtomicUsize::new(0),
            longest_path: AtomicUsize::new(0),
        }
    }

    /// Counts bytes that stay to the end of the search.
    pub(super) fn hold(&self, bytes: usize) {
        self.held.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts the bytes of the projections on one path.
    pub(super) fn reach(&self, path: usize) {
        if path > self.longest_path.load(Ordering::Relaxed) {
            self.longest_path.fetch_max(path, Ordering::Relaxed);
        }
    }

    /// The bytes that were counted.
    pub(super) fn taken(&self) -> usize {
        let paths = PATHS * self.longest_path.load(Ordering::Relaxed);
        self.held.load(Ordering::Relaxed) + paths
    }

    /// Whether `more` bytes go beyond the limit.
    pub(super) fn is_exceeded_by(&self, more: usize) -> bool {
        self.taken() + more > self.limit
    }

    /// Whether the search takes more than the limit.
    pub(super) fn is_exceeded(&self) -> bool {
        self.is_exceeded_by(0)
    }
}

/// Bytes found between two looks at the budget.
const REPORT_EVERY: usize = 1 << 13;

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

    /// Counts one find of so many bytes and lets `store` keep it.
    pub(super) fn push(&mut self, bytes: usize, store: impl FnOnce(&mut F)) {
        self.unreported += bytes;
        if self.unreported >= REPORT_EVERY {
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
        self.budget.hold(std::mem::take(&mut self.unreported));
    }
}

/// The finds of `search` at `min_count`, or at the lowest higher count at which it takes not more
/// than `limit_bytes`; and that count.
///
/// `search` gets a count and a budget. Nothing is stored while the count is sought, and each
/// attempt ends as soon as it takes too much, so that memory and time are bounded by the limit.
pub(super) fn within_budget<F: Default>(
    min_count: u32,
    highest: u32,
    limit_bytes: usize,
    search: impl Fn(u32, &Budget) -> F,
) -> (F, u32) {
    let attempt = |count: u32, store: bool| {
        let budget = Budget::new(limit_bytes, store);
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
