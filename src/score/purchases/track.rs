//! What the purchase model says of the shop as a whole, to be laid beside what happened.

use super::super::columns::{counts, numbers, of_counts, of_numbers, of_texts, schema, texts};
use super::super::fits::{ALL, Stored};
use super::super::whole;
use super::PeriodModel;
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use clientele_model::value::{Clock, History, Predictor};
use datafusion::error::Result;
use std::collections::BTreeMap;

/// Days of a week.
const WEEK: u32 = 7;

/// Repeat purchases from which on customers are counted together.
const MANY: u32 = 7;

/// What answers for all customers: the first of these models that could be fitted.
fn first_fitted(given: &Given, models: &[&str]) -> Result<Option<PeriodModel>> {
    let stored = Stored::read(given, "scores.purchase_fits")?;
    for model in models {
        let fitted = PeriodModel::read(&stored, model)?;
        if fitted.predictors.contains_key(ALL) {
            return Ok(Some(fitted));
        }
    }
    Ok(None)
}

/// The model of all customers, and its clock at the end of these rows.
fn answering<'f>(
    fitted: Option<&'f PeriodModel>,
    rows: &RecordBatch,
) -> Result<Option<(&'f Predictor, Clock<'f>)>> {
    let of_all = fitted.and_then(|fitted| Some((fitted, fitted.predictors.get(ALL)?)));
    let known = of_all.map(|(fitted, model)| Ok((model, fitted.clock(rows)?)));
    known.transpose()
}

/// The repeat purchases to be expected of each cohort up to the end of each week, from `features.cohort_starts`. Only the
/// weeks of the trailing window are unseen by the model of one window ago.
pub(crate) fn track(rows: Rows, given: &Given) -> Result<Rows> {
    let fitted = first_fitted(given, &["purchases_window_ago", "purchases"])?;
    let schema = schema([
        ("cohort", DataType::Utf8),
        ("weeks_ago", DataType::Int64),
        ("orders_expected_cumulative", DataType::Float64),
    ]);
    Ok(whole(rows, &schema.clone(), move |rows| {
        let cohorts = texts(rows, "cohort")?;
        let ages = counts(rows, "age_days")?;
        let customers = numbers(rows, "customer_count")?;
        let known = answering(fitted.as_ref(), rows)?;
        let ago = |days: u32| known.map_or(0.0, |(_, clock)| clock.span(-f64::from(days)));
        let mut expected: BTreeMap<(&str, u32), f64> = BTreeMap::new();
        for ((cohort, age), customers) in cohorts.iter().zip(ages).zip(customers) {
            for weeks_ago in 0..=age / WEEK {
                let span = ago(WEEK * weeks_ago) - ago(age);
                let then = known.map_or(f64::NAN, |(model, _)| {
                    let model = model.process();
                    model.expected(&History::NEW, span) * model.alive(&History::NEW)
                });
                for cohort in [cohort, ALL] {
                    *expected.entry((cohort, weeks_ago)).or_default() += customers * then;
                }
            }
        }
        let columns = vec![
            of_texts(expected.keys().map(|(cohort, _)| cohort)),
            of_counts(expected.keys().map(|(_, weeks_ago)| i64::from(*weeks_ago))),
            of_numbers(expected.values().copied()),
        ];
        Ok(RecordBatch::try_new(schema, columns)?)
    }))
}

/// How many customers are to be expected with 0, 1, 2… repeat purchases, from `features.cohort_starts`.
pub(crate) fn count(rows: Rows, given: &Given) -> Result<Rows> {
    let fitted = first_fitted(given, &["purchases"])?;
    let schema = schema([
        ("repeat_count", DataType::Int64),
        ("customers_expected", DataType::Float64),
    ]);
    Ok(whole(rows, &schema.clone(), move |rows| {
        let ages = numbers(rows, "age_days")?;
        let customers = numbers(rows, "customer_count")?;
        let known = answering(fitted.as_ref(), rows)?;
        let mut expected = vec![0.0; MANY as usize + 1];
        for (age, customers) in ages.into_iter().zip(customers) {
            let distribution =
                known.map(|(model, clock)| model.distribution(&History::NEW, -clock.span(-age)));
            let few = distribution.iter().flatten().take(MANY as usize);
            let few: Vec<f64> = few.copied().collect();
            let many = if known.is_some() {
                1.0 - few.iter().sum::<f64>()
            } else {
                f64::NAN
            };
            expected[MANY as usize] += customers * many;
            for (expected, share) in expected.iter_mut().zip(few) {
                *expected += customers * share;
            }
        }
        let columns = vec![of_counts(0..=i64::from(MANY)), of_numbers(expected)];
        Ok(RecordBatch::try_new(schema, columns)?)
    }))
}
