//! Features cut into at most 255 bins, so that the best place to split is found by counting.

use ndarray::{ArrayView1, ArrayView2};
use rayon::prelude::*;

/// The bin of missing values; those of values come before it.
pub(crate) const MISSING: u8 = 255;

/// One feature of all rows.
#[derive(Debug)]
pub(crate) struct Binned {
    /// Bin b holds the values above `thresholds[b - 1]`, up to `thresholds[b]`.
    pub(crate) thresholds: Vec<f64>,
    /// The bin of each row.
    pub(crate) bins: Vec<u8>,
}

/// All features, cut into at most `most` bins each.
pub(crate) fn bin(features: ArrayView2<f64>, most: u8) -> Vec<Binned> {
    let one = |feature| {
        let values = features.column(feature);
        let thresholds = thresholds(values, usize::from(most));
        let of_value = |value: &f64| {
            if value.is_nan() {
                MISSING
            } else {
                thresholds.partition_point(|threshold| threshold < value) as u8
            }
        };
        Binned {
            bins: values.iter().map(of_value).collect(),
            thresholds,
        }
    };
    (0..features.ncols()).into_par_iter().map(one).collect()
}

/// Between neighbouring values if there are few, otherwise above the quantiles.
///
/// A quantile is the value at ⌈q n⌉, as of the inverse of the distribution function: rows that are
/// all there twice have the same ones.
fn thresholds(values: ArrayView1<f64>, most: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    let lower_ends: Vec<usize> = if distinct.len() <= most {
        (0..distinct.len()).collect()
    } else {
        let place = |cut: usize| (cut * sorted.len()).div_ceil(most) - 1;
        let of_value = |value: f64| distinct.partition_point(|other| *other < value);
        (1..most).map(|cut| of_value(sorted[place(cut)])).collect()
    };
    let between = |lower: usize| {
        let upper = *distinct.get(lower + 1)?;
        let middle = distinct[lower].midpoint(upper);
        Some(if middle < upper {
            middle
        } else {
            distinct[lower]
        })
    };
    let mut thresholds: Vec<f64> = lower_ends.into_iter().filter_map(between).collect();
    thresholds.dedup();
    thresholds
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use proptest::prelude::*;

    use super::{MISSING, bin};

    fn column(values: &[f64]) -> Array2<f64> {
        Array2::from_shape_vec((values.len(), 1), values.to_vec()).expect("one column")
    }

    #[test]
    fn few_values_have_a_bin_each_and_the_missing_their_own() {
        let binned = bin(column(&[2.0, f64::NAN, -0.0, 0.0, 7.0]).view(), 255);
        assert_eq!(binned[0].thresholds, [1.0, 4.5]);
        assert_eq!(binned[0].bins, [1, MISSING, 0, 0, 2]);
        let empty = bin(column(&[f64::NAN]).view(), 255);
        assert!(empty[0].thresholds.is_empty());
    }

    #[test]
    fn many_values_are_spread_evenly() {
        let values: Vec<f64> = (0..100_000_u32).map(|x| f64::from(x).powi(3)).collect();
        let binned = bin(column(&values).view(), 255);
        assert_eq!(binned[0].thresholds.len(), 254);
        let mut rows = [0_usize; 255];
        for bin in &binned[0].bins {
            rows[usize::from(*bin)] += 1;
        }
        assert!(rows.iter().all(|count| count.abs_diff(100_000 / 255) <= 1));
    }

    proptest! {
        #[test]
        fn rows_that_are_there_twice_have_the_same_thresholds(
            values in proptest::collection::vec(0_i32..60, 1..200),
        ) {
            let once: Vec<f64> = values.iter().map(|x| f64::from(*x)).collect();
            let twice = [once.clone(), once.clone()].concat();
            let cut = |values: &[f64]| bin(column(values).view(), 9).remove(0);
            let (once_cut, twice_cut) = (cut(&once), cut(&twice));
            prop_assert_eq!(&once_cut.thresholds, &twice_cut.thresholds);
            for (value, bin) in once.iter().zip(&once_cut.bins) {
                let bin = usize::from(*bin);
                prop_assert!(bin == 0 || once_cut.thresholds[bin - 1] < *value);
                prop_assert!(bin == once_cut.thresholds.len() || *value <= once_cut.thresholds[bin]);
            }
        }
    }
}
