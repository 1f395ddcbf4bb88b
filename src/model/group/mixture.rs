//! Gaussian mixture: clusters that are stretched and overlap, and how surely each customer belongs.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

use super::centroids::{Assignment, Centroids};
use super::expectation::{Density, Sums};
use super::k_means;
use super::lloyd::squared_distance;
use super::rows::{Rows, check, check_features};
use crate::stored::find;
use crate::{Error, Result};

/// How to fit.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `regularisation` | 1e-6 | above 0 | added to every variance |
/// | `tolerance` | 1e-6 | from 0 | the climb ends when a step adds no more than this to the mean log-likelihood of a row |
/// | `iterations` | 500 | from 1 | steps after which a climb that has not ended is given up |
/// | `rows` | 100,000 | from 1 | the most rows to fit on |
/// | `start` | defaults | – | the k-means it starts from; its `clusters` are the components |
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    /// Added to every variance.
    pub regularisation: f64,
    /// When the climb ends.
    pub tolerance: f64,
    /// The most steps.
    pub iterations: usize,
    /// The most rows to fit on.
    pub rows: usize,
    /// The k-means it starts from.
    pub start: k_means::Params,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            regularisation: 1e-6,
            tolerance: 1e-6,
            iterations: 500,
            rows: 100_000,
            start: k_means::Params::default(),
        }
    }
}

/// Components and their shares.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The share of customers in each component.
    pub weights: Vec<f64>,
    /// Components × features.
    pub means: Array2<f64>,
    /// Features × features, of each component.
    pub covariances: Vec<Array2<f64>>,
    /// The log-likelihood of the rows fitted.
    pub log_likelihood: f64,
    /// Bayes's information criterion of the fit: less is better.
    pub bic: f64,
}

/// Groups of customers that may be stretched and overlap, each a normal distribution with a
/// covariance of its own.
///
/// # Formula
/// ```text
/// p(x) = Σ_c w_c · N(x; μ_c, Σ_c),   log-likelihood = Σᵢ ln p(xᵢ)   made large by EM from k-means
/// BIC = −2 · log-likelihood + (k − 1 + k·d + k·d(d+1)/2) · ln n
/// ```
/// # Shapes
/// - `rows`: customers × features, standardised
/// - returns as many components as `start` has clusters
///
/// # Missing
/// A constant feature has the variance `regularisation` and tells nothing.
///
/// # Errors
/// - `TooFew`: fewer different rows than components; no feature
/// - `OutOfRange`: a value that is not finite
/// - `NotConverged`: still climbing after `iterations`
/// - `NotIdentified`: a component collapsed in spite of the regularisation
///
/// # Numerics
/// Densities are summed as logarithms. Covariances are taken around the last mean, so that little
/// cancels. On 100,000 rows linfa's took four times as long as scikit-learn's.
///
/// # Source
/// Dempster, Laird & Rubin (1977), JRSS B 39. Log-likelihoods and BIC of scikit-learn on Iris.
pub fn fit(rows: ArrayView2<f64>, params: &Params) -> Result<Fitted> {
    fit_sorted(&Rows::sorted(rows, params.rows)?, params)
}

pub(crate) fn fit_sorted(rows: &Rows, params: &Params) -> Result<Fitted> {
    let start = k_means::fit_sorted(rows, &params.start)?;
    let centroids = Centroids::new(start.centroids.view());
    let mut sums = Sums::over(rows, &start.centroids, |row, shares| {
        shares.fill(0.0);
        shares[centroids.nearest(row).0] = 1.0;
        0.0
    });
    let mut before = f64::NEG_INFINITY;
    for _ in 0..params.iterations {
        let fitted = sums.maximise(rows.len(), params.regularisation);
        let density = Density::of(&fitted)?;
        sums = Sums::over(rows, &fitted.means, |row, shares| {
            density.shares(row, shares)
        });
        let mean = sums.log_likelihood / rows.len() as f64;
        if mean - before <= params.tolerance {
            return Ok(fitted.with_likelihood(sums.log_likelihood, rows.len()));
        }
        before = mean;
    }
    Err(Error::NotConverged {
        iterations: params.iterations,
    })
}

