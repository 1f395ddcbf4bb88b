//! Copies of rows before they are sorted.
//!
//! A sum over groups hands its result on as slices of one large batch, and a sort of version 55 counts the whole of it
//! for every slice: it believes the memory full and spills what would fit many times over.

use super::each_batch::Change;
use arrow::array::{Array, AsArray, MutableArrayData, RecordBatch, make_array};
use arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::physical_plan::sorts::sort::SortExec;
use std::sync::Arc;

/// The rows in memory of their own, below every sort.
pub(crate) static COPIED: Change = Change {
    name: "copied",
    is_wanted_by: |step| step.is::<SortExec>(),
    apply: copy,
};

fn copy(batch: &RecordBatch, _: &SchemaRef) -> Result<RecordBatch> {
    let copied = batch.columns().iter().map(|column| {
        let slice = column.to_data();
        let mut own = MutableArrayData::new(vec![&slice], false, slice.len());
        own.try_extend(0, 0, slice.len())?;
        let own = make_array(own.freeze());
        // texts of more than a few letters lie elsewhere and are copied apart
        Ok(match own.as_string_view_opt() {
            Some(texts) => Arc::new(texts.gc()),
            None => own,
        })
    });
    let copied = copied.collect::<Result<Vec<_>>>()?;
    Ok(RecordBatch::try_new(batch.schema(), copied)?)
}
