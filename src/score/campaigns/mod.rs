//! Campaigns: did it pay, who is held out, who brought whom.

mod assign;
mod compare;
mod plan;
mod referrals;

pub(super) use assign::assign;
pub(super) use compare::compare_arms;
pub(super) use plan::size_tests;
pub(super) use referrals::{credit, judge};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::error::Result;
use std::sync::Arc;

/// The arm that got nothing.
const CONTROL: &str = "control";

/// The columns of the rows, and answers: numbers, then texts.
fn widened(rows: &SchemaRef, numbers: &[&str], texts: &[&str]) -> SchemaRef {
    let answers = numbers
        .iter()
        .map(|name| Field::new(*name, DataType::Float64, true))
        .chain(
            texts
                .iter()
                .map(|name| Field::new(*name, DataType::Utf8, true)),
        );
    let fields = rows.fields().iter().map(|field| field.as_ref().clone());
    Arc::new(Schema::new(fields.chain(answers).collect::<Vec<_>>()))
}

/// The rows with their answers beside them.
fn beside(
    rows: &RecordBatch,
    schema: &SchemaRef,
    answers: impl IntoIterator<Item = ArrayRef>,
) -> Result<RecordBatch> {
    let columns = rows.columns().iter().cloned().chain(answers);
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect())?)
}