impl Fitted {
    fn with_likelihood(self, log_likelihood: f64, rows: usize) -> Self {
        let (components, features) = self.means.dim();
        let parameters = components - 1 + components * features * (features + 3) / 2;
        Self {
            log_likelihood,
            bic: parameters as f64 * (rows as f64).ln() - 2.0 * log_likelihood,
            ..self
        }
    }

    /// How likely each row is each component's: rows × components, each row sums to 1.
    ///
    /// # Errors
    /// - `Shape`: not as many features as were fitted
    /// - `TooFew`, `OutOfRange`: no row; a value that is not finite
    /// - `NotIdentified`: a covariance that is none
    pub fn probabilities(&self, rows: ArrayView2<f64>) -> Result<Array2<f64>> {
        check_features(rows, self.means.ncols())?;
        check(rows)?;
        let density = Density::of(self)?;
        let mut out = Array2::zeros((rows.nrows(), self.weights.len()));
        let pairs = out
            .axis_iter_mut(Axis(0))
            .into_par_iter()
            .zip(rows.axis_iter(Axis(0)));
        pairs.for_each(|(mut shares, row)| {
            if let Some(shares) = shares.as_slice_mut() {
                density.shares(&row.to_vec(), shares);
            }
        });
        Ok(out)
    }

    /// Where each row belongs most likely, in the order of the rows: distances are to the means, and the second component is
    /// the second likeliest.
    ///
    /// # Errors
    /// As [`probabilities`](Self::probabilities).
    pub fn assign(&self, rows: ArrayView2<f64>) -> Result<Vec<Assignment>> {
        let probabilities = self.probabilities(rows)?;
        let one = |(row, shares): (ndarray::ArrayView1<f64>, ndarray::ArrayView1<f64>)| {
            let distance = |component: usize| {
                squared_distance(&row.to_vec(), &self.means.row(component).to_vec()).sqrt()
            };
            let likelier = |a: &usize, b: &usize| shares[*a].total_cmp(&shares[*b]).then(b.cmp(a));
            let components = || 0..shares.len();
            let cluster = components().max_by(likelier).unwrap_or_default();
            let second = components()
                .filter(|other| *other != cluster)
                .max_by(likelier);
            Assignment {
                cluster,
                distance: distance(cluster),
                second: second.unwrap_or(cluster),
                second_distance: second.map_or(f64::INFINITY, distance),
            }
        };
        let pairs = rows.rows().into_iter().zip(probabilities.rows());
        Ok(pairs.map(one).collect())
    }

    /// All there is to store: `log_likelihood`, `bic`, of each component `0.weight`, its mean
    /// (`0.mean.2`: feature 2) and its covariances (`0.covariance.2.1`, the lower triangle).
    #[must_use]
    pub fn values(&self) -> Vec<(String, f64)> {
        let mut values = vec![
            ("log_likelihood".to_owned(), self.log_likelihood),
            ("bic".to_owned(), self.bic),
        ];
        for (component, weight) in self.weights.iter().enumerate() {
            values.push((format!("{component}.weight"), *weight));
            let mean = self.means.row(component);
            for (one, mean) in mean.iter().enumerate() {
                values.push((format!("{component}.mean.{one}"), *mean));
                for other in 0..=one {
                    let name = format!("{component}.covariance.{one}.{other}");
                    values.push((name, self.covariances[component][[one, other]]));
                }
            }
        }
        values
    }

