//! Whether rows that come sorted by their key have one, each its own.

use arrow::array::{Array, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::error::Result;
use arrow::row::{OwnedRow, RowConverter, SortField};
use arrow::util::pretty::pretty_format_batches;

/// Offending rows shown at most.
const SHOWN: usize = 10;

/// Sees the rows of a table once, in the order of its key.
pub(super) struct KeyCheck {
    columns: Vec<usize>,
    converter: RowConverter,
    last: Option<OwnedRow>,
}

impl KeyCheck {
    pub(super) fn new(schema: &arrow::datatypes::Schema, key: &[String]) -> Result<Self> {
        let columns = key
            .iter()
            .map(|name| schema.index_of(name))
            .collect::<Result<Vec<_>>>()?;
        let fields = columns
            .iter()
            .map(|column| SortField::new(schema.field(*column).data_type().clone()));
        Ok(Self {
            converter: RowConverter::new(fields.collect())?,
            columns,
            last: None,
        })
    }

    /// The first rows of `batch` whose key is null or not above that of the row before, printed; nothing if all is well.
    /// A key that falls shows a sort that was lost on the way, which would hide repeated keys.
    pub(super) fn see(&mut self, batch: &RecordBatch) -> Result<Option<String>> {
        let keys: Vec<_> = self
            .columns
            .iter()
            .map(|column| batch.column(*column).clone())
            .collect();
        let rows = self.converter.convert_columns(&keys)?;
        let mut offending = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let is_repeated = match (index, &self.last) {
                (0, Some(last)) => last.row() >= row,
                (0, None) => false,
                _ => rows.row(index - 1) >= row,
            };
            let is_null = || keys.iter().any(|column| column.is_null(index));
            if is_repeated || is_null() {
                offending.push(u32::try_from(index).unwrap_or(u32::MAX));
            }
        }
        self.last = rows
            .num_rows()
            .checked_sub(1)
            .map(|last| rows.row(last).owned())
            .or(self.last.take());
        if offending.is_empty() {
            return Ok(None);
        }
        offending.truncate(SHOWN);
        let shown = take_record_batch(batch, &UInt32Array::from(offending))?;
        Ok(Some(pretty_format_batches(&[shown])?.to_string()))
    }
}
