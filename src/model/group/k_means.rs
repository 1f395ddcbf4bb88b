//! k-means: customers in groups around their means.

use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::centroids::{Assignment, assign};
use super::lloyd::{Descent, descend, start};
use super::rows::{Rows, check, check_features};
use crate::stored::find;
use crate::{Error, Result};

/// How to fit.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `clusters` | 8 | from 1 | k |
/// | `starts` | 10 | from 1 | random starts, of which the one with the least inertia is kept |
/// | `iterations` | 300 | from 1 | the most steps of one descent |
/// | `tolerance` | 1e-4 | from 0 | a descent ends when the squared moves of all centroids sum to no more than this share of the features' mean variance |
/// | `start_rows` | 50,000 | from 1 | rows from which the starts descend |
/// | `rows` | 1,000,000 | from 1 | rows from which the best start descends further |
/// | `seed` | 0 | – | of the starts |
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    /// The number of clusters.
    pub clusters: usize,
    /// The number of random starts.
    pub starts: usize,
    /// The most steps of one descent.
    pub iterations: usize,
    /// When a descent ends.
    pub tolerance: f64,
    /// The most rows of a start.
    pub start_rows: usize,
    /// The most rows of the last descent.
    pub rows: usize,
    /// The seed of the starts.
    pub seed: u64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            clusters: 8,
            starts: 10,
            iterations: 300,
            tolerance: 1e-4,
            start_rows: 50_000,
            rows: 1_000_000,
            seed: 0,
        }
    }
}

/// Clusters by their centroids.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// Clusters × features, in the order of size, the largest first.
    pub centroids: Array2<f64>,
    /// The share of the rows fitted that each cluster has.
    pub shares: Vec<f64>,
    /// The squared distances of the rows fitted to their centroids, summed.
    pub inertia: f64,
    /// Steps of the last descent; it ran out of them if they are as many as were allowed.
    pub iterations: usize,
}

/// Groups of customers who are alike.
///
/// Each customer belongs to the centroid nearest to them, each centroid is the mean of its
/// customers. Ten random starts on a sample, the best carried on with all.
///
/// # Formula
/// ```text
/// inertia = Σᵢ min_c ‖xᵢ − μ_c‖²   is made small, by Lloyd's steps from k-means++ starts
/// ```
/// # Shapes
/// - `rows`: customers × features, standardised
/// - returns `clusters` centroids
///
/// # Missing
/// A feature that is constant changes nothing. An empty cluster moves to the row farthest from its
/// centroid.
///
/// # Errors
/// - `TooFew`: fewer different rows than clusters; no feature; no cluster; no start
/// - `OutOfRange`: a value that is not finite
///
/// # Numerics
/// Rows are sorted first, drawn by shares of the way and summed in pieces of fixed size: the answer
/// depends neither on their order nor on the threads, and hardly on their being there twice. linfa's
/// k-means took 18 times as long as scikit-learn's at a million rows, and ends at an absolute
/// tolerance.
///
/// # Source
/// Lloyd (1982), IEEE Trans. Information Theory 28(2); Arthur & Vassilvitskii (2007). Inertias of
/// scikit-learn on Iris.
///
/// # Example
/// ```
/// use clientele_model::group::k_means::{Params, fit};
/// use ndarray::array;
///
/// let rows = array![[0.0, 0.1], [5.0, 5.1], [0.2, 0.0], [5.2, 5.0], [0.1, 0.2]];
/// let fitted = fit(rows.view(), &Params { clusters: 2, ..Params::default() })?;
/// assert!((fitted.inertia - 0.065).abs() < 1e-12);
/// assert_eq!(fitted.assign(rows.view())?[1].cluster, 1);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn fit(rows: ArrayView2<f64>, params: &Params) -> Result<Fitted> {
    fit_sorted(&Rows::sorted(rows, params.rows)?, params)
}

