//! Logistic regression, and its relatives for amounts: every feature moves the score in proportion.

use ndarray::{Array1, Array2, ArrayView1, Axis};

use super::design::{Column, by_piece, columns};
use super::fitted::{Fitted, Model};
use super::loss::Loss;
use super::sample::Sample;
use crate::Result;
use crate::numeric::maximum::{Curvature, Objective, maximise};

/// How to fit.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `loss` | logistic | – | what a wrong score costs: logistic of probabilities, Tweedie of amounts from 0 on, squared of any |
/// | `penalty` | 1 | from 0 | λ of the penalty ½ λ Σ β² on standardised coefficients; 0 is maximum likelihood |
/// | `iterations` | 100 | from 1 | steps after which a fit that has not converged is given up |
#[derive(Debug, Clone, PartialEq)]
pub struct LinearParams {
    /// What a wrong score costs.
    pub loss: Loss,
    /// Weight of the penalty.
    pub penalty: f64,
    /// The most steps.
    pub iterations: usize,
}

impl Default for LinearParams {
    fn default() -> Self {
        Self {
            loss: Loss::Logistic,
            penalty: 1.0,
            iterations: 100,
        }
    }
}

/// A score that is a weighted sum of features.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    pub(crate) intercept: Estimated,
    /// Of standardised columns.
    pub(crate) terms: Vec<(Column, Estimated)>,
}

/// A number, and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimated {
    pub(crate) value: f64,
    pub(crate) standard_error: f64,
}

/// What a feature adds to the score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// The feature's index.
    pub feature: usize,
    /// Whether this is what is added where the feature is missing.
    pub is_missing: bool,
    /// Per unit of the feature.
    pub value: f64,
    /// Its standard error, from the Hessian.
    pub standard_error: f64,
    /// Per standard deviation of the feature: what makes features comparable.
    pub standardised: f64,
}

/// Fits a score that is linear in the features: logistic regression, Tweedie regression with a log
/// link, or ridge regression, by the loss.
///
/// # Formula
/// ```text
/// min  Σ w loss(y, β₀ + Σⱼ βⱼ zⱼ) + ½ λ Σⱼ βⱼ²,   z = (x − mean) / deviation
/// ```
/// by Newton's method with the exact Hessian.
///
/// # Missing
/// A missing value counts as the median of the feature, and has a column of its own that says so.
/// A constant feature has no coefficient.
///
/// # Errors
/// - `Shape`, `OutOfRange`: as [`Sample`] says
/// - `TooFew`: no rows, or labels of one kind only
/// - `NotIdentified`: with `penalty` 0, classes that a line separates, or features that say the same
/// - `NotConverged`: more than `iterations` steps
///
/// # Numerics
/// Sums are taken in pieces of a fixed size: the answer does not depend on the number of threads,
/// and on the order of rows only in the last digits (relative 1e-9). Memory beside the features is
/// bounded: pieces are standardised when they are needed.
///
/// # Source
/// Hoerl & Kennard (1970), Technometrics 12; le Cessie & van Houwelingen (1992), Applied Statistics
/// 41. Agrees with scikit-learn `LogisticRegression`, `TweedieRegressor` and `Ridge`; standard
/// errors with statsmodels `GLM`.
///
/// # Example
/// ```
/// use clientele_model::predict::{LinearParams, Sample, fit_linear};
/// use ndarray::arr2;
///
/// let orders = arr2(&[[1.0], [1.0], [2.0], [2.0], [5.0], [f64::NAN]]);
/// let sample = Sample {
///     features: orders.view(),
///     names: &["orders".to_owned()],
///     labels: &[0.0, 0.0, 0.0, 1.0, 1.0, 0.0],
///     weights: None,
///     ids: &[1, 2, 3, 4, 5, 6],
/// };
/// let fitted = fit_linear(&sample, &LinearParams::default())?;
/// let again = fitted.predict(arr2(&[[1.0], [4.0]]).view())?;
/// assert!(0.0 < again[0] && again[0] < again[1] && again[1] < 1.0);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn fit_linear(sample: &Sample, params: &LinearParams) -> Result<Fitted> {
    let loss = params.loss;
    let start_score = sample.check(loss)?;
    let likelihood = Likelihood {
        sample: *sample,
        loss,
        columns: columns(sample.features, |row| sample.weight(row)),
        penalty: params.penalty,
    };
    let count = likelihood.columns.len();
    let mut start = Array1::zeros(count + 1);
    start[count] = start_score;
    let found = maximise(&likelihood, start, params.iterations)?;
    let estimated = |index: usize| Estimated {
        value: found.place[index],
        standard_error: found.covariance[[index, index]].sqrt(),
    };
    let terms = likelihood.columns.iter().enumerate();
    Ok(Fitted {
        names: sample.names.to_vec(),
        loss,
        model: Model::Linear(Linear {
            intercept: estimated(count),
            terms: terms
                .map(|(index, column)| (*column, estimated(index)))
                .collect(),
        }),
    })
}

