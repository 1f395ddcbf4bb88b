//! A fitted model of either technique, and the questions one can ask of it.

use std::cmp::Reverse;

use ndarray::{Array2, ArrayView1, ArrayView2, Axis, Slice};

use super::boosted::Boosted;
use super::linear::Linear;
use super::loss::Loss;
use super::sum::pieces;
use crate::{Error, Result};

/// A model that predicts one thing from features.
///
/// It is written as text, number for number, and read again with [`str::parse`]: the answers stay
/// the same to the last bit.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    pub(crate) names: Vec<String>,
    pub(crate) loss: Loss,
    pub(crate) model: Model,
}

/// The technique, with what it found.
#[derive(Debug, Clone, PartialEq)]
pub enum Model {
    /// A weighted sum.
    Linear(Linear),
    /// A sum of trees.
    Boosted(Boosted),
}

/// Why a customer's score is what it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reason {
    /// The feature's index.
    pub feature: usize,
    /// By how much it moves the score, up or down, from where it is on the whole.
    pub contribution: f64,
}

impl Fitted {
    /// The features' names, in the order of columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What it was fitted for.
    #[must_use]
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// The technique's own answers.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The probability, or the expected amount, of each customer.
    ///
    /// # Shapes
    /// - `features`: customers × features, as those it was fitted on; NaN where missing
    ///
    /// # Errors
    /// - `Shape`: another number of features
    pub fn predict(&self, features: ArrayView2<f64>) -> Result<Vec<f64>> {
        let mut scores = self.scores(features)?;
        for score in &mut scores {
            *score = self.loss.mean(*score);
        }
        Ok(scores)
    }

    /// The score of each customer, on the scale where contributions add up.
    ///
    /// # Errors
    /// - `Shape`: another number of features
    pub fn scores(&self, features: ArrayView2<f64>) -> Result<Vec<f64>> {
        self.check(features)?;
        let of_rows = |rows: std::ops::Range<usize>| {
            self.scores_of(features.slice_axis(Axis(0), Slice::from(rows)))
        };
        Ok(pieces(features.nrows(), of_rows).concat())
    }

    /// The scores of few rows, one after another.
    pub(crate) fn scores_of(&self, rows: ArrayView2<f64>) -> Vec<f64> {
        match &self.model {
            Model::Linear(linear) => rows
                .rows()
                .into_iter()
                .map(|row| linear.score(row))
                .collect(),
            Model::Boosted(boosted) => boosted.scores(rows),
        }
    }

    /// The strongest `count` reasons for each customer's score, strongest first.
    ///
    /// Of a linear model, coefficient × (value − mean). Of trees, the change of the expected score
    /// at every split on the customer's way down, given to the feature that was asked: exact in its
    /// sum, at twice the price of a prediction, where Shapley values go through every leaf.
    ///
    /// # Missing
    /// Fewer reasons where fewer features have a part in the score.
    ///
    /// # Errors
    /// - `Shape`: another number of features
    ///
    /// # Source
    /// Saabas (2014), the `treeinterpreter` package.
    pub fn reasons(&self, features: ArrayView2<f64>, count: usize) -> Result<Vec<Vec<Reason>>> {
        self.check(features)?;
        let strongest = |row: ArrayView1<f64>| {
            let mut reasons: Vec<Reason> = self
                .contributions_of(row)
                .into_iter()
                .enumerate()
                .map(|(feature, contribution)| Reason {
                    feature,
                    contribution,
                })
                .filter(|reason| reason.contribution.abs() > 0.0)
                .collect();
            // Stable: of equally strong ones the first feature.
            reasons.sort_by_key(|reason| Reverse(ordered(reason.contribution.abs())));
            reasons.truncate(count);
            reasons
        };
        let of_rows = |rows: std::ops::Range<usize>| -> Vec<_> {
            rows.map(|row| strongest(features.row(row))).collect()
        };
        Ok(pieces(features.nrows(), of_rows)
            .into_iter()
            .flatten()
            .collect())
    }

    /// What each feature adds to each customer's score: customers × features. With
    /// [`baseline`](Self::baseline) they sum to the score.
    ///
    /// # Errors
    /// - `Shape`: another number of features
    pub fn contributions(&self, features: ArrayView2<f64>) -> Result<Array2<f64>> {
        self.check(features)?;
        let mut all = Array2::zeros(features.dim());
        for (mut out, row) in all.axis_iter_mut(Axis(0)).zip(features.rows()) {
            out.assign(&ArrayView1::from(&self.contributions_of(row)));
        }
        Ok(all)
    }

    /// The score on the whole, before anything is known of a customer.
    #[must_use]
    pub fn baseline(&self) -> f64 {
        match &self.model {
            Model::Linear(linear) => linear.intercept(),
            Model::Boosted(boosted) => boosted.baseline(),
        }
    }

    fn contributions_of(&self, row: ArrayView1<f64>) -> Vec<f64> {
        let mut sums = vec![0.0; self.names.len()];
        let mut add = |(feature, added): (usize, f64)| sums[feature] += added;
        match &self.model {
            Model::Linear(linear) => linear.contributions(row).for_each(&mut add),
            Model::Boosted(boosted) => boosted.contributions(row).for_each(&mut add),
        }
        sums
    }

    pub(crate) fn check(&self, features: ArrayView2<f64>) -> Result<()> {
        if features.ncols() == self.names.len() {
            return Ok(());
        }
        Err(Error::Shape {
            name: "features",
            found: features.ncols(),
            expected: self.names.len(),
        })
    }
}

/// A non-negative float as a key: its bits are in the same order.
fn ordered(size: f64) -> u64 {
    size.to_bits()
}
