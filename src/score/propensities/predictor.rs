//! Fitted models as rows of a table, and back.

use super::super::columns::{numbers, texts};
use super::super::said;
use super::{FITS, QUESTIONS, Question};
use crate::stage::Given;
use clientele_model::predict::{Calibration, Fitted, Line};
use datafusion::error::Result;
use ndarray::ArrayView2;

/// What answers a question.
pub(super) struct Predictor {
    pub(super) question: Question,
    pub(super) fitted: Fitted,
    /// None for amounts.
    pub(super) calibration: Option<Calibration>,
    /// In which it was learnt, see [`Question::in_season`]; not a number if that does not matter.
    pub(super) season: f64,
}

impl Predictor {
    /// The predictors of a given table, in the order of the questions; those that could not be fitted are not there.
    pub(super) fn all(given: &Given) -> Result<Vec<Self>> {
        let mut found = Vec::new();
        for rows in given.get(FITS).into_iter().flatten() {
            let (models, fits) = (texts(rows, "model")?, texts(rows, "fitted")?);
            let calibrations = texts(rows, "calibration")?.into_iter();
            let calibrations = calibrations.zip(numbers(rows, "season")?);
            for ((model, fit), (calibration, season)) in models.iter().zip(&fits).zip(calibrations)
            {
                let question = QUESTIONS.iter().find(|question| question.model == model);
                let Some(question) = question.filter(|_| !fit.is_empty()) else {
                    continue;
                };
                found.push(Self {
                    question: *question,
                    fitted: fit.parse().map_err(said)?,
                    calibration: parse(&calibration),
                    season,
                });
            }
        }
        Ok(found)
    }

    /// Calibrated probabilities, or amounts, in this season.
    pub(super) fn predict(
        &self,
        features: ArrayView2<f64>,
        season: f64,
    ) -> clientele_model::Result<Vec<f64>> {
        let meant = |one: f64| {
            let calibrated = self
                .calibration
                .as_ref()
                .map_or(one, |found| found.apply(one));
            self.question.in_season(calibrated, self.season, season)
        };
        let predicted = self.fitted.predict(features)?;
        Ok(predicted.into_iter().map(meant).collect())
    }
}

/// A calibration as text, to the last digit.
pub(super) fn write(calibration: &Calibration) -> String {
    let (name, numbers) = match calibration {
        Calibration::Platt(line) => ("platt", vec![line.intercept, line.slope]),
        Calibration::Isotonic(knots) => (
            "isotonic",
            knots.iter().flat_map(|(from, to)| [*from, *to]).collect(),
        ),
    };
    let numbers = numbers.into_iter().map(|number| format!(" {number:e}"));
    format!("{name}{}", numbers.collect::<String>())
}

/// The calibration that was written like this; none of an empty text.
fn parse(text: &str) -> Option<Calibration> {
    let (name, numbers) = text.split_once(' ')?;
    let numbers: Vec<f64> = numbers
        .split(' ')
        .map_while(|number| number.parse().ok())
        .collect();
    match (name, numbers.as_slice()) {
        ("platt", &[intercept, slope]) => Some(Calibration::Platt(Line { intercept, slope })),
        ("isotonic", numbers) => {
            let knots = numbers.chunks_exact(2).map(|knot| (knot[0], knot[1]));
            Some(Calibration::Isotonic(knots.collect()))
        }
        _ => None,
    }
}