pub(crate) fn fit_sorted(rows: &Rows, params: &Params) -> Result<Fitted> {
    for (what, found) in [("clusters", params.clusters), ("starts", params.starts)] {
        if found == 0 {
            return Err(Error::TooFew {
                what,
                found,
                needed: 1,
            });
        }
    }
    let tolerance = params.tolerance * rows.variance();
    let sample = rows.thinned(params.start_rows);
    let descents = (0..params.starts).into_par_iter().map(|number| {
        let mut random = ChaCha8Rng::seed_from_u64(params.seed);
        random.set_stream(number as u64);
        let start = start(&sample, params.clusters, &mut random)?;
        Ok(descend(&sample, start, tolerance, params.iterations))
    });
    let descents: Vec<Descent> = descents.collect::<Result<_>>()?;
    let best = descents
        .into_iter()
        .min_by(|a, b| a.inertia.total_cmp(&b.inertia));
    let best = best.ok_or(Error::NotIdentified {
        reason: "there is no start",
    })?;
    Ok(if sample.len() < rows.len() {
        descend(rows, best.centroids, tolerance, params.iterations).into()
    } else {
        best.into()
    })
}

impl From<Descent> for Fitted {
    fn from(descent: Descent) -> Self {
        let all: usize = descent.sizes.iter().sum();
        let mut order: Vec<usize> = (0..descent.sizes.len()).collect();
        order.sort_by_key(|cluster| std::cmp::Reverse(descent.sizes[*cluster]));
        let share = |cluster: &usize| descent.sizes[*cluster] as f64 / all as f64;
        Self {
            shares: order.iter().map(share).collect(),
            centroids: descent.centroids.select(ndarray::Axis(0), &order),
            inertia: descent.inertia,
            iterations: descent.iterations,
        }
    }
}

impl Fitted {
    /// Where each row belongs, in the order of the rows.
    ///
    /// # Errors
    /// - `Shape`: not as many features as were fitted
    /// - `TooFew`, `OutOfRange`: no row; a value that is not finite
    pub fn assign(&self, rows: ArrayView2<f64>) -> Result<Vec<Assignment>> {
        check_features(rows, self.centroids.ncols())?;
        check(rows)?;
        Ok(assign(&self.centroids, rows))
    }

    /// All there is to store: the inertia, the steps, the share of each cluster (`share.0`), its centroid
    /// (`centroid.0.2`: cluster 0, feature 2).
    #[must_use]
    pub fn values(&self) -> Vec<(String, f64)> {
        let shares = self.shares.iter().enumerate();
        let centroids = self.centroids.indexed_iter();
        let fit = [
            ("inertia", self.inertia),
            ("iterations", self.iterations as f64),
        ];
        fit.into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .chain(shares.map(|(cluster, share)| (format!("share.{cluster}"), *share)))
            .chain(centroids.map(|((cluster, feature), value)| {
                (format!("centroid.{cluster}.{feature}"), *value)
            }))
            .collect()
    }

    /// The clusters that gave these [`values`](Self::values).
    ///
    /// # Errors
    /// `MissingParameter`: one of them is missing
    pub fn restore(clusters: usize, features: usize, values: &[(String, f64)]) -> Result<Self> {
        let cell = |at| {
            find(
                values,
                &format!("centroid.{}.{}", at / features, at % features),
            )
        };
        let cells: Vec<f64> = (0..clusters * features).map(cell).collect::<Result<_>>()?;
        let share = |cluster| find(values, &format!("share.{cluster}"));
        Ok(Self {
            centroids: Array2::from_shape_fn((clusters, features), |(cluster, feature)| {
                cells[cluster * features + feature]
            }),
            shares: (0..clusters).map(share).collect::<Result<_>>()?,
            inertia: find(values, "inertia")?,
            iterations: find(values, "iterations")? as usize,
        })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis, concatenate};
    use proptest::prelude::*;

    use super::{Fitted, Params, fit};
    use crate::Error;
    use crate::group::adjusted_rand;
    use crate::group::tests::{blobs, iris, k_means_of};

    fn exact(clusters: usize) -> Params {
        Params {
            clusters,
            starts: 50,
            tolerance: 0.0,
            ..Params::default()
        }
    }

    #[test]
    fn inertias_of_iris_are_those_of_scikit_learn() {
        // KMeans(k, n_init=50, tol=0, random_state=0).inertia_
        let (rows, species) = iris();
        for (clusters, inertia) in [
            (2, 152.347_951_760_357_9),
            (3, 78.851_441_426_146),
            (4, 57.228_473_214_285_72),
            (5, 46.446_182_051_282_065),
        ] {
            let fitted = fit(rows.view(), &exact(clusters)).expect("clusters");
            assert!(
                (fitted.inertia - inertia).abs() < 1e-9,
                "{}",
                fitted.inertia
            );
        }
        let labels = k_means_of(&rows, 3);
        let agreement = adjusted_rand(&species, &labels).expect("one length");
        assert!((agreement - 0.730_238_272_283_469_7).abs() < 1e-12);
    }

