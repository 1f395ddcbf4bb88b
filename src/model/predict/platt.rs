//! A line from what was predicted to what happened, on the scale of logits.

use ndarray::{Array1, Array2, arr1, arr2};

use super::loss::{Loss, same_length};
use super::sum::pieces;
use crate::Result;
use crate::numeric::maximum::{Curvature, Objective, maximise};

/// logit(p) = intercept + slope · logit(prediction).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// 0 where predictions are right on the whole.
    pub intercept: f64,
    /// 1 where they are as far apart as what happens; below 1 they are too far.
    pub slope: f64,
}

/// The line that makes `labels`, from 0 to 1, most likely.
pub(crate) fn line(predictions: &[f64], labels: &[f64]) -> Result<Line> {
    same_length(predictions, labels)?;
    let logits: Vec<f64> = predictions
        .iter()
        .map(|p| Loss::Logistic.score(*p))
        .collect();
    let likelihood = Likelihood {
        logits: &logits,
        labels,
    };
    let place = maximise(&likelihood, arr1(&[0.0, 1.0]), 100)?.place;
    Ok(Line {
        intercept: place[0],
        slope: place[1],
    })
}

/// The same, with labels drawn a little together, so that no line is infinitely steep.
pub(crate) fn platt(predictions: &[f64], labels: &[f64]) -> Result<Line> {
    let positives: f64 = labels.iter().sum();
    let negatives = labels.len() as f64 - positives;
    let (high, low) = (
        (positives + 1.0) / (positives + 2.0),
        1.0 / (negatives + 2.0),
    );
    let drawn: Vec<f64> = labels
        .iter()
        .map(|label| low + (high - low) * label)
        .collect();
    line(predictions, &drawn)
}

struct Likelihood<'a> {
    logits: &'a [f64],
    labels: &'a [f64],
}

impl Objective for Likelihood<'_> {
    fn curvature(&self, place: &Array1<f64>) -> Curvature {
        let of_rows = |rows: std::ops::Range<usize>| {
            rows.fold([0.0; 6], |sums, row| {
                let (x, label) = (self.logits[row], self.labels[row]);
                let logit = place[0] + place[1] * x;
                let loss = Loss::Logistic.value(label, logit);
                let (first, second) = Loss::Logistic.slopes(label, logit);
                let terms = [loss, first, first * x, second, second * x, second * x * x];
                std::array::from_fn(|index| sums[index] + terms[index])
            })
        };
        let sums = pieces(self.logits.len(), of_rows)
            .into_iter()
            .fold([0.0; 6], |sums, piece: [f64; 6]| {
                std::array::from_fn(|index| sums[index] + piece[index])
            });
        let [loss, slope, slope_x, bend, bend_x, bend_xx] = sums;
        let hessian: Array2<f64> = -arr2(&[[bend, bend_x], [bend_x, bend_xx]]);
        Curvature {
            value: -loss,
            gradient: -arr1(&[slope, slope_x]),
            hessian,
        }
    }
}