impl Linear {
    /// The score of a customer with the mean of every feature.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        self.intercept.value
    }

    /// The coefficients of all features that vary.
    #[must_use]
    pub fn coefficients(&self) -> Vec<Coefficient> {
        let coefficient = |(column, estimated): &(Column, Estimated)| Coefficient {
            feature: column.feature,
            is_missing: column.is_indicator,
            value: estimated.value / column.deviation,
            standard_error: estimated.standard_error / column.deviation,
            standardised: estimated.value,
        };
        self.terms.iter().map(coefficient).collect()
    }

    /// What each term adds to the score, by feature.
    pub(crate) fn contributions(&self, row: ArrayView1<f64>) -> impl Iterator<Item = (usize, f64)> {
        let term = move |(column, estimated): &(Column, Estimated)| {
            (column.feature, estimated.value * column.entry(row))
        };
        self.terms.iter().map(term)
    }

    pub(crate) fn score(&self, row: ArrayView1<f64>) -> f64 {
        let added = self.contributions(row).map(|(_, added)| added);
        self.intercept.value + added.sum::<f64>()
    }
}

/// The penalised log-likelihood of coefficients, the intercept last.
struct Likelihood<'a> {
    sample: Sample<'a>,
    loss: Loss,
    columns: Vec<Column>,
    penalty: f64,
}

impl Likelihood<'_> {
    /// The coefficients that are penalised: all but the intercept, as a vector.
    fn penalised(&self, place: &Array1<f64>) -> Array1<f64> {
        let mut slopes = place * self.penalty;
        slopes[self.columns.len()] = 0.0;
        slopes
    }

    /// What the rows from `first` on cost at `place`.
    fn piece(&self, place: &Array1<f64>, first: usize, entries: &Array2<f64>) -> Piece {
        let scores = entries.dot(place);
        let mut piece = Piece {
            loss: 0.0,
            slopes: Array1::zeros(scores.len()),
            bends: Array1::zeros(scores.len()),
        };
        for (index, score) in scores.iter().enumerate() {
            let (label, weight) = (
                self.sample.labels[first + index],
                self.sample.weight(first + index),
            );
            let (slope, bend) = self.loss.slopes(label, *score);
            piece.loss += weight * self.loss.value(label, *score);
            piece.slopes[index] = weight * slope;
            piece.bends[index] = weight * bend;
        }
        piece
    }

    fn penalty(&self, place: &Array1<f64>) -> f64 {
        0.5 * place.dot(&self.penalised(place))
    }
}

/// The losses of some rows, added up, with the derivatives of each.
struct Piece {
    loss: f64,
    slopes: Array1<f64>,
    bends: Array1<f64>,
}

impl Objective for Likelihood<'_> {
    fn curvature(&self, place: &Array1<f64>) -> Curvature {
        let pieces = by_piece(self.sample.features, &self.columns, |first, entries| {
            let piece = self.piece(place, first, &entries);
            let bent = &entries * &piece.bends.insert_axis(Axis(1));
            Curvature {
                value: -piece.loss,
                gradient: -entries.t().dot(&piece.slopes),
                hessian: -bent.t().dot(&entries),
            }
        });
        let size = place.len();
        let mut all = Curvature {
            value: -self.penalty(place),
            gradient: -self.penalised(place),
            hessian: -Array2::from_diag(&self.penalised(&Array1::ones(size))),
        };
        for piece in pieces {
            all.value += piece.value;
            all.gradient += &piece.gradient;
            all.hessian += &piece.hessian;
        }
        all
    }
}