    #[test]
    fn a_start_from_a_sample_ends_as_well_as_from_all() {
        let (rows, planted) = blobs(20_000, 6, 4, 0.5);
        let params = Params {
            clusters: 6,
            ..Params::default()
        };
        let all = fit(rows.view(), &params).expect("clusters");
        let sampled = Params {
            start_rows: 500,
            ..params.clone()
        };
        let sampled = fit(rows.view(), &sampled).expect("clusters");
        assert!((sampled.inertia / all.inertia - 1.0).abs() < 1e-4);
        let some = Params {
            rows: 2000,
            ..params
        };
        let some = fit(rows.view(), &some).expect("clusters");
        let labels = some.assign(rows.view()).expect("as fitted");
        let labels: Vec<usize> = labels.into_iter().map(|one| one.cluster).collect();
        assert!(adjusted_rand(&planted, &labels).expect("one length") > 0.9);
    }

    #[test]
    fn distances_are_to_the_own_and_the_second_centroid() {
        let fitted = Fitted {
            centroids: ndarray::array![[0.0, 0.0], [3.0, 4.0]],
            shares: vec![0.5, 0.5],
            inertia: 0.0,
            iterations: 1,
        };
        let rows = ndarray::array![[0.0, 0.0], [3.0, 3.0]];
        // Also of rows that do not lie one after the other in memory.
        for rows in [rows.clone(), rows.t().as_standard_layout().t().to_owned()] {
            let found = fitted.assign(rows.view()).expect("as fitted");
            assert_eq!((found[0].cluster, found[0].second), (0, 1));
            assert!((found[0].second_distance - 5.0).abs() < 1e-15);
            assert!((found[1].distance - 1.0).abs() < 1e-15);
        }
        let stored = Fitted::restore(2, 2, &fitted.values());
        assert_eq!(stored, Ok(fitted));
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let (rows, _) = blobs(30_000, 5, 3, 0.7);
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let params = Params {
                start_rows: 10_000,
                ..Params::default()
            };
            pool.expect("threads").install(|| fit(rows.view(), &params))
        };
        assert_eq!(on(1), on(3));
    }

    #[test]
    fn fewer_different_rows_than_clusters_are_too_few() {
        let same = fit(Array2::ones((50, 2)).view(), &exact(2));
        assert!(matches!(
            same,
            Err(Error::TooFew {
                found: 1,
                needed: 2,
                ..
            })
        ));
        let one = fit(Array2::ones((50, 2)).view(), &exact(1)).expect("one cluster");
        assert!(one.inertia.abs() < 1e-15);
        let none = fit(Array2::ones((50, 2)).view(), &exact(0));
        assert!(matches!(none, Err(Error::TooFew { found: 0, .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn neither_order_nor_doubling_nor_a_constant_feature_changes_the_clusters(
            cells in proptest::collection::vec(-5.0..5.0, 60..180),
            order in any::<u64>(),
        ) {
            let count = cells.len() / 3;
            let rows = Array2::from_shape_vec((count, 3), cells[..count * 3].to_vec()).expect("whole rows");
            let params = Params { clusters: 3, ..Params::default() };
            let fitted = fit(rows.view(), &params).expect("clusters");
            let mut places: Vec<usize> = (0..count).collect();
            places.sort_by_key(|place| (*place as u64).wrapping_mul(order | 1).rotate_left(17));
            let shuffled = fit(rows.select(Axis(0), &places).view(), &params).expect("clusters");
            prop_assert_eq!(&shuffled, &fitted);
            let twice = fit(concatenate![Axis(0), rows, rows].view(), &params).expect("clusters");
            prop_assert!((twice.inertia / fitted.inertia - 2.0).abs() < 1e-9);
            let wide = concatenate![Axis(1), rows, Array2::ones((count, 1))];
            let wide = fit(wide.view(), &Params { tolerance: 0.0, ..params.clone() }).expect("clusters");
            let exact = fit(rows.view(), &Params { tolerance: 0.0, ..params }).expect("clusters");
            prop_assert!((wide.inertia / exact.inertia - 1.0).abs() < 1e-9);
        }
    }
}
