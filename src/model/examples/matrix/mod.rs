//! A matrix for examples.

use ndarray::Array2;

/// A matrix of f64 in a file, little endian, row by row.
pub(crate) fn read(file: &str, columns: usize) -> std::io::Result<Array2<f64>> {
    let bytes = std::fs::read(file)?;
    let values = bytes
        .chunks_exact(8)
        .filter_map(|bytes| bytes.try_into().ok());
    let values: Vec<f64> = values.map(f64::from_le_bytes).collect();
    Array2::from_shape_vec((values.len() / columns, columns), values).map_err(std::io::Error::other)
}
