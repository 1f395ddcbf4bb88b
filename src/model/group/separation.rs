//! How far clusters lie apart, for their width: two measures that compare middles, not pairs of rows.

use ndarray::ArrayView2;

use super::labels::{check_labels, numbered};
use super::lloyd::squared_distance;
use super::rows::{Rows, check};
use crate::{Error, Result};

/// How far clusters lie apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Separation {
    /// The variance between clusters over that within them: more is better. Infinite if all rows
    /// stand on the middle of their cluster.
    pub calinski_harabasz: f64,
    /// The mean over clusters of how much wide ones overlap with the neighbour that they overlap
    /// with most: 0 is best. Infinite if two clusters have one middle.
    pub davies_bouldin: f64,
}

/// How far clusters lie apart, by two measures whose cost grows with the rows and not with their
/// square.
///
/// # Formula
/// ```text
/// Calinski–Harabasz = Σ n_c |m_c − m|² / (k − 1)  ÷  Σ |x − m_c|² / (n − k)
/// Davies–Bouldin    = 1/k Σ_c max_d (w_c + w_d) / |m_c − m_d|
/// m: the mean of all rows, m_c, n_c and w_c: mean, number and mean distance from m_c of those of c
/// ```
/// # Shapes
/// - `rows`: customers × features; `labels`: one per row
///
/// # Errors
/// - `Shape`: not one label per row
/// - `TooFew`: fewer than two clusters; as many clusters as rows; no row, no feature
/// - `OutOfRange`: a value that is not finite
///
/// # Source
/// Caliński & Harabasz (1974), Communications in Statistics 3. Davies & Bouldin (1979), IEEE
/// Transactions on Pattern Analysis and Machine Intelligence 1. scikit-learn on Iris.
pub fn separation(rows: ArrayView2<f64>, labels: &[usize]) -> Result<Separation> {
    check(rows)?;
    check_labels(rows, labels)?;
    let every: Vec<usize> = (0..rows.nrows()).collect();
    separation_of(&Rows::at(rows, &every), labels)
}

/// As [`separation`], of rows that were checked.
pub(crate) fn separation_of(rows: &Rows, labels: &[usize]) -> Result<Separation> {
    let (labels, sizes) = numbered(labels)?;
    let (count, clusters) = (rows.len(), sizes.len());
    if clusters >= count {
        return Err(Error::TooFew {
            what: "rows",
            found: count,
            needed: clusters + 1,
        });
    }
    let mut all = vec![0.0; rows.features()];
    let mut middles = vec![vec![0.0; rows.features()]; clusters];
    for (row, label) in rows.iter().zip(&labels) {
        add(&mut middles[*label], row);
        add(&mut all, row);
    }
    divide(&mut all, count);
    for (middle, size) in middles.iter_mut().zip(&sizes) {
        divide(middle, *size);
    }
    let between: f64 = middles
        .iter()
        .zip(&sizes)
        .map(|(middle, size)| *size as f64 * squared_distance(middle, &all))
        .sum();
    let mut within = 0.0;
    let mut widths = vec![0.0; clusters];
    for (row, label) in rows.iter().zip(&labels) {
        let squared = squared_distance(row, &middles[*label]);
        within += squared;
        widths[*label] += squared.sqrt() / sizes[*label] as f64;
    }
    let overlap = |one: usize, other: usize| {
        (widths[one] + widths[other]) / squared_distance(&middles[one], &middles[other]).sqrt()
    };
    let worst = |one: usize| {
        let others = (0..clusters).filter(|other| *other != one);
        others.map(|other| overlap(one, other)).fold(0.0, f64::max)
    };
    let freedom = (count - clusters) as f64 / (clusters - 1) as f64;
    Ok(Separation {
        calinski_harabasz: between / within * freedom,
        davies_bouldin: (0..clusters).map(worst).sum::<f64>() / clusters as f64,
    })
}

fn add(sum: &mut [f64], row: &[f64]) {
    sum.iter_mut()
        .zip(row)
        .for_each(|(sum, value)| *sum += value);
}

fn divide(sum: &mut [f64], count: usize) {
    for value in sum {
        *value /= count as f64;
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::separation;
    use crate::Error;
    use crate::group::tests::{iris, k_means_of};

    #[test]
    fn separations_of_iris_are_those_of_scikit_learn() {
        // KMeans(k, n_init=50, tol=0), calinski_harabasz_score, davies_bouldin_score.
        let (rows, _) = iris();
        for (clusters, calinski_harabasz, davies_bouldin) in [
            (2, 513.9245, 0.404_293),
            (3, 561.6278, 0.661_972),
            (4, 530.7658, 0.780_307),
            (5, 495.5415, 0.805_965),
        ] {
            let labels = k_means_of(&rows, clusters);
            let found = separation(rows.view(), &labels).expect("clusters");
            assert!(
                (found.calinski_harabasz - calinski_harabasz).abs() < 5e-5,
                "{found:?}"
            );
            assert!(
                (found.davies_bouldin - davies_bouldin).abs() < 5e-7,
                "{found:?}"
            );
        }
    }

    #[test]
    fn edges_have_answers() {
        let rows = array![[0.0], [0.0], [1.0]];
        let apart = separation(rows.view(), &[7, 7, 2]).expect("two clusters");
        assert_eq!(
            (apart.calinski_harabasz, apart.davies_bouldin),
            (f64::INFINITY, 0.0)
        );
        let one = separation(rows.view(), &[1, 1, 1]);
        assert!(matches!(
            one,
            Err(Error::TooFew {
                found: 1,
                needed: 2,
                ..
            })
        ));
        let each = separation(rows.view(), &[0, 1, 2]);
        assert!(matches!(
            each,
            Err(Error::TooFew {
                found: 3,
                needed: 4,
                ..
            })
        ));
        let short = separation(rows.view(), &[1, 1]);
        assert!(matches!(short, Err(Error::Shape { .. })));
    }
}
