//! What the log says of a table: its columns with their comments, what one row is, how it is kept.

use super::RUN_DATE;
use crate::publish::{Ready, about};
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::kernel::{Action, DataType, Metadata, MetadataExt, StructField, StructType};
use deltalake::kernel::{SchemaRef, new_metadata};
use deltalake::{DeltaResult, DeltaTable, DeltaTableError};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use std::fs::File;

/// Properties of a new table: a checkpoint every ten versions, no statistics of any column from other writers, and runs
/// remembered for as long as one could still come too late.
const PROPERTIES: [(&str, &str); 3] = [
    ("delta.checkpointInterval", "10"),
    ("delta.dataSkippingNumIndexedCols", "0"),
    ("delta.setTransactionRetentionDuration", "interval 30 days"),
];

/// What has to be said before the file of `ready` is added: all of a new table, what has changed of an old one.
pub(super) fn actions(table: &DeltaTable, ready: &Ready) -> DeltaResult<Vec<Action>> {
    let file = File::open(&ready.staged)?;
    let footer = ArrowReaderMetadata::load(&file, ArrowReaderOptions::default())?;
    let schema = schema(&footer)?;
    let about = about(footer.metadata());
    let said = |metadata: Metadata| metadata.with_description(about.to_owned());
    let Ok(state) = table.snapshot() else {
        let protocol = serde_json::json!({"minReaderVersion": 1, "minWriterVersion": 2});
        let metadata = new_metadata(&schema, [RUN_DATE], PROPERTIES)?;
        let metadata = said(metadata.with_name(ready.table.table.clone())?)?;
        return Ok(vec![
            Action::Protocol(serde_json::from_value(protocol)?),
            Action::Metadata(metadata),
        ]);
    };
    let there = state.metadata();
    if *state.schema() == schema && there.description() == Some(about) {
        return Ok(Vec::new());
    }
    fits(&state.schema(), &schema)?;
    let metadata = said(there.clone().with_schema(&schema)?)?;
    Ok(vec![Action::Metadata(metadata)])
}

/// The columns of the file, and the date behind them. Any may be null: dates before a column was added have none of it.
fn schema(footer: &ArrowReaderMetadata) -> DeltaResult<StructType> {
    let mut fields = Vec::new();
    for field in footer.schema().fields() {
        let field: StructField = field.as_ref().try_into_kernel()?;
        fields.push(StructField {
            nullable: true,
            ..field
        });
    }
    let date = StructField::nullable(RUN_DATE, DataType::DATE);
    fields.push(date.with_metadata([("comment", "the last day that counts")]));
    Ok(StructType::try_new(fields)?)
}

/// Dates before are read by the new schema too, so no column may change its type.
fn fits(there: &SchemaRef, schema: &StructType) -> DeltaResult<()> {
    for field in schema.fields() {
        if let Some(before) = there.field(field.name())
            && before.data_type() != field.data_type()
        {
            let (name, was, is) = (field.name(), before.data_type(), field.data_type());
            return Err(DeltaTableError::SchemaMismatch {
                msg: format!("column {name} was {was} and would be {is}"),
            });
        }
    }
    Ok(())
}
