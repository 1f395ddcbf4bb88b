//! Purchase models: who is still a customer, and what they will bring.

mod fit;
mod score;
mod season;
mod shop;
mod spend;
mod structure;
mod track;
mod trend;

pub(super) use fit::fit;
pub(super) use score::score;
pub(super) use spend::fit_spend;
pub(super) use track::{count, track};
pub(super) use trend::judge;

use super::columns::{counts, days, numbers};
use super::fits::{ALL, Stored};
use super::said;
use arrow::array::RecordBatch;
use clientele_model::value::{Clock, History, Predictor, Season};
use datafusion::error::Result;
use std::collections::BTreeMap;

/// The histories of customers in days.
fn histories(rows: &RecordBatch) -> Result<Vec<History>> {
    History::rows(
        &counts(rows, "repeat_count")?,
        &numbers(rows, "active_days")?,
        &numbers(rows, "age_days")?,
    )
    .map_err(said)
}

/// The purchase model of one period: who answers for each group, and by which clock.
struct PeriodModel {
    predictors: BTreeMap<String, Predictor>,
    season: Option<Season>,
}

impl PeriodModel {
    fn read(stored: &Stored, model: &str) -> Result<Self> {
        let of_all = stored.of(model).find(|(_, group, _)| *group == ALL);
        let season = of_all.map(|(_, _, values)| season::restore(values));
        Ok(Self {
            predictors: stored.predictors(model)?,
            season: season.transpose()?.flatten(),
        })
    }

    /// The clock at the end of these rows, all of which end with one day.
    fn clock(&self, rows: &RecordBatch) -> Result<Clock<'_>> {
        let end = days(rows, "end_date")?.first().copied();
        Ok(Clock::new(self.season.as_ref(), end.unwrap_or_default()))
    }

    /// The histories of customers on that clock.
    fn histories(&self, rows: &RecordBatch) -> Result<Vec<History>> {
        let clock = self.clock(rows)?;
        let histories = histories(rows)?.into_iter();
        Ok(histories.map(|own| clock.history(&own)).collect())
    }
}

/// Columns of answers for all rows, each answered by the predictor of its group or, if that has none, by that of all.
/// Without a predictor there are no answers: NaN.
fn answers(
    predictors: &BTreeMap<String, Predictor>,
    groups: &[String],
    width: usize,
    answer: impl Fn(&Predictor, &[usize]) -> Result<Vec<Vec<f64>>>,
) -> Result<Vec<Vec<f64>>> {
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, group) in groups.iter().enumerate() {
        let known = predictors.contains_key(group);
        members
            .entry(if known { group } else { ALL })
            .or_default()
            .push(row);
    }
    let mut columns = vec![vec![f64::NAN; groups.len()]; width];
    for (group, members) in members {
        let Some(predictor) = predictors.get(group) else {
            continue;
        };
        let answers = answer(predictor, &members)?;
        for (column, answers) in columns.iter_mut().zip(answers) {
            for (row, value) in members.iter().zip(answers) {
                column[*row] = value;
            }
        }
    }
    Ok(columns)
}

/// The values in these rows.
fn at<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|row| values[*row]).collect()
}
