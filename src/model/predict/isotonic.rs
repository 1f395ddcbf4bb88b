//! Calibration by order alone: what happened, as a function of the score that never falls.

use super::loss::same_length;
use crate::{Error, Result};

/// Rows of neighbouring scores, with one mean label.
struct Block {
    lowest: f64,
    highest: f64,
    labels: f64,
    rows: f64,
}

impl Block {
    fn mean(&self) -> f64 {
        self.labels / self.rows
    }
}

/// The knots of the non-decreasing function of `scores` that is closest to `labels`: both ends of
/// each level, in the order of scores.
///
/// # Numerics
/// Rows of equal score are one point. The mean of the levels over the rows is that of the labels.
///
/// # Source
/// Ayer et al. (1955), Annals of Mathematical Statistics 26 (pool adjacent violators). Agrees with
/// scikit-learn `IsotonicRegression`.
pub(crate) fn isotonic(scores: &[f64], labels: &[f64]) -> Result<Vec<(f64, f64)>> {
    same_length(scores, labels)?;
    if scores.is_empty() {
        return Err(Error::TooFew {
            what: "rows",
            found: 0,
            needed: 1,
        });
    }
    let mut rows: Vec<(f64, f64)> = scores.iter().copied().zip(labels.iter().copied()).collect();
    // By label too: the sums do not depend on the order of rows.
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut blocks: Vec<Block> = Vec::new();
    for tied in rows.chunk_by(|a, b| a.0 >= b.0) {
        let mut block = Block {
            lowest: tied[0].0,
            highest: tied[0].0,
            labels: tied.iter().map(|row| row.1).sum(),
            rows: tied.len() as f64,
        };
        while let Some(before) = blocks.pop_if(|before| before.mean() >= block.mean()) {
            block.lowest = before.lowest;
            block.labels += before.labels;
            block.rows += before.rows;
        }
        blocks.push(block);
    }
    let ends = |block: &Block| [(block.lowest, block.mean()), (block.highest, block.mean())];
    let mut knots: Vec<(f64, f64)> = blocks.iter().flat_map(ends).collect();
    knots.dedup();
    Ok(knots)
}

/// The value between knots, in a straight line; beyond the ends, that of the end.
pub(crate) fn interpolate(knots: &[(f64, f64)], score: f64) -> f64 {
    let after = knots.partition_point(|knot| knot.0 < score);
    match (
        after.checked_sub(1).map(|before| knots[before]),
        knots.get(after),
    ) {
        (None, Some(first)) => first.1,
        (Some(last), None) => last.1,
        (Some(below), Some(above)) => {
            below.1 + (above.1 - below.1) * (score - below.0) / (above.0 - below.0)
        }
        (None, None) => f64::NAN,
    }
}
