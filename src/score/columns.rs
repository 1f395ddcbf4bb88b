//! Columns of a table as numbers and texts, and numbers and texts as columns.

use arrow::array::{
    ArrayRef, ArrowPrimitiveType, AsArray, Float64Array, Int64Array, ListBuilder, PrimitiveBuilder,
    RecordBatch, StringArray,
};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Field, Float64Type, Int32Type, Int64Type, Schema, SchemaRef, UInt32Type,
};
use datafusion::error::{DataFusionError, Result};
use std::sync::Arc;

/// The column `name` as numbers; null is NaN.
pub(super) fn numbers(rows: &RecordBatch, name: &str) -> Result<Vec<f64>> {
    let column = typed(rows, name, &DataType::Float64)?;
    let column = column.as_primitive::<Float64Type>();
    Ok(column
        .iter()
        .map(|value| value.unwrap_or(f64::NAN))
        .collect())
}

/// The column `name` as whole numbers from 0; null is 0.
pub(super) fn counts(rows: &RecordBatch, name: &str) -> Result<Vec<u32>> {
    let column = typed(rows, name, &DataType::Int64)?;
    let column = column.as_primitive::<Int64Type>();
    let count = |value: Option<i64>| u32::try_from(value.unwrap_or(0).max(0)).unwrap_or(u32::MAX);
    Ok(column.iter().map(count).collect())
}

/// The column `name` as days, before or after some day; null is that day.
pub(super) fn days(rows: &RecordBatch, name: &str) -> Result<Vec<i32>> {
    let column = typed(rows, name, &DataType::Int32)?;
    let column = column.as_primitive::<Int32Type>();
    Ok(column.iter().map(Option::unwrap_or_default).collect())
}

/// The column `name` as lists of whole numbers from 0; null is an empty list.
pub(super) fn count_lists(rows: &RecordBatch, name: &str) -> Result<Vec<Vec<u32>>> {
    lists::<UInt32Type>(rows, name)
}

/// The type of a column of lists of whole numbers from 0.
pub(super) fn count_list() -> DataType {
    list(DataType::UInt32)
}

/// The type of a column of lists of days.
pub(super) fn day_list() -> DataType {
    list(DataType::Int32)
}

/// The column `name` as lists of numbers; null is an empty list.
pub(super) fn number_lists(rows: &RecordBatch, name: &str) -> Result<Vec<Vec<f64>>> {
    lists::<Float64Type>(rows, name)
}

/// The type of a column of lists of numbers.
pub(super) fn number_list() -> DataType {
    list(DataType::Float64)
}

/// The column `name` as texts; null is empty.
pub(super) fn texts(rows: &RecordBatch, name: &str) -> Result<Vec<String>> {
    let column = typed(rows, name, &DataType::Utf8)?;
    let column = column.as_string::<i32>();
    Ok(column
        .iter()
        .map(|value| value.unwrap_or_default().to_owned())
        .collect())
}

/// The column `name` as it is.
pub(super) fn same(rows: &RecordBatch, name: &str) -> Result<ArrayRef> {
    let column = rows.column_by_name(name);
    column.cloned().ok_or_else(|| {
        DataFusionError::Plan(format!(
            "the model needs a column {name}, which its query lacks"
        ))
    })
}

fn lists<T: ArrowPrimitiveType>(rows: &RecordBatch, name: &str) -> Result<Vec<Vec<T::Native>>> {
    let column = typed(rows, name, &list(T::DATA_TYPE))?;
    let values = |list: Option<ArrayRef>| {
        list.map_or_else(Vec::new, |list| list.as_primitive::<T>().values().to_vec())
    };
    Ok(column.as_list::<i32>().iter().map(values).collect())
}

fn list(of: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(of, true)))
}

fn typed(rows: &RecordBatch, name: &str, data_type: &DataType) -> Result<ArrayRef> {
    Ok(cast(&same(rows, name)?, data_type)?)
}

/// A schema of these columns, all of which may be null.
pub(super) fn schema<'n>(columns: impl IntoIterator<Item = (&'n str, DataType)>) -> SchemaRef {
    let fields = columns
        .into_iter()
        .map(|(name, data_type)| Field::new(name, data_type, true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Numbers as a column; what is not finite is null.
pub(super) fn of_numbers(values: impl IntoIterator<Item = f64>) -> ArrayRef {
    let finite = |value: f64| value.is_finite().then_some(value);
    Arc::new(values.into_iter().map(finite).collect::<Float64Array>())
}

/// Whole numbers as a column.
pub(super) fn of_counts(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

/// Lists of whole numbers as a column.
pub(super) fn of_count_lists<L: AsRef<[u32]>>(lists: impl IntoIterator<Item = L>) -> ArrayRef {
    of_lists::<UInt32Type, L>(lists)
}

/// Lists of days as a column.
pub(super) fn of_day_lists<L: AsRef<[i32]>>(lists: impl IntoIterator<Item = L>) -> ArrayRef {
    of_lists::<Int32Type, L>(lists)
}

/// Lists of numbers as a column.
pub(super) fn of_number_lists<L: AsRef<[f64]>>(lists: impl IntoIterator<Item = L>) -> ArrayRef {
    of_lists::<Float64Type, L>(lists)
}

fn of_lists<T: ArrowPrimitiveType, L: AsRef<[T::Native]>>(
    lists: impl IntoIterator<Item = L>,
) -> ArrayRef {
    let mut column = ListBuilder::new(PrimitiveBuilder::<T>::new());
    for list in lists {
        column.values().append_slice(list.as_ref());
        column.append(true);
    }
    Arc::new(column.finish())
}

/// Texts as a column; an empty one is null.
pub(super) fn of_texts<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> ArrayRef {
    let texts: StringArray = values
        .into_iter()
        .map(|text| Some(text.as_ref().to_owned()).filter(|text| !text.is_empty()))
        .collect();
    Arc::new(texts)
}

const CUSTOMER: &str = "customer_id";

/// The ids of the customers, whatever their type, and answers.
pub(super) fn answered_schema(rows: &SchemaRef, answers: &[&str]) -> Result<SchemaRef> {
    let id = rows.field_with_name(CUSTOMER)?.data_type().clone();
    let answers = answers.iter().map(|name| (*name, DataType::Float64));
    Ok(schema([(CUSTOMER, id)].into_iter().chain(answers)))
}

/// Rows of that schema.
pub(super) fn answered(
    rows: &RecordBatch,
    schema: &SchemaRef,
    answers: Vec<Vec<f64>>,
) -> Result<RecordBatch> {
    let columns = [same(rows, CUSTOMER)?]
        .into_iter()
        .chain(answers.into_iter().map(of_numbers));
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect())?)
}
