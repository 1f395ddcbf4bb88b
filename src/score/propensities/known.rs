//! Customers as they were known at the end of a period, and what they did after it.

use super::super::columns::{numbers, texts};
use super::super::features::Features;
use super::{APART, Question};
use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use clientele_model::predict::{Loss, Sample};
use datafusion::error::Result;
use sha2::{Digest, Sha256};

/// The customers of a period who are asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// All of those known in the first period.
    Learn,
    /// One half of those known in the second.
    Tune,
    /// The other half.
    Judge,
}

/// Customers with an outcome.
pub(super) struct Known {
    pub(super) features: Features,
    pub(super) labels: Vec<f64>,
    /// Of the days foretold; not a number if it is unknown, or they have all seasons.
    pub(super) season: f64,
    /// How long the horizon is.
    pub(super) horizon_days: f64,
    ids: Vec<u64>,
}

impl Known {
    /// Those of whom the outcome of `question` is known.
    pub(super) fn read(rows: &RecordBatch, part: Part, question: &Question) -> Result<Self> {
        let ids: Vec<u64> = texts(rows, "customer_id")?
            .iter()
            .map(|id| hash(id))
            .collect();
        let outcomes = numbers(rows, question.outcome)?;
        let is_asked = |(row, period): (usize, String)| {
            let is_here = match part {
                Part::Learn => period == question.periods[0],
                Part::Tune => period == question.periods[1] && ids[row].is_multiple_of(2),
                Part::Judge => period == question.periods[1] && !ids[row].is_multiple_of(2),
            };
            is_here && outcomes[row].is_finite()
        };
        let asked: Vec<bool> = texts(rows, "period")?
            .into_iter()
            .enumerate()
            .map(is_asked)
            .collect();
        // who gave back more than they bought brought nothing, as far as a model of amounts goes
        let label = |outcome: f64| match question.loss {
            Loss::Tweedie { .. } => outcome.max(0.0),
            _ => outcome,
        };
        let first = asked.iter().position(|is_asked| *is_asked);
        let of_period = |column| -> Result<f64> {
            let values = numbers(rows, column)?;
            Ok(first.map_or(f64::NAN, |row| values[row]))
        };
        let members = || asked.iter().enumerate().filter(|(_, is_asked)| **is_asked);
        Ok(Self {
            features: Features::read(
                &filter_record_batch(rows, &BooleanArray::from(asked.clone()))?,
                &APART,
            )?,
            labels: members().map(|(row, _)| label(outcomes[row])).collect(),
            season: question.season.map_or(Ok(f64::NAN), of_period)?,
            horizon_days: of_period("horizon_days")?,
            ids: members().map(|(row, _)| ids[row]).collect(),
        })
    }

    pub(super) fn sample<'s>(&'s self, labels: &'s [f64]) -> Sample<'s> {
        Sample {
            features: self.features.values.view(),
            names: &self.features.names,
            labels,
            weights: None,
            ids: &self.ids,
        }
    }

    /// Days from the first purchase of all to the end of the period.
    pub(super) fn history_days(&self) -> f64 {
        self.feature("tenure_days").into_iter().fold(0.0, f64::max)
    }

    /// The column of a feature; missing without it.
    pub(super) fn feature(&self, name: &str) -> Vec<f64> {
        let place = self.features.names.iter().position(|known| known == name);
        match place {
            Some(place) => self.features.values.column(place).to_vec(),
            None => vec![f64::NAN; self.labels.len()],
        }
    }
}

/// What tells customers apart whatever the order of rows.
fn hash(id: &str) -> u64 {
    let digest = Sha256::digest(id.as_bytes());
    digest
        .iter()
        .take(8)
        .fold(0, |hash, byte| (hash << 8) | u64::from(*byte))
}
