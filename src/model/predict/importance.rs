//! Which features a model needs: what is lost when one of them is shuffled.

use ndarray::{Array1, ArrayView2, Axis};

use super::fitted::Fitted;
use super::hash::keyed_hash;
use super::sample::Sample;
use super::sum::pieces;
use crate::{Error, Result};

/// How to ask.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `repeats` | 5 | from 1 | shuffles of each feature |
/// | `rows` | 100 000 | from 2 | customers asked, at most |
/// | `seed` | 0 | – | the key of the shuffles |
#[derive(Debug, Clone, PartialEq)]
pub struct ImportanceParams {
    /// Shuffles of each feature.
    pub repeats: usize,
    /// Customers asked, at most.
    pub rows: usize,
    /// Chooses customers and shuffles.
    pub seed: u64,
}

impl Default for ImportanceParams {
    fn default() -> Self {
        Self {
            repeats: 5,
            rows: 100_000,
            seed: 0,
        }
    }
}

/// What a model owes to a feature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Importance {
    /// The feature's index.
    pub feature: usize,
    /// By how much the mean loss rises when its values are shuffled among customers; below 0 if the
    /// model is better off without it.
    pub loss_increase: f64,
    /// How much that differs from shuffle to shuffle: the standard error of the mean; 0 of one.
    pub standard_error: f64,
}

/// Permutation importance of every feature, in the order of features.
///
/// # Shapes
/// - `unseen`: customers of a time that the model has not seen, with what came
///
/// # Missing
/// Missing values are shuffled like others. Weights do not count.
///
/// # Numerics
/// Who is asked, and whose value comes to whom, is by hash of the customers' ids: with ids that
/// differ, it does not depend on the order of rows.
///
/// # Errors
/// - `Shape`, `OutOfRange`, `TooFew`: as [`Sample`] says, and another number of features
///
/// # Source
/// Breiman (2001), Machine Learning 45; Fisher, Rudin & Dominici (2019), JMLR 20.
pub fn importances(
    fitted: &Fitted,
    unseen: &Sample,
    params: &ImportanceParams,
) -> Result<Vec<Importance>> {
    unseen.check(fitted.loss())?;
    fitted.check(unseen.features)?;
    if params.repeats == 0 {
        return Err(Error::TooFew {
            what: "repeats",
            found: 0,
            needed: 1,
        });
    }
    let shuffled = |key: u64, mut rows: Vec<usize>| {
        rows.sort_by_cached_key(|row| keyed_hash(key, unseen.ids[*row]));
        rows
    };
    let mut asked = shuffled(params.seed, (0..unseen.rows()).collect());
    asked.truncate(params.rows);
    let before = mean_loss(fitted, unseen, &asked, None);
    let of_feature = |feature: usize| {
        let increase = |repeat: usize| {
            let key = keyed_hash(params.seed, (feature * params.repeats + repeat) as u64);
            mean_loss(
                fitted,
                unseen,
                &asked,
                Some((feature, &shuffled(key, asked.clone()))),
            ) - before
        };
        let increases: Array1<f64> = (0..params.repeats).map(increase).collect();
        let repeats = params.repeats as f64;
        let mean = increases.sum() / repeats;
        let squares: f64 = increases.iter().map(|one| (one - mean).powi(2)).sum();
        Importance {
            feature,
            loss_increase: mean,
            standard_error: (squares / (repeats - 1.0).max(1.0) / repeats).sqrt(),
        }
    };
    Ok((0..fitted.names().len()).map(of_feature).collect())
}

/// The mean loss of `asked`, one feature taken from others.
fn mean_loss(
    fitted: &Fitted,
    unseen: &Sample,
    asked: &[usize],
    shuffled: Option<(usize, &[usize])>,
) -> f64 {
    let features: ArrayView2<f64> = unseen.features;
    let of_piece = |places: std::ops::Range<usize>| {
        let mut rows = features.select(Axis(0), &asked[places.clone()]);
        if let Some((feature, others)) = shuffled {
            for (cell, other) in rows
                .column_mut(feature)
                .iter_mut()
                .zip(&others[places.clone()])
            {
                *cell = features[[*other, feature]];
            }
        }
        let scores = fitted.scores_of(rows.view());
        let losses = asked[places].iter().zip(scores);
        losses
            .map(|(row, score)| fitted.loss().value(unseen.labels[*row], score))
            .sum::<f64>()
    };
    pieces(asked.len(), of_piece).into_iter().sum::<f64>() / asked.len() as f64
}
