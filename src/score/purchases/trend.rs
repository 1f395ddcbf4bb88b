//! Whether customers did what was to be expected of them one window ago.

use super::super::columns::{answered, answered_schema, counts, numbers, texts};
use super::super::each;
use super::super::fits::Stored;
use super::{PeriodModel, answers, at};
use crate::job::Job;
use crate::stage::{Given, Rows};
use clientele_model::value::FittedSpend;
use datafusion::error::Result;

/// What is answered, in this order.
const COLUMNS: [&str; 5] = [
    "orders_expected",
    "order_margin_expected",
    "none_probability",
    "fewer_probability",
    "more_probability",
];

/// Judges the trailing window of the customers of `features.purchase_history_window_ago`.
pub(crate) fn judge(rows: Rows, given: &Given, job: &Job) -> Result<Rows> {
    let window = f64::from(job.parameters.window_days);
    let stored = Stored::read(given, "scores.purchase_fits")?;
    let purchases = PeriodModel::read(&stored, "purchases_window_ago")?;
    let spend = Stored::read(given, "scores.spend_fits")?.spend("spend_window_ago")?;
    let schema = answered_schema(&rows.schema(), &COLUMNS)?;
    Ok(each(rows, &schema.clone(), move |rows| {
        let histories = purchases.histories(rows)?;
        let span = purchases.clock(rows)?.span(window);
        let made = counts(rows, "window_count")?;
        let means = numbers(rows, "purchase_revenue_mean")?;
        let rates = numbers(rows, "margin_rate")?;
        let groups = texts(rows, "group_name")?;
        let columns = answers(
            &purchases.predictors,
            &groups,
            COLUMNS.len(),
            |predictor, members| {
                let own = at(&histories, members);
                let margins = members.iter().map(|row| {
                    let spend = spend.as_ref().map(FittedSpend::model);
                    let revenue = spend.map(|spend| spend.expected(histories[*row].x, means[*row]));
                    revenue.unwrap_or(f64::NAN) * rates[*row]
                });
                let tails = predictor.tail_probabilities(&own, &at(&made, members), span);
                let (fewer, more) = tails.into_iter().unzip();
                Ok(vec![
                    predictor.expected_purchases(&own, span),
                    margins.collect(),
                    predictor.probability_of_none(&own, span),
                    fewer,
                    more,
                ])
            },
        )?;
        answered(rows, &schema, columns)
    }))
}
