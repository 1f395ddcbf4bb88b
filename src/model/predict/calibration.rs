//! From what a model says to what happens: probabilities and amounts that mean what they say.

use super::isotonic::{interpolate, isotonic};
use super::loss::Loss;
use super::platt::{Line, platt};
use crate::Result;

/// What stands between a model's prediction and the one that is published.
#[derive(Debug, Clone, PartialEq)]
pub enum Calibration {
    /// A line on the scale of scores, after Platt: for few rows.
    Platt(Line),
    /// A function that never falls, given by its knots, straight in between: for a thousand
    /// positives and more.
    Isotonic(Vec<(f64, f64)>),
}

impl Calibration {
    /// Fits a line from the logit of each prediction to what happened.
    ///
    /// # Formula
    /// ```text
    /// p = 1 / (1 + e^−(a + b logit(prediction)))
    /// ```
    /// by maximum likelihood, towards labels of (n₁+1)/(n₁+2) and 1/(n₀+2) instead of 1 and 0.
    ///
    /// # Shapes
    /// - `predictions`: probabilities for time that the model has not seen; `labels`: 1 where it
    ///   happened, else 0
    ///
    /// # Errors
    /// - `Shape`: not as many predictions as labels
    /// - `NotIdentified`: all predictions are one
    ///
    /// # Source
    /// Platt (1999), Advances in Large Margin Classifiers; Lin, Lin & Weng (2007), Machine Learning
    /// 68. Agrees with scikit-learn `CalibratedClassifierCV`.
    pub fn platt(predictions: &[f64], labels: &[f64]) -> Result<Self> {
        platt(predictions, labels).map(Self::Platt)
    }

    /// Fits the non-decreasing function of the prediction that is closest to what happened.
    ///
    /// # Shapes
    /// - `predictions`: for time that the model has not seen; `labels`: 1 where it happened, else 0,
    ///   or amounts
    ///
    /// # Errors
    /// - `Shape`: not as many predictions as labels
    /// - `TooFew`: no rows
    ///
    /// # Source
    /// Zadrozny & Elkan (2002), KDD. Agrees with scikit-learn `IsotonicRegression`.
    ///
    /// # Example
    /// ```
    /// use clientele_model::predict::Calibration;
    ///
    /// let calibration = Calibration::isotonic(&[0.1, 0.2, 0.3, 0.4], &[0.0, 1.0, 0.0, 1.0])?;
    /// assert_eq!(calibration.apply(0.25), 0.5); // 0.2 and 0.3 in the wrong order: one level
    /// # Ok::<(), clientele_model::Error>(())
    /// ```
    pub fn isotonic(predictions: &[f64], labels: &[f64]) -> Result<Self> {
        isotonic(predictions, labels).map(Self::Isotonic)
    }

    /// The calibrated prediction.
    #[must_use]
    pub fn apply(&self, prediction: f64) -> f64 {
        match self {
            Self::Platt(line) => {
                Loss::Logistic.mean(line.intercept + line.slope * Loss::Logistic.score(prediction))
            }
            Self::Isotonic(knots) => interpolate(knots, prediction),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Calibration;

    #[test]
    fn isotonic_levels_are_those_of_scikit_learn() {
        // scikit-learn 1.9.1: IsotonicRegression(out_of_bounds="clip").fit(x, y).predict(at).
        let x = [0.1, 0.2, 0.2, 0.3, 0.45, 0.5, 0.7, 0.9];
        let y = [0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0];
        let fitted = Calibration::isotonic(&x, &y).expect("rows");
        for (at, value) in [
            (0.05, 0.0),
            (0.15, 1.0 / 6.0),
            (0.2, 1.0 / 3.0),
            (0.25, 1.0 / 3.0),
            (0.4, 4.0 / 9.0),
            (0.48, 0.5),
            (0.6, 0.75),
            (0.95, 1.0),
        ] {
            assert!(
                (fitted.apply(at) - value).abs() < 1e-12,
                "{at}: {}",
                fitted.apply(at)
            );
        }
    }

    #[test]
    fn a_line_is_that_of_scikit_learn() {
        // scikit-learn 1.9.1: _SigmoidCalibration().fit(logit(x), y).predict_proba.
        let x = [0.1, 0.2, 0.2, 0.3, 0.45, 0.5, 0.7, 0.9];
        let y = [0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0];
        let fitted = Calibration::platt(&x, &y).expect("rows");
        for (at, value) in [
            (0.05, 0.163_270_50),
            (0.15, 0.298_586_25),
            (0.25, 0.390_793_05),
            (0.48, 0.552_988_19),
            (0.95, 0.896_859_97),
        ] {
            assert!(
                (fitted.apply(at) - value).abs() < 1e-6,
                "{at}: {}",
                fitted.apply(at)
            );
        }
    }

    #[test]
    fn one_prediction_for_all_has_no_line_but_a_level() {
        assert!(Calibration::platt(&[0.3; 4], &[0.0, 1.0, 0.0, 0.0]).is_err());
        let level = Calibration::isotonic(&[0.3; 4], &[0.0, 1.0, 0.0, 0.0]).expect("rows");
        assert!((level.apply(0.9) - 0.25).abs() < 1e-15);
        assert!(Calibration::isotonic(&[], &[]).is_err());
    }

    proptest! {
        #[test]
        fn isotonic_never_falls_and_keeps_the_mean(
            rows in proptest::collection::vec((0.0..1.0_f64, any::<bool>()), 1..100),
        ) {
            // Few different scores, so that ties are common.
            let scores: Vec<f64> = rows.iter().map(|row| (row.0 * 20.0).floor() / 20.0).collect();
            let labels: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(row.1))).collect();
            let fitted = Calibration::isotonic(&scores, &labels).expect("rows");
            let sum: f64 = scores.iter().map(|score| fitted.apply(*score)).sum();
            prop_assert!((sum - labels.iter().sum::<f64>()).abs() < 1e-9);
            let grid = (0..=100).map(|at| fitted.apply(f64::from(at) / 100.0));
            let values: Vec<f64> = grid.collect();
            prop_assert!(values.windows(2).all(|pair| pair[0] <= pair[1] + 1e-15));
        }
    }
}
