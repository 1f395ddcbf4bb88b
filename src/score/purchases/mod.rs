//! Purchase models: who is still a customer, and what they will bring.

mod fit;
mod score;
mod spend;
mod track;
mod trend;

pub(super) use fit::fit;
pub(super) use score::score;
pub(super) use spend::fit_spend;
pub(super) use track::{count, track};
pub(super) use trend::judge;

use super::columns::{counts, numbers};
use super::fits::ALL;
use super::said;
use arrow::array::RecordBatch;
use clientele_model::value::{History, Predictor};
use datafusion::error::Result;
use std::collections::BTreeMap;

/// The histories of customers up to now, or with `before` as prefix of the columns up to one window ago.
fn histories(rows: &RecordBatch, before: &str) -> Result<Vec<History>> {
    let column = |name: &str| format!("{before}{name}");
    History::rows(
        &counts(rows, &column("repeat_count"))?,
        &numbers(rows, &column("active_days"))?,
        &numbers(rows, &column("age_days"))?,
    )
    .map_err(said)
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
