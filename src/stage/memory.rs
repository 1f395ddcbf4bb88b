//! The memory that queries may take, and when they begin to spill.

use crate::machine::held_memory_bytes;
use datafusion::common::resources_datafusion_err;
use datafusion::error::Result;
use datafusion::execution::memory_pool::{
    FairSpillPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation,
};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What a step may hold in any case: it has to sort and merge what it spilled.
const LEAST_BYTES: usize = 64 << 20;

/// Time for which it is taken to be known what the process holds.
const PERIOD: Duration = Duration::from_millis(20);

/// The engine's fair pool, where steps also spill when the process comes near what it may hold: what they count is
/// not all that they take.
#[derive(Debug)]
pub(super) struct WithinProcess {
    counted: FairSpillPool,
    process_bytes: u64,
    held: Mutex<Option<(Instant, u64)>>,
}

impl WithinProcess {
    /// `query_bytes` for what queries count, in a process that may hold `process_bytes`.
    pub(super) fn new(query_bytes: usize, process_bytes: usize) -> Self {
        Self {
            counted: FairSpillPool::new(query_bytes),
            process_bytes: process_bytes as u64,
            held: Mutex::new(None),
        }
    }

    fn held_bytes(&self) -> u64 {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match *held {
            Some((when, bytes)) if when.elapsed() < PERIOD => bytes,
            _ => {
                let bytes = held_memory_bytes();
                *held = Some((Instant::now(), bytes));
                bytes
            }
        }
    }

    /// Whether a step that holds `bytes` must spill now, since that takes as much again for a moment.
    fn is_full(&self, bytes: usize) -> bool {
        bytes > LEAST_BYTES && self.held_bytes() + bytes as u64 > self.process_bytes
    }
}

impl MemoryPool for WithinProcess {
    fn name(&self) -> &'static str {
        "within_process"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.counted.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.counted.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.counted.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.counted.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        let consumer = reservation.consumer();
        if consumer.can_spill() && self.is_full(reservation.size() + additional) {
            return Err(resources_datafusion_err!(
                "{} is to spill: the process comes near its limit of {} bytes",
                consumer.name(),
                self.process_bytes
            ));
        }
        self.counted.try_grow(reservation, additional)
    }

    fn reserved(&self) -> usize {
        self.counted.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        self.counted.memory_limit()
    }
}

impl fmt::Display for WithinProcess {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.counted)
    }
}

#[cfg(test)]
mod tests {
    use super::{LEAST_BYTES, WithinProcess};
    use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool};
    use std::sync::Arc;

    #[test]
    fn what_can_spill_does_so_once_the_process_is_full() {
        for (process_bytes, is_full) in [(usize::MAX, false), (1, true)] {
            let pool: Arc<dyn MemoryPool> = Arc::new(WithinProcess::new(1 << 30, process_bytes));
            let sort = MemoryConsumer::new("sort")
                .with_can_spill(true)
                .register(&pool);
            let join = MemoryConsumer::new("join").register(&pool);
            sort.try_grow(LEAST_BYTES).unwrap();
            assert_eq!(sort.try_grow(1).is_err(), is_full);
            join.try_grow(2 * LEAST_BYTES).unwrap();
            assert!(sort.try_grow(1 << 30).is_err(), "counted as ever");
        }
    }
}
