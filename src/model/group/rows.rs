//! Rows as the techniques walk through them: finite, one after the other in memory, in an order
//! that depends on their values alone.

use std::cmp::Ordering;

use ndarray::{ArrayView1, ArrayView2};
use rayon::prelude::*;

use crate::{Error, Result};

/// Rows summed by one task: fixed, so that sums do not depend on the number of threads.
pub(crate) const PIECE: usize = 4096;

/// Customers by features.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rows {
    values: Vec<f64>,
    features: usize,
}

impl Rows {
    /// At most `limit` of the rows, sorted feature by feature; of more, those at even distances.
    ///
    /// So neither the order of the rows nor their being there twice changes what is drawn from
    /// them at a random share of the way, and a sample has its share of every part of the first
    /// feature.
    ///
    /// # Errors
    /// - `TooFew`: no row, or no feature
    /// - `OutOfRange`: a value that is not finite
    pub(crate) fn sorted(rows: ArrayView2<f64>, limit: usize) -> Result<Self> {
        check(rows)?;
        Ok(Self::at(rows, &places(rows, limit)))
    }

    /// The rows at these places.
    pub(crate) fn at(rows: ArrayView2<f64>, places: &[usize]) -> Self {
        let features = rows.ncols();
        let mut values = vec![0.0; places.len() * features];
        let targets = values.par_chunks_exact_mut(features).zip(places);
        targets.with_min_len(PIECE).for_each(|(target, place)| {
            let source = rows.row(*place);
            target
                .iter_mut()
                .zip(source)
                .for_each(|(to, from)| *to = *from);
        });
        Self { values, features }
    }

    /// Rows at even distances, at most `limit`.
    pub(crate) fn thinned(&self, limit: usize) -> Self {
        self.picked(evenly(self.len(), limit))
    }

    /// The rows at these places.
    pub(crate) fn picked(&self, places: impl Iterator<Item = usize>) -> Self {
        Self {
            values: places.flat_map(|at| self.row(at)).copied().collect(),
            features: self.features,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len() / self.features
    }

    pub(crate) fn features(&self) -> usize {
        self.features
    }

    pub(crate) fn row(&self, at: usize) -> &[f64] {
        &self.values[at * self.features..][..self.features]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.features)
    }

    /// What `work` makes of each piece and the number of its first row, in order.
    pub(crate) fn pieces<T: Send>(&self, work: impl Fn(usize, Piece<'_>) -> T + Sync) -> Vec<T> {
        let size = PIECE * self.features;
        let pieces = self.values.par_chunks(size).enumerate();
        pieces
            .map(|(at, values)| work(at * PIECE, values.chunks_exact(self.features)))
            .collect()
    }

    /// The mean of the features' variances.
    pub(crate) fn variance(&self) -> f64 {
        let sums = self.pieces(|_, piece| {
            let mut sums = vec![[0.0; 2]; self.features];
            for row in piece {
                for ((sum, value), origin) in sums.iter_mut().zip(row).zip(self.row(0)) {
                    let value = value - origin;
                    *sum = [sum[0] + value, sum[1] + value * value];
                }
            }
            sums
        });
        let count = self.len() as f64;
        let variance = |feature: usize| {
            let [sum, squares] = sums.iter().fold([0.0; 2], |total, piece| {
                [total[0] + piece[feature][0], total[1] + piece[feature][1]]
            });
            (squares / count - (sum / count).powi(2)).max(0.0)
        };
        (0..self.features).map(variance).sum::<f64>() / self.features as f64
    }
}

/// The places of at most `limit` rows, at even distances in the sorted order.
pub(crate) fn places(rows: ArrayView2<f64>, limit: usize) -> Vec<usize> {
    let mut order: Vec<(f64, usize)> = rows.column(0).iter().copied().zip(0..).collect();
    order.par_sort_unstable_by(|a, b| {
        let first = a.0.total_cmp(&b.0);
        first.then_with(|| compare(rows.row(a.1), rows.row(b.1)))
    });
    evenly(order.len(), limit).map(|at| order[at].1).collect()
}

/// At most `limit` of so many places, at even distances.
fn evenly(all: usize, limit: usize) -> impl Iterator<Item = usize> {
    let kept = all.min(limit.max(1));
    (0..kept).map(move |at| (2 * at + 1) * all / (2 * kept))
}

/// Rows next to each other.
pub(crate) type Piece<'a> = std::slice::ChunksExact<'a, f64>;

fn compare(a: ArrayView1<f64>, b: ArrayView1<f64>) -> Ordering {
    let pairs = a.into_iter().zip(b);
    let unequal = pairs.map(|(a, b)| a.total_cmp(b));
    unequal.fold(Ordering::Equal, Ordering::then)
}

/// Whether there are rows and features, and all of them finite.
pub(crate) fn check(rows: ArrayView2<f64>) -> Result<()> {
    for (what, found) in [("rows", rows.nrows()), ("features", rows.ncols())] {
        if found == 0 {
            return Err(Error::TooFew {
                what,
                found,
                needed: 1,
            });
        }
    }
    let bad = rows.indexed_iter().find(|(_, value)| !value.is_finite());
    bad.map_or(Ok(()), |((row, _), value)| {
        Err(Error::OutOfRange {
            name: "rows",
            value: *value,
            row,
            rule: "finite",
        })
    })
}

/// Whether the rows have as many features as a fitted model.
pub(crate) fn check_features(rows: ArrayView2<f64>, expected: usize) -> Result<()> {
    if rows.ncols() == expected {
        return Ok(());
    }
    Err(Error::Shape {
        name: "a row",
        found: rows.ncols(),
        expected,
    })
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis, array, concatenate};

    use super::Rows;
    use crate::Error;

    #[test]
    fn a_sample_of_doubled_rows_is_the_sample_of_the_rows() {
        let rows = Array2::from_shape_fn((97, 2), |(row, column)| {
            ((row * 37 + column * 11) % 23) as f64
        });
        let twice = concatenate![Axis(0), rows, rows];
        for limit in [1, 10, 50, 96] {
            let sample = Rows::sorted(rows.view(), limit).expect("rows");
            assert_eq!(sample.len(), limit);
            assert_eq!(Rows::sorted(twice.view(), limit).expect("rows"), sample);
        }
    }

    #[test]
    fn rows_are_finite_and_not_none() {
        let bad = Rows::sorted(array![[1.0], [f64::NAN]].view(), 9);
        assert!(matches!(bad, Err(Error::OutOfRange { row: 1, .. })));
        for shape in [(0, 2), (2, 0)] {
            let none = Rows::sorted(Array2::zeros(shape).view(), 9);
            assert!(matches!(none, Err(Error::TooFew { found: 0, .. })));
        }
    }

    #[test]
    fn the_variance_is_the_mean_over_features() {
        let rows = Rows::sorted(array![[1.0, 10.0], [3.0, 10.0]].view(), 9).expect("rows");
        assert!((rows.variance() - 0.5).abs() < 1e-15);
    }
}
