//! How good the models were for the half of the customers that had no part in them, in unseen time.

use super::super::columns::{of_counts, of_numbers, of_texts, schema};
use super::super::{said, whole};
use super::known::{Known, Part};
use super::predictor::Predictor;
use crate::stage::{Given, Rows};
use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::predict::{
    ImportanceParams, Loss, amounts, classification, importances, reliability,
};
use datafusion::error::Result;
use std::collections::BTreeMap;

/// Groups of a reliability table.
const GROUPS: usize = 10;

/// Customers who are asked what a feature is worth, at most.
const ASKED: usize = 20_000;

/// Customers bought as lately and as often: the simple rule.
const BASELINE: &str = "rfm_cells";

/// A name or two, numbers, and of how many customers.
struct Row {
    names: Vec<String>,
    values: Vec<f64>,
    customers: usize,
}

/// Measures of every model beside those of the simple rule.
pub(crate) fn judge(rows: Rows, given: &Given) -> Result<Rows> {
    table(
        rows,
        given,
        [
            &["model", "metric", "slice", "baseline"][..],
            &["value", "baseline_value"],
        ],
        |rows, predictor, unseen| {
            let learnt = Known::read(rows, Part::Learn, &predictor.question)?;
            let predicted = predictor
                .predict(unseen.features.values.view(), unseen.season)
                .map_err(said)?;
            let own = measures(predictor.question.loss, &predicted, &unseen.labels)?;
            let rule = measures(
                predictor.question.loss,
                &cells(&learnt, unseen),
                &unseen.labels,
            )?;
            let rows = own
                .into_iter()
                .zip(rule)
                .map(|((metric, value), (_, baseline))| Row {
                    names: [predictor.question.model, metric, "all", BASELINE]
                        .map(str::to_owned)
                        .to_vec(),
                    values: vec![value, baseline],
                    customers: unseen.labels.len(),
                });
            Ok(rows.collect())
        },
    )
}

/// What every feature is worth to every model.
pub(crate) fn explain(rows: Rows, given: &Given) -> Result<Rows> {
    table(
        rows,
        given,
        [
            &["model", "feature"][..],
            &["loss_increase", "standard_error"],
        ],
        |_, predictor, unseen| {
            let params = ImportanceParams {
                rows: ASKED,
                ..ImportanceParams::default()
            };
            // what came, as it would have come in the season of the model
            let in_season = |label: &f64| {
                predictor
                    .question
                    .in_season(*label, unseen.season, predictor.season)
            };
            let labels: Vec<f64> = unseen.labels.iter().map(in_season).collect();
            // of a half to whom it never happened nothing can be asked
            let Ok(found) = importances(&predictor.fitted, &unseen.sample(&labels), &params) else {
                return Ok(Vec::new());
            };
            let rows = found.into_iter().map(|one| Row {
                names: vec![
                    predictor.question.model.to_owned(),
                    unseen.features.names[one.feature].clone(),
                ],
                values: vec![one.loss_increase, one.standard_error],
                customers: unseen.labels.len().min(ASKED),
            });
            Ok(rows.collect())
        },
    )
}

/// What was said beside what came, from the least likely tenth to the likeliest.
pub(crate) fn compare(rows: Rows, given: &Given) -> Result<Rows> {
    table(
        rows,
        given,
        [
            &["model"][..],
            &["lowest", "highest", "predicted", "observed"],
        ],
        |_, predictor, unseen| {
            let predicted = predictor
                .predict(unseen.features.values.view(), unseen.season)
                .map_err(said)?;
            let found = reliability(&predicted, &unseen.labels, GROUPS).map_err(said)?;
            let rows = found.into_iter().map(|one| Row {
                names: vec![predictor.question.model.to_owned()],
                values: vec![one.lowest, one.highest, one.predicted, one.observed],
                customers: one.rows,
            });
            Ok(rows.collect())
        },
    )
}

/// A table of what `ask` says of every model.
fn table(
    rows: Rows,
    given: &Given,
    [names, values]: [&'static [&'static str]; 2],
    ask: impl Fn(&RecordBatch, &Predictor, &Known) -> Result<Vec<Row>> + Send + 'static,
) -> Result<Rows> {
    let predictors = Predictor::all(given)?;
    let texts = names.iter().map(|name| (*name, DataType::Utf8));
    let numbers = values.iter().map(|name| (*name, DataType::Float64));
    let schema: SchemaRef = schema(
        texts
            .chain(numbers)
            .chain([("customer_count", DataType::Int64)]),
    );
    Ok(whole(rows, &schema.clone(), move |rows| {
        let mut found = Vec::new();
        for predictor in &predictors {
            let unseen = Known::read(rows, Part::Judge, &predictor.question)?;
            if !unseen.labels.is_empty() {
                found.extend(ask(rows, predictor, &unseen)?);
            }
        }
        let texts = (0..names.len()).map(|at| of_texts(found.iter().map(|row| &row.names[at])));
        let numbers =
            (0..values.len()).map(|at| of_numbers(found.iter().map(|row| row.values[at])));
        let count = of_counts(found.iter().map(|row| row.customers as i64));
        let columns: Vec<ArrayRef> = texts.chain(numbers).chain([count]).collect();
        Ok(RecordBatch::try_new(schema.clone(), columns)?)
    }))
}

fn measures(loss: Loss, predicted: &[f64], labels: &[f64]) -> Result<Vec<(&'static str, f64)>> {
    let known = |value: Option<f64>| value.unwrap_or(f64::NAN);
    if matches!(loss, Loss::Logistic) {
        let found = classification(predicted, labels).map_err(said)?;
        return Ok(vec![
            ("auc", known(found.auc)),
            ("log_loss", found.log_loss),
            ("brier", found.brier),
            ("calibration_slope", known(found.calibration_slope)),
            ("top_decile_lift", known(found.top_decile_lift)),
        ]);
    }
    let found = amounts(predicted, labels).map_err(said)?;
    let mean = labels.iter().sum::<f64>() / labels.len() as f64;
    Ok(vec![
        ("mae", found.mae),
        ("rmse", found.rmse),
        ("bias", found.bias / mean),
        ("rank_correlation", known(found.rank_correlation)),
    ])
}

/// The mean of what came of customers who had bought as lately and as often, one customer of the shop's mean counted with
/// them.
fn cells(learnt: &Known, unseen: &Known) -> Vec<f64> {
    let places = |known: &Known| -> Vec<(u8, u8)> {
        let step = |value: f64, most: f64| value.min(most) as u8;
        let days = known.feature("recency_days").into_iter();
        days.zip(known.feature("purchase_day_count"))
            .map(|(days, count)| (step(days / 30.0, 12.0), step(count, 5.0)))
            .collect()
    };
    let mut sums: BTreeMap<(u8, u8), (f64, f64)> = BTreeMap::new();
    for (place, label) in places(learnt).into_iter().zip(&learnt.labels) {
        let sum = sums.entry(place).or_default();
        *sum = (sum.0 + label, sum.1 + 1.0);
    }
    let mean = learnt.labels.iter().sum::<f64>() / learnt.labels.len() as f64;
    let cell = |place| {
        let (sum, count) = sums.get(&place).copied().unwrap_or_default();
        (sum + mean) / (count + 1.0)
    };
    places(unseen).into_iter().map(cell).collect()
}
