//! Sums that do not depend on the number of threads.

use rayon::prelude::*;

/// Rows of one task: fixed, so that sums do not depend on the number of threads.
pub(crate) const PIECE: usize = 2048;

/// What `of` gives for each piece of `count` rows, in order.
pub(crate) fn pieces<T: Send>(
    count: usize,
    of: impl Fn(std::ops::Range<usize>) -> T + Sync,
) -> Vec<T> {
    (0..count.div_ceil(PIECE))
        .into_par_iter()
        .map(|piece| of(piece * PIECE..((piece + 1) * PIECE).min(count)))
        .collect()
}

/// Σ `of`(row).
pub(crate) fn sum(count: usize, of: impl Fn(usize) -> f64 + Sync) -> f64 {
    pieces(count, |rows| rows.map(&of).sum::<f64>())
        .into_iter()
        .sum()
}
