//! Published tables as tests read them.

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::path::{Path, PathBuf};

/// The output of a run on this machine.
pub(crate) struct Published(PathBuf);

impl Published {
    /// The output somewhere below `folder`.
    pub(crate) fn at(folder: &Path) -> Self {
        Self(folder.to_path_buf())
    }

    /// The newest rows of a table.
    pub(crate) fn table(&self, name: &str) -> RecordBatch {
        let (chapter, table) = name.split_once('.').unwrap();
        let pattern = format!("{}/**/latest/{chapter}/{table}.parquet", self.0.display());
        parquet(&glob::glob(&pattern).unwrap().next().unwrap().unwrap())
    }
}

/// All rows of a Parquet file.
pub(crate) fn parquet(path: &Path) -> RecordBatch {
    let file = std::fs::File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let schema = reader.schema().clone();
    let batches: Vec<_> = reader
        .build()
        .unwrap()
        .map(|batch| batch.unwrap())
        .collect();
    concat_batches(&schema, &batches).unwrap()
}

pub(crate) fn numbers(table: &RecordBatch, column: &str) -> Vec<f64> {
    let column = cast(table.column_by_name(column).unwrap(), &DataType::Float64).unwrap();
    column
        .as_primitive::<Float64Type>()
        .iter()
        .map(|value| value.unwrap_or(f64::NAN))
        .collect()
}

pub(crate) fn counts(table: &RecordBatch, column: &str) -> Vec<i64> {
    let column = cast(table.column_by_name(column).unwrap(), &DataType::Int64).unwrap();
    column
        .as_primitive::<Int64Type>()
        .iter()
        .map(|value| value.unwrap_or(-1))
        .collect()
}

pub(crate) fn texts(table: &RecordBatch, column: &str) -> Vec<String> {
    let column = cast(table.column_by_name(column).unwrap(), &DataType::Utf8).unwrap();
    column
        .as_string::<i32>()
        .iter()
        .map(|value| value.unwrap_or("").to_owned())
        .collect()
}

pub(crate) fn flags(table: &RecordBatch, column: &str) -> Vec<bool> {
    let column = table.column_by_name(column).unwrap();
    column
        .as_boolean()
        .iter()
        .map(|value| value.unwrap_or(false))
        .collect()
}

/// The values of `column` in the rows where `key` is `value`.
pub(crate) fn of(table: &RecordBatch, key: &str, value: &str, column: &str) -> Vec<f64> {
    let rows = texts(table, key).into_iter().zip(numbers(table, column));
    rows.filter(|(key, _)| key == value)
        .map(|(_, number)| number)
        .collect()
}
