//! How much nearer customers are to their own cluster than to the next.

use ndarray::ArrayView2;
use rayon::prelude::*;

use super::labels::{check_labels, numbered};
use super::lloyd::squared_distance;
use super::rows::{Rows, check, places};
use crate::Result;

/// The silhouettes of some rows, and what they say of all.
#[derive(Debug, Clone, PartialEq)]
pub struct Silhouette {
    /// Which rows were taken, ascending.
    pub rows: Vec<usize>,
    /// The silhouette of each.
    pub values: Vec<f64>,
    /// Their mean.
    pub mean: f64,
    /// The standard error of the mean.
    pub standard_error: f64,
}

/// How well customers sit in their clusters: 1 in the middle of one far from the others, 0 between
/// two, below 0 nearer to another than to their own.
///
/// # Formula
/// ```text
/// s = (b − a) / max(a, b)
/// a: mean distance to the others of the own cluster, b: to those of the nearest other cluster
/// ```
/// # Shapes
/// - `rows`: customers × features; `labels`: one per row
/// - `limit`: rows to sample; they are compared with each other only, so the cost is its square
/// - returns values for at most `limit` rows
///
/// # Missing
/// Alone in its cluster, a row has 0, as in the paper.
///
/// # Errors
/// - `Shape`: not one label per row
/// - `TooFew`: the sample has fewer than two clusters; no row, no feature
/// - `OutOfRange`: a value that is not finite
///
/// # Numerics
/// The sample has even distances in the sorted rows: the order of the rows does not matter.
///
/// # Source
/// Rousseeuw (1987), Journal of Computational and Applied Mathematics 20. scikit-learn on Iris.
pub fn silhouette(rows: ArrayView2<f64>, labels: &[usize], limit: usize) -> Result<Silhouette> {
    check(rows)?;
    check_labels(rows, labels)?;
    let mut chosen = places(rows, limit);
    chosen.sort_unstable();
    let sample = Rows::at(rows, &chosen);
    let labels: Vec<usize> = chosen.iter().map(|row| labels[*row]).collect();
    let values = silhouettes(&sample, &labels)?;
    let (mean, standard_error) = mean_and_error(&values);
    Ok(Silhouette {
        rows: chosen,
        values,
        mean,
        standard_error,
    })
}

/// The silhouette of each row.
pub(crate) fn silhouettes(rows: &Rows, labels: &[usize]) -> Result<Vec<f64>> {
    let (labels, sizes) = numbered(labels)?;
    let one = |place: usize| {
        let mut sums = vec![0.0; sizes.len()];
        for (other, label) in rows.iter().zip(&labels) {
            sums[*label] += squared_distance(rows.row(place), other).sqrt();
        }
        let own = labels[place];
        if sizes[own] == 1 {
            return 0.0;
        }
        let within = sums[own] / (sizes[own] - 1) as f64;
        let others = (0..sizes.len()).filter(|label| *label != own);
        let next = others
            .map(|label| sums[label] / sizes[label] as f64)
            .fold(f64::INFINITY, f64::min);
        let larger = within.max(next);
        if larger > 0.0 {
            (next - within) / larger
        } else {
            0.0
        }
    };
    Ok((0..rows.len()).into_par_iter().map(one).collect())
}

/// The mean, and its standard error; that of a single value is 0.
pub(crate) fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0).max(1.0) / count).sqrt())
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::silhouette;
    use crate::Error;
    use crate::group::tests::{iris, k_means_of};

    #[test]
    fn silhouettes_of_iris_are_those_of_scikit_learn() {
        // KMeans(k, n_init=50, tol=0), silhouette_score; standard error by silhouette_samples.
        let (rows, _) = iris();
        for (clusters, mean, error) in [
            (2, 0.681_046_169_211_746, 0.012_836_3),
            (3, 0.552_819_012_356_409, 0.018_087_2),
            (4, 0.498_050_504_997_287, 0.018_477_9),
            (5, 0.488_748_887_093_106, 0.018_920_4),
        ] {
            let labels = k_means_of(&rows, clusters);
            let found = silhouette(rows.view(), &labels, 1000).expect("clusters");
            assert!((found.mean - mean).abs() < 1e-12, "{}", found.mean);
            assert!((found.standard_error - error).abs() < 1e-7);
        }
    }

    #[test]
    fn a_sample_says_the_same_within_its_error() {
        let rows = Array2::from_shape_fn((4000, 2), |(row, column)| {
            let share = ((row * 7919 + column * 104_729) % 4001) as f64 / 4001.0;
            share + if row % 2 == 0 { 3.0 } else { 0.0 }
        });
        let labels: Vec<usize> = (0..4000).map(|row| row % 2).collect();
        let all = silhouette(rows.view(), &labels, 4000).expect("clusters");
        let sample = silhouette(rows.view(), &labels, 400).expect("clusters");
        assert_eq!(sample.rows.len(), 400);
        assert!((sample.mean - all.mean).abs() < 3.0 * sample.standard_error);
    }

    #[test]
    fn edges_have_answers() {
        let rows = array![[0.0], [0.0], [1.0]];
        let alone = silhouette(rows.view(), &[usize::MAX, usize::MAX, 0], 9).expect("two clusters");
        assert_eq!(alone.values, [1.0, 1.0, 0.0]);
        let one = silhouette(rows.view(), &[1, 1, 1], 9);
        assert!(matches!(one, Err(Error::TooFew { found: 1, .. })));
        let short = silhouette(rows.view(), &[1, 1], 9);
        assert!(matches!(short, Err(Error::Shape { .. })));
    }
}
