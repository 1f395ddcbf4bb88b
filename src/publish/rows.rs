//! A published table read back.

use super::OutputTable;
use crate::error::Result;
use crate::store::Location;
use arrow::array::RecordBatch;
use object_store::Error;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// All rows of a small table of `output`; none if its file is gone.
///
/// # Errors
/// [`crate::error::Error::Store`] when it cannot be read.
pub async fn rows(output: &Location, table: &OutputTable) -> Result<Vec<RecordBatch>> {
    let place = output.child(&table.path);
    let Some(bytes) = place.read().await? else {
        return Ok(Vec::new());
    };
    let damaged = |source: Box<dyn std::error::Error + Send + Sync>| {
        place.failed(
            "read",
            Error::Generic {
                store: "table",
                source,
            },
        )
    };
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes));
    let reader = reader
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|error| damaged(error.into()))?;
    let rows = reader.collect::<std::result::Result<Vec<_>, _>>();
    rows.map_err(|error| damaged(error.into()))
}
