//! What a prediction costs when the truth comes out, as a function of a score on the scale where
//! effects add up.

use std::fmt;

use crate::{Error, Result};

/// The kind of question, by the loss that its models make small.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loss {
    /// Whether something will happen: labels from 0 to 1; the score is the logit of a probability.
    Logistic,
    /// An amount that is often 0 and sometimes large: labels from 0; the score is the logarithm of
    /// the expected amount.
    Tweedie {
        /// Variance ∝ meanᵖ, 1 < p < 2; 1.5 where nothing is known.
        power: f64,
    },
    /// An amount of either sign, such as a margin: the score is the expected amount.
    Squared,
}

/// Probabilities are held this far from 0 and 1, amounts from 0, where their score would be
/// infinite.
const EDGE: f64 = 1e-15;

impl Loss {
    /// The loss of one row.
    ///
    /// ```text
    /// Logistic  ln(1 + eˢ) − y s      Squared  ½ (y − s)²
    /// Tweedie   y e^((1−p)s) / (p−1) + e^((2−p)s) / (2−p)
    /// ```
    /// Twice the Tweedie loss is the deviance up to a constant of the labels (Jørgensen, 1987,
    /// JRSS B 49).
    #[must_use]
    pub fn value(self, label: f64, score: f64) -> f64 {
        match self {
            Self::Logistic => score.max(0.0) + (-score.abs()).exp().ln_1p() - label * score,
            Self::Tweedie { power } => {
                label * ((1.0 - power) * score).exp() / (power - 1.0)
                    + ((2.0 - power) * score).exp() / (2.0 - power)
            }
            Self::Squared => 0.5 * (label - score).powi(2),
        }
    }

    /// First and second derivative of [`value`](Self::value) by the score.
    pub(crate) fn slopes(self, label: f64, score: f64) -> (f64, f64) {
        match self {
            Self::Logistic => {
                let probability = self.mean(score);
                (probability - label, probability * (1.0 - probability))
            }
            Self::Tweedie { power } => {
                let (less, more) = (
                    label * ((1.0 - power) * score).exp(),
                    ((2.0 - power) * score).exp(),
                );
                (more - less, (power - 1.0) * less + (2.0 - power) * more)
            }
            Self::Squared => (score - label, 1.0),
        }
    }

    /// The probability or amount that a score stands for.
    #[must_use]
    pub fn mean(self, score: f64) -> f64 {
        match self {
            Self::Logistic => 1.0 / (1.0 + (-score).exp()),
            Self::Tweedie { .. } => score.exp(),
            Self::Squared => score,
        }
    }

    /// The score of a probability or amount.
    #[must_use]
    pub fn score(self, mean: f64) -> f64 {
        match self {
            Self::Logistic => {
                let inside = mean.clamp(EDGE, 1.0 - EDGE);
                (inside / (1.0 - inside)).ln()
            }
            Self::Tweedie { .. } => mean.max(EDGE).ln(),
            Self::Squared => mean,
        }
    }

    /// The mean loss of predictions on the scale of the labels: of two models for one time not seen
    /// before, the one with less is better.
    ///
    /// # Missing
    /// NaN without rows, and where a prediction is NaN.
    ///
    /// # Errors
    /// - `Shape`: not as many predictions as labels
    pub fn mean_loss(self, predictions: &[f64], labels: &[f64]) -> Result<f64> {
        same_length(predictions, labels)?;
        let losses = predictions
            .iter()
            .zip(labels)
            .map(|(mean, label)| self.value(*label, self.score(*mean)));
        Ok(losses.sum::<f64>() / labels.len() as f64)
    }

    /// Whether labels of this size have a meaning, and what must hold.
    pub(crate) fn admits(self, label: f64) -> std::result::Result<(), &'static str> {
        match self {
            Self::Logistic if !(0.0..=1.0).contains(&label) => Err("from 0 to 1"),
            Self::Tweedie { .. } if !(label.is_finite() && label >= 0.0) => {
                Err("finite and not negative")
            }
            Self::Squared if !label.is_finite() => Err("finite"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Logistic => to.write_str("logistic"),
            Self::Tweedie { power } => write!(to, "tweedie {power:e}"),
            Self::Squared => to.write_str("squared"),
        }
    }
}

pub(crate) fn same_length(predictions: &[f64], labels: &[f64]) -> Result<()> {
    if predictions.len() == labels.len() {
        return Ok(());
    }
    Err(Error::Shape {
        name: "predictions",
        found: predictions.len(),
        expected: labels.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::Loss;

    const LOSSES: [Loss; 3] = [Loss::Logistic, Loss::Tweedie { power: 1.4 }, Loss::Squared];

    #[test]
    fn slopes_are_the_differences_of_the_loss() {
        for loss in LOSSES {
            for (label, score) in [(0.0, -1.3), (1.0, 0.4), (0.3, 2.0)] {
                let value = |shift: f64| loss.value(label, score + shift);
                let (first, second) = loss.slopes(label, score);
                let step = 1e-4;
                let difference = (value(step) - value(-step)) / (2.0 * step);
                let bend = (value(step) - 2.0 * value(0.0) + value(-step)) / (step * step);
                assert!((first - difference).abs() < 1e-7, "{loss}: {first}");
                assert!((second - bend).abs() < 1e-6, "{loss}: {second}");
            }
        }
    }

    #[test]
    fn score_and_mean_undo_each_other() {
        for loss in LOSSES {
            for mean in [1e-9, 0.3, 0.75] {
                assert!((loss.mean(loss.score(mean)) / mean - 1.0).abs() < 1e-12);
            }
            assert!(loss.score(0.0).is_finite() && loss.score(1.0).is_finite());
        }
    }

    #[test]
    fn a_confident_mistake_costs_no_infinite_amount() {
        let cost = Loss::Logistic
            .mean_loss(&[0.0, 1.0], &[1.0, 0.0])
            .expect("two rows");
        assert!((cost - 1e15_f64.ln()).abs() < 1e-2, "{cost}"); // 1 − 10⁻¹⁵ has a rounding of 11 %
    }
}