    /// The mixture that gave these [`values`](Self::values).
    ///
    /// # Errors
    /// `MissingParameter`: one of them is missing
    pub fn restore(components: usize, features: usize, values: &[(String, f64)]) -> Result<Self> {
        let find = |name: &str| find(values, name);
        let mut fitted = Self {
            weights: vec![0.0; components],
            means: Array2::zeros((components, features)),
            covariances: vec![Array2::zeros((features, features)); components],
            log_likelihood: find("log_likelihood")?,
            bic: find("bic")?,
        };
        for component in 0..components {
            fitted.weights[component] = find(&format!("{component}.weight"))?;
            for one in 0..features {
                fitted.means[[component, one]] = find(&format!("{component}.mean.{one}"))?;
                for other in 0..=one {
                    let value = find(&format!("{component}.covariance.{one}.{other}"))?;
                    fitted.covariances[component][[one, other]] = value;
                    fitted.covariances[component][[other, one]] = value;
                }
            }
        }
        Ok(fitted)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::{Fitted, Params, fit};
    use crate::Error;
    use crate::group::tests::iris;
    use crate::group::{adjusted_rand, k_means};

    fn params(components: usize) -> Params {
        Params {
            tolerance: 1e-10,
            iterations: 5000,
            start: k_means::Params {
                clusters: components,
                ..k_means::Params::default()
            },
            ..Params::default()
        }
    }

    #[test]
    fn bic_of_iris_is_that_of_scikit_learn() {
        // GaussianMixture(k, tol=1e-10, n_init=10, random_state=0): bic(X), score(X) · 150.
        let (rows, _) = iris();
        for (components, bic, log_likelihood) in [
            (1, 829.978_154_509_394_4, -379.914_630_196_023_4),
            (2, 574.017_832_720_746, -214.354_704_595_977_3),
            (3, 580.838_908_125_243_3, -180.185_477_592_504),
        ] {
            let fitted = fit(rows.view(), &params(components)).expect("a mixture");
            assert!(
                (fitted.bic - bic).abs() < 1e-5,
                "{components}: {}",
                fitted.bic
            );
            assert!((fitted.log_likelihood - log_likelihood).abs() < 1e-5);
        }
    }

    #[test]
    fn three_components_of_iris_are_nearly_the_species_and_come_back_from_storage() {
        let (rows, species) = iris();
        let fitted = fit(rows.view(), &params(3)).expect("a mixture");
        let fitted = Fitted::restore(3, 4, &fitted.values()).expect("complete");
        let probabilities = fitted.probabilities(rows.view()).expect("as fitted");
        let mut labels = Vec::new();
        for row in probabilities.rows() {
            assert!((row.sum() - 1.0).abs() < 1e-12);
            let best = (0..3).max_by(|a, b| row[*a].total_cmp(&row[*b]));
            labels.push(best.expect("three"));
        }
        // adjusted_rand_score(species, predict(X))
        let agreement = adjusted_rand(&species, &labels).expect("one length");
        assert!((agreement - 0.903_874_231_774_812_4).abs() < 1e-12);
        assert_eq!(
            Fitted::restore(3, 4, &fitted.values()).expect("complete"),
            fitted
        );
    }

    #[test]
    fn a_constant_feature_and_a_far_row_do_no_harm() {
        let rows = Array2::from_shape_fn((200, 2), |(row, column)| {
            let step = ((row * 37) % 101) as f64 / 101.0;
            if column == 0 {
                step + 5.0 * f64::from(row % 2 == 0)
            } else {
                3.0
            }
        });
        let fitted = fit(rows.view(), &params(2)).expect("a mixture");
        let far = Array2::from_elem((1, 2), 1e9);
        let probabilities = fitted.probabilities(far.view()).expect("as fitted");
        assert!((probabilities.sum() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_climb_without_end_is_told() {
        let (rows, _) = iris();
        let short = Params {
            iterations: 2,
            ..params(3)
        };
        let error = fit(rows.view(), &short);
        assert_eq!(error, Err(Error::NotConverged { iterations: 2 }));
    }
}
