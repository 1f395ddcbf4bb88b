//! Columns of the written tables, from iterators of plain values.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema};
use chrono::NaiveDate;

use super::catalog::Money;
use super::error::{Error, Result};

/// Digits of money, and those after the point.
const MONEY: (u8, i8) = (18, 4);

/// Text, as written.
pub(super) fn text<S: AsRef<str>>(values: impl Iterator<Item = Option<S>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

/// decimal(18, 4).
pub(super) fn money(values: impl Iterator<Item = Option<Money>>) -> ArrayRef {
    let values = values.map(|value| value.map(i128::from));
    let data_type = DataType::Decimal128(MONEY.0, MONEY.1);
    Arc::new(
        values
            .collect::<Decimal128Array>()
            .with_data_type(data_type),
    )
}

/// Instants in UTC, from microseconds since 1970.
pub(super) fn instants(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(
        values
            .collect::<TimestampMicrosecondArray>()
            .with_timezone("UTC"),
    )
}

/// Days.
pub(super) fn dates(values: impl Iterator<Item = Option<NaiveDate>>) -> ArrayRef {
    let epoch = NaiveDate::default();
    let days = |date: NaiveDate| (date - epoch).num_days() as i32;
    Arc::new(values.map(|value| value.map(days)).collect::<Date32Array>())
}

/// Real numbers.
pub(super) fn numbers(values: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.collect::<Float64Array>())
}

/// Whole numbers.
pub(super) fn counts(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(
        values
            .collect::<Vec<_>>()
            .into_iter()
            .collect::<Int64Array>(),
    )
}

/// Yes or no.
pub(super) fn flags(values: impl Iterator<Item = bool>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<BooleanArray>())
}

/// A table of these columns. Every column may be null, as in the exports of real shops.
pub(super) fn batch(table: &'static str, columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch> {
    let fields = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(schema, arrays).map_err(|source| Error::Columns { table, source })
}
