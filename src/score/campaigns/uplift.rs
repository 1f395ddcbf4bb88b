//! Whether predicted uplift finds the customers whom a campaign moves, on customers that the prediction has not seen.

use super::super::columns::{numbers, of_counts, of_numbers, of_texts, schema, texts};
use super::super::whole;
use crate::stage::Rows;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::experiment::{Decile, Interval, Tested, UpliftCurve, qini_interval};
use datafusion::error::Result;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Confidence of the interval of the Qini coefficient, and the tests that it is drawn from.
const LEVEL: f64 = 0.95;
const REPLICATES: u32 = 200;
const SEED: u64 = 1;

/// What is answered for each tenth of the customers of an arm and its control.
const NUMBERS: [&str; 7] = [
    "treated_count",
    "control_count",
    "uplift",
    "gain",
    "qini",
    "qini_lower",
    "qini_upper",
];

/// A tenth of the customers of one arm and its control, and the coefficient of all tenths.
struct Tenth<'n> {
    test: (&'n str, &'n str),
    decile: Decile,
    qini: f64,
    interval: Interval,
}

/// Judges the predictions of `features.uplift_predictions`; an arm without a customer to compare has no answer.
pub(crate) fn judge_uplift(rows: Rows) -> Rows {
    let keys = [
        ("campaign_id", DataType::Utf8),
        ("arm", DataType::Utf8),
        ("decile", DataType::Int64),
    ];
    let schema = schema(
        keys.into_iter()
            .chain(NUMBERS.map(|name| (name, DataType::Float64))),
    );
    whole(rows, &schema.clone(), move |rows| judged(rows, &schema))
}

fn judged(rows: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let [campaigns, arms] = ["campaign_id", "arm"].map(|name| texts(rows, name));
    let (campaigns, arms) = (campaigns?, arms?);
    let scores = numbers(rows, "uplift_expected")?;
    let treated = numbers(rows, "is_treated")?;
    let outcomes = numbers(rows, "value")?;
    let mut tests: BTreeMap<(&str, &str), Vec<Tested>> = BTreeMap::new();
    for row in 0..scores.len() {
        let test = (campaigns[row].as_str(), arms[row].as_str());
        tests.entry(test).or_default().push(Tested {
            score: scores[row],
            is_treated: treated[row] > 0.0,
            outcome: outcomes[row],
        });
    }
    let tenths: Vec<Tenth<'_>> = tests
        .iter()
        .filter_map(|(test, customers)| tenths(*test, customers))
        .flatten()
        .collect();
    let number = |of: fn(&Tenth<'_>) -> f64| of_numbers(tenths.iter().map(of));
    let columns = vec![
        of_texts(tenths.iter().map(|tenth| tenth.test.0)),
        of_texts(tenths.iter().map(|tenth| tenth.test.1)),
        of_counts(tenths.iter().map(|tenth| tenth.decile.decile as i64)),
        number(|tenth| tenth.decile.customers.treated),
        number(|tenth| tenth.decile.customers.control),
        number(|tenth| tenth.decile.uplift.unwrap_or(f64::NAN)),
        number(|tenth| tenth.decile.gain),
        number(|tenth| tenth.qini),
        number(|tenth| tenth.interval.lower),
        number(|tenth| tenth.interval.upper),
    ];
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

fn tenths<'n>(test: (&'n str, &'n str), customers: &[Tested]) -> Option<Vec<Tenth<'n>>> {
    let curve = UpliftCurve::new(customers).ok()?;
    let interval = qini_interval(customers, LEVEL, REPLICATES, SEED).ok()?;
    let tenth = |decile| Tenth {
        test,
        decile,
        qini: curve.qini(),
        interval,
    };
    Some(curve.deciles().into_iter().map(tenth).collect())
}
