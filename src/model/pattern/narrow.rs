//! Numbers of items, sets and baskets are held in 32 bits: half the memory of a search.

/// `number` in 32 bits, the largest when it does not fit.
pub(super) fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
