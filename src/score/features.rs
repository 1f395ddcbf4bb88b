//! Columns of a table as the features of a model.

use super::columns::numbers;
use arrow::array::RecordBatch;
use datafusion::error::Result;
use ndarray::Array2;

/// Customers × features, and what the features are called.
pub(super) struct Features {
    pub(super) names: Vec<String>,
    pub(super) values: Array2<f64>,
}

impl Features {
    /// All columns whose names do not begin with one of these words.
    pub(super) fn read(rows: &RecordBatch, apart: &[&str]) -> Result<Self> {
        let schema = rows.schema();
        let names = schema.fields().iter().map(|field| field.name().clone());
        let is_feature = |name: &String| !apart.iter().any(|word| name.starts_with(word));
        let names: Vec<String> = names.filter(is_feature).collect();
        let mut values = Array2::zeros((rows.num_rows(), names.len()));
        for (mut column, name) in values.columns_mut().into_iter().zip(&names) {
            for (cell, value) in column.iter_mut().zip(numbers(rows, name)?) {
                *cell = value;
            }
        }
        Ok(Self { names, values })
    }
}
