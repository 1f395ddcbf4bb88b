//! Who is about to buy what: customers inside an open window of a rule.

use super::super::columns::{of_counts, of_numbers, schema};
use super::super::grouped;
use super::gather::{Histories, ranks};
use super::items::ItemValues;
use super::sequence_rules::{LAST_DAY, stored};
use crate::job::Job;
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::pattern::{NextPurchase, OpenWindows, SequenceRules};
use datafusion::error::Result;

/// Scores the customers of `features.purchase_days`.
pub(crate) fn next_purchases(rows: Rows, given: &Given, job: &Job) -> Result<Rows> {
    let settings = &job.models.sequences;
    let (rules, ids) = stored(given, settings)?;
    let values = ItemValues::read(given)?;
    let most = settings.recommendations;
    Ok(grouped(
        (rows, Histories::KEY),
        &next_schema(),
        move |rows| {
            let mut histories = Histories::default();
            histories.take(rows)?;
            let value = |item| values.of(item);
            let found =
                OpenWindows::of(&rules).next_purchases(&histories.sequences, LAST_DAY, value, most);
            table(&histories.codes, &found, &rules, &ids)
        },
    ))
}

fn table(
    customers: &[u32],
    found: &[NextPurchase],
    rules: &SequenceRules,
    ids: &[u32],
) -> Result<RecordBatch> {
    let count =
        |of: &dyn Fn(&NextPurchase) -> u32| of_counts(found.iter().map(|next| i64::from(of(next))));
    let columns = vec![
        count(&|next| customers[next.customer]),
        of_counts(ranks(found, |next| next.customer)),
        count(&|next| next.item),
        count(&|next| ids[next.rule]),
        count(&|next| rules.rules[next.rule].window_days),
        count(&|next| next.days_left),
        of_numbers(found.iter().map(|next| next.probability)),
    ];
    Ok(RecordBatch::try_new(next_schema(), columns)?)
}

fn next_schema() -> SchemaRef {
    schema([
        ("customer_code", DataType::Int64),
        ("offer_rank", DataType::Int64),
        ("item_code", DataType::Int64),
        ("rule_id", DataType::Int64),
        ("window_days", DataType::Int64),
        ("days_left", DataType::Int64),
        ("probability", DataType::Float64),
    ])
}
