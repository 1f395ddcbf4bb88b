//! From features to the columns of a linear model: the missing filled in and marked, everything on
//! one scale.

use ndarray::{Array2, ArrayView1, ArrayView2};
use rayon::prelude::*;

use super::sum::{pieces, sum};

/// A spread smaller than this part of the mean is rounding: the feature is constant.
const ROUNDING: f64 = 1e-12;

/// One column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Column {
    pub(crate) feature: usize,
    /// Whether it is 1 where the feature is missing, and 0 elsewhere, instead of the feature.
    pub(crate) is_indicator: bool,
    /// What stands for a missing value: the median.
    pub(crate) fill: f64,
    pub(crate) mean: f64,
    pub(crate) deviation: f64,
}

impl Column {
    /// The entry of a row, standardised.
    pub(crate) fn entry(&self, row: ArrayView1<f64>) -> f64 {
        (self.raw(row[self.feature]) - self.mean) / self.deviation
    }

    fn raw(&self, value: f64) -> f64 {
        match (self.is_indicator, value.is_nan()) {
            (true, is_missing) => f64::from(u8::from(is_missing)),
            (false, true) => self.fill,
            (false, false) => value,
        }
    }
}

/// The columns of features that vary, and of those that are sometimes missing.
pub(crate) fn columns(
    features: ArrayView2<f64>,
    weight: impl Fn(usize) -> f64 + Sync,
) -> Vec<Column> {
    let rows = features.nrows();
    let total = sum(rows, &weight);
    let standardised = |mut column: Column| {
        let values = features.column(column.feature);
        column.mean = sum(rows, |row| weight(row) * column.raw(values[row])) / total;
        let square = |row| weight(row) * (column.raw(values[row]) - column.mean).powi(2);
        column.deviation = (sum(rows, square) / total).sqrt();
        (column.deviation > ROUNDING * column.mean.abs()).then_some(column)
    };
    let of_feature = |feature| {
        let column = |is_indicator| Column {
            feature,
            is_indicator,
            fill: median(features.column(feature)),
            mean: 0.0,
            deviation: 1.0,
        };
        [column(false), column(true)]
    };
    (0..features.ncols())
        .into_par_iter()
        .flat_map_iter(of_feature)
        .filter_map(standardised)
        .collect()
}

/// The median of what is there; 0 of nothing.
fn median(values: ArrayView1<f64>) -> f64 {
    let mut there: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
    if there.is_empty() {
        return 0.0;
    }
    let half = there.len() / 2;
    let is_odd = there.len() % 2 == 1;
    let (below, upper, _) = there.select_nth_unstable_by(half, f64::total_cmp);
    if is_odd {
        return *upper;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    lower.midpoint(*upper)
}

/// What `of` gives for each piece of rows, in order: of the first row's number, and the rows'
/// entries with a last column of ones.
pub(crate) fn by_piece<T: Send>(
    features: ArrayView2<f64>,
    columns: &[Column],
    of: impl Fn(usize, Array2<f64>) -> T + Sync,
) -> Vec<T> {
    pieces(features.nrows(), |rows| {
        let mut entries = Array2::ones((rows.len(), columns.len() + 1));
        for (mut entries, row) in entries.rows_mut().into_iter().zip(rows.clone()) {
            for (entry, column) in entries.iter_mut().zip(columns) {
                *entry = column.entry(features.row(row));
            }
        }
        of(rows.start, entries)
    })
}
