//! Campaigns: did it pay, who is held out, who brought whom.

mod assign;
mod compare;
mod plan;
mod referrals;
mod uplift;

pub(super) use assign::assign;
pub(super) use compare::compare_arms;
pub(super) use plan::size_tests;
pub(super) use referrals::{credit, judge};
pub(super) use uplift::judge_uplift;

use super::columns::schema;
use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Fields, Schema, SchemaRef};
use datafusion::error::Result;
use std::sync::Arc;

/// The arm that got nothing.
const CONTROL: &str = "control";

/// The columns of the rows, and answers, which may be null.
fn widened<'n>(
    rows: &SchemaRef,
    answers: impl IntoIterator<Item = (&'n str, DataType)>,
) -> SchemaRef {
    let answers = schema(answers);
    let fields = rows.fields().iter().chain(answers.fields()).cloned();
    Arc::new(Schema::new(fields.collect::<Fields>()))
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
