//! The allocator of the program, and what it does with memory that is free.

use std::ffi::{c_int, c_long};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc's second version.
const PURGE_DELAY: c_int = 15;

/// Long enough for the next rows to take the place of the last, short enough to hold hardly more than without.
const PURGE_DELAY_MILLISECONDS: c_long = 100;

#[allow(
    unsafe_code,
    reason = "mimalloc is set up in C; this only sets a number"
)]
unsafe extern "C" {
    safe fn mi_option_set(option: c_int, value: c_long);
}

/// Lets free memory wait a tenth of a second for its next use. Given back after the usual hundredth, it came back as fresh
/// pages, and the system spent up to a third of a run clearing them.
pub(crate) fn keep_for_the_next() {
    mi_option_set(PURGE_DELAY, PURGE_DELAY_MILLISECONDS);
}
