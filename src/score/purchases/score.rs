//! What every customer is expected to do and to bring from now on.

use super::super::columns::{answered, answered_schema, numbers, texts};
use super::super::fits::Stored;
use super::super::{each, said};
use super::{PeriodModel, answers, at};
use crate::job::Job;
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use clientele_model::value::{Clock, Discount, FittedSpend, History, Predictor, lifetime_values};
use datafusion::error::Result;

/// Days in a year.
const YEAR: f64 = 365.25;

/// Spans over which customers are asked whether they stay silent.
const SILENCES: [f64; 3] = [30.0, 90.0, 365.0];

/// What is answered, in this order.
const COLUMNS: [&str; 14] = [
    "probability_alive",
    "none_30_probability",
    "none_90_probability",
    "none_365_probability",
    "next_order_days",
    "orders_90_expected",
    "orders_365_expected",
    "orders_365_lower",
    "orders_365_upper",
    "order_margin_expected",
    "lifetime_value",
    "lifetime_value_lower",
    "lifetime_value_upper",
    "lifetime_value_cv",
];

/// Scores the customers of `features.purchase_history`.
pub(crate) fn score(rows: Rows, given: &Given, job: &Job) -> Result<Rows> {
    let parameters = &job.parameters;
    let lifetime = f64::from(parameters.lifetime_years) * YEAR;
    let discount = Discount::new(parameters.discount_rate.ln_1p() / YEAR, Some(lifetime));
    let scorer = Scorer {
        purchases: PeriodModel::read(&Stored::read(given, "scores.purchase_fits")?, "purchases")?,
        spend: Stored::read(given, "scores.spend_fits")?.spend("spend")?,
        discount: discount.map_err(said)?,
        level: job.models.purchases.interval,
    };
    let schema = answered_schema(&rows.schema(), &COLUMNS)?;
    Ok(each(rows, &schema.clone(), move |rows| {
        answered(rows, &schema, scorer.score(rows)?)
    }))
}

struct Scorer {
    purchases: PeriodModel,
    spend: Option<FittedSpend>,
    discount: Discount,
    level: f64,
}

impl Scorer {
    fn score(&self, rows: &RecordBatch) -> Result<Vec<Vec<f64>>> {
        let histories = self.purchases.histories(rows)?;
        let clock = self.purchases.clock(rows)?;
        let means = numbers(rows, "purchase_revenue_mean")?;
        let rates = numbers(rows, "margin_rate")?;
        let groups = texts(rows, "group_name")?;
        answers(
            &self.purchases.predictors,
            &groups,
            COLUMNS.len(),
            |predictor, members| {
                let own = at(&histories, members);
                let mut columns = self.counts(predictor, &own, &clock);
                columns.extend(self.money(
                    predictor,
                    &own,
                    &at(&means, members),
                    &at(&rates, members),
                )?);
                Ok(columns)
            },
        )
    }

    fn counts(
        &self,
        predictor: &Predictor,
        histories: &[History],
        clock: &Clock<'_>,
    ) -> Vec<Vec<f64>> {
        let spans = SILENCES.map(|days| clock.span(days));
        let [_, quarter, year] = spans;
        let ranges = predictor.purchase_intervals(histories, year, self.level);
        let (lower, upper) = ranges
            .into_iter()
            .map(|(l, u)| (f64::from(l), f64::from(u)))
            .unzip();
        let silent = spans.map(|span| predictor.probability_of_none(histories, span));
        let waits = predictor.waiting_time(histories, 0.5).into_iter();
        [predictor.probability_alive(histories)]
            .into_iter()
            .chain(silent)
            .chain([
                waits.map(|span| clock.days(span)).collect(),
                predictor.expected_purchases(histories, quarter),
                predictor.expected_purchases(histories, year),
                lower,
                upper,
            ])
            .collect()
    }

    /// Revenue is what the spend model is about; the customer's margin rate makes it margin.
    fn money(
        &self,
        predictor: &Predictor,
        histories: &[History],
        means: &[f64],
        rates: &[f64],
    ) -> Result<Vec<Vec<f64>>> {
        let Some(spend) = &self.spend else {
            return Ok(Vec::new());
        };
        let values = lifetime_values(
            predictor,
            spend,
            (histories, means),
            &self.discount,
            self.level,
        )
        .map_err(said)?;
        let orders = histories
            .iter()
            .zip(means)
            .map(|(own, mean)| spend.model().expected(own.x, *mean));
        let margins = orders
            .zip(rates)
            .map(|(revenue, rate)| revenue * rate)
            .collect();
        let worth = |of: fn(&clientele_model::value::LifetimeValue) -> f64| -> Vec<f64> {
            values
                .iter()
                .zip(rates)
                .map(|(value, rate)| of(value) * rate)
                .collect()
        };
        let deviations = values.iter().map(|value| value.deviation).collect();
        let ends = [worth(|value| value.lower), worth(|value| value.upper)];
        let [lower, upper] = sorted(ends);
        Ok(vec![
            margins,
            worth(|value| value.expected),
            lower,
            upper,
            deviations,
        ])
    }
}

/// A customer of negative margin costs the more the more they buy.
fn sorted([lower, upper]: [Vec<f64>; 2]) -> [Vec<f64>; 2] {
    let pairs = lower.iter().zip(&upper);
    let least = pairs.clone().map(|(a, b)| a.min(*b)).collect();
    [least, pairs.map(|(a, b)| a.max(*b)).collect()]
}
