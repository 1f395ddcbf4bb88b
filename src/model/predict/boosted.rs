//! Gradient boosted trees: many small trees, each fitted to what the ones before it left over.

use ndarray::{ArrayView1, ArrayView2, Axis};

use super::boosting::Boosting;
use super::fitted::{Fitted, Model};
use super::loss::Loss;
use super::sample::Sample;
use super::tree::Tree;
use crate::Result;

/// How to fit.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `loss` | logistic | – | what a wrong score costs: logistic of probabilities, Tweedie of amounts from 0 on, squared of any |
/// | `rounds` | 500 | from 1 | the most trees |
/// | `shrinkage` | 0.1 | above 0, to 1 | the part of each tree that counts |
/// | `leaves` | 31 | from 2 | the most leaves of a tree |
/// | `depth` | 8 | from 1 | the most questions on the way to a leaf |
/// | `leaf_rows` | 20 | from 1 | the fewest rows of a leaf |
/// | `penalty` | 1 | from 0 | λ of the penalty ½ λ v² on a leaf's value |
/// | `bins` | 255 | 2–255 | the most bins of a feature |
/// | `validation_share` | 0.1 | 0–0.5 | the part of the customers held back to stop in time |
/// | `patience` | 10 | from 1 | trees without a gain for them after which it stops |
/// | `seed` | 0 | – | the key of the hash that chooses them |
#[derive(Debug, Clone, PartialEq)]
pub struct BoostedParams {
    /// What a wrong score costs.
    pub loss: Loss,
    /// The most trees.
    pub rounds: usize,
    /// The part of each tree that counts.
    pub shrinkage: f64,
    /// The most leaves of a tree.
    pub leaves: usize,
    /// The most questions on the way to a leaf.
    pub depth: usize,
    /// The fewest rows of a leaf.
    pub leaf_rows: usize,
    /// Weight of the penalty.
    pub penalty: f64,
    /// The most bins of a feature.
    pub bins: u8,
    /// The part of the customers held back.
    pub validation_share: f64,
    /// Trees without a gain before it stops.
    pub patience: usize,
    /// Chooses who is held back.
    pub seed: u64,
}

impl Default for BoostedParams {
    fn default() -> Self {
        Self {
            loss: Loss::Logistic,
            rounds: 500,
            shrinkage: 0.1,
            leaves: 31,
            depth: 8,
            leaf_rows: 20,
            penalty: 1.0,
            bins: 255,
            validation_share: 0.1,
            patience: 10,
            seed: 0,
        }
    }
}

/// A sum of trees.
#[derive(Debug, Clone, PartialEq)]
pub struct Boosted {
    pub(crate) start: f64,
    pub(crate) trees: Vec<Tree>,
}

/// Fits gradient boosted trees: the score bends with the features, and one may depend on another.
///
/// # Formula
/// ```text
/// score = s₀ + Σ trees;  a leaf's value = −η Σ w g / (Σ w h + λ)
/// gain of a split = G_L²/(H_L + λ) + G_R²/(H_R + λ) − G²/(H + λ)
/// ```
/// with g, h the derivatives of the loss at the score so far. Trees are added until those held back
/// gain nothing any more, and cut off after their best.
///
/// # Missing
/// Each question sends missing values to the side that suits them; where there were none to learn
/// from, to the side with more rows. A constant feature is never asked about. If none, or only rows
/// without weight, are held back, all `rounds` are used. Bins and `leaf_rows` count rows, whatever
/// their weight.
///
/// # Errors
/// - `Shape`, `OutOfRange`: as [`Sample`] says
/// - `TooFew`: no rows, or labels of one kind only
///
/// # Numerics
/// Derivatives are rounded to nine digits of the largest one and added up as whole numbers: trees
/// depend neither on the number of threads nor on the order of rows, to the last bit, as long as
/// the mean label and the loss of those held back do not (to 1e-12). Memory beside the features: a
/// byte per cell, about 50 bytes per row.
///
/// # Source
/// Friedman (2001), Annals of Statistics 29; Chen & Guestrin (2016), KDD, for missing values; Ke et
/// al. (2017), NIPS, for histograms and growth by leaves. As good as scikit-learn's
/// `HistGradientBoosting`.
pub fn fit_boosted(sample: &Sample, params: &BoostedParams) -> Result<Fitted> {
    let start = sample.check(params.loss)?;
    let trees = Boosting::new(*sample, params, start).run();
    Ok(Fitted {
        names: sample.names.to_vec(),
        loss: params.loss,
        model: Model::Boosted(Boosted { start, trees }),
    })
}

/// Rows that go through a tree together: those and the tree stay close to the processor.
const BLOCK: usize = 64;

impl Boosted {
    /// How many trees there are.
    #[must_use]
    pub fn trees(&self) -> usize {
        self.trees.len()
    }

    /// The score on the whole: that of the first guess and of all roots.
    pub(crate) fn baseline(&self) -> f64 {
        let roots = self.trees.iter().map(|tree| tree.0[0].value);
        self.start + roots.sum::<f64>()
    }

    pub(crate) fn scores(&self, rows: ArrayView2<f64>) -> Vec<f64> {
        let mut scores = vec![self.start; rows.nrows()];
        let features = rows.ncols();
        let blocks = rows.axis_chunks_iter(Axis(0), BLOCK);
        for (block, scores) in blocks.zip(scores.chunks_mut(BLOCK)) {
            let cells: Vec<f64> = block.iter().copied().collect();
            for tree in &self.trees {
                for (row, score) in scores.iter_mut().enumerate() {
                    *score += tree.value(&cells[row * features..][..features]);
                }
            }
        }
        scores
    }

    /// What each question on a row's way adds to the score.
    pub(crate) fn contributions(&self, row: ArrayView1<f64>) -> impl Iterator<Item = (usize, f64)> {
        self.trees.iter().flat_map(move |tree| tree.steps(row))
    }
}
