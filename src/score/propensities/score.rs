//! What every customer will do within the horizon, and the strongest reasons.

use super::super::columns::{answered_schema, numbers, of_numbers, of_texts, same};
use super::super::features::Features;
use super::super::{each, said};
use super::predictor::Predictor;
use super::{APART, QUESTIONS, words};
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use clientele_model::predict::Reason;
use datafusion::error::Result;
use std::sync::Arc;

/// How many reasons are told.
const REASONS: usize = 3;

/// Scores the customers of `features.customer_features`.
pub(crate) fn score(rows: Rows, given: &Given) -> Result<Rows> {
    let predictors = Predictor::all(given)?;
    let models = QUESTIONS.map(|question| question.model);
    let schema = with_reasons(&answered_schema(&rows.schema(), &models)?);
    Ok(each(rows, &schema.clone(), move |rows| {
        let features = Features::read(rows, &APART)?;
        let mut columns = vec![same(rows, "customer_id")?];
        for model in models {
            columns.push(of_numbers(answers(&predictors, model, rows, &features)?));
        }
        let reasons = reasons(&predictors, &features)?;
        for place in 0..REASONS {
            let texts = reasons
                .iter()
                .map(|own| own.get(place).map_or("", String::as_str));
            columns.push(of_texts(texts));
        }
        Ok(RecordBatch::try_new(Arc::clone(&schema), columns)?)
    }))
}

fn with_reasons(schema: &SchemaRef) -> SchemaRef {
    let reason = |place| Arc::new(Field::new(format!("reason_{place}"), DataType::Utf8, true));
    let fields = schema.fields().iter().cloned();
    Arc::new(Schema::new(
        fields.chain((1..=REASONS).map(reason)).collect::<Vec<_>>(),
    ))
}

/// Nothing without a model, and of a third order nothing for who has it.
fn answers(
    predictors: &[Predictor],
    model: &str,
    rows: &RecordBatch,
    features: &Features,
) -> Result<Vec<f64>> {
    let Some(predictor) = predictors.iter().find(|one| one.question.model == model) else {
        return Ok(vec![f64::NAN; rows.num_rows()]);
    };
    let season = match predictor.question.season {
        Some(column) => numbers(rows, column)?.first().copied(),
        None => None,
    };
    let answers = predictor.predict(features.values.view(), season.unwrap_or(f64::NAN));
    let mut answers = answers.map_err(said)?;
    if model == "third_order" {
        for (answer, orders) in answers.iter_mut().zip(numbers(rows, "order_count")?) {
            if orders >= 3.0 {
                *answer = f64::NAN;
            }
        }
    }
    Ok(answers)
}

/// Why the probability of a purchase is what it is.
fn reasons(predictors: &[Predictor], features: &Features) -> Result<Vec<Vec<String>>> {
    let Some(predictor) = predictors
        .iter()
        .find(|one| one.question.model == "purchase")
    else {
        return Ok(vec![Vec::new(); features.values.nrows()]);
    };
    let reasons = predictor
        .fitted
        .reasons(features.values.view(), REASONS)
        .map_err(said)?;
    let in_words = |(row, reasons): (usize, Vec<Reason>)| {
        let values = features.values.row(row);
        let one = |reason: &Reason| {
            let known = words::of(&features.names[reason.feature], values[reason.feature]);
            let way = if reason.contribution > 0.0 {
                "likelier"
            } else {
                "less likely"
            };
            format!("{way}: {known}")
        };
        reasons.iter().map(one).collect()
    };
    Ok(reasons.into_iter().enumerate().map(in_words).collect())
}
