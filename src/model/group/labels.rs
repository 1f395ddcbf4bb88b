//! The cluster of each row, under whatever numbers the caller has for clusters.

use ndarray::ArrayView2;

use crate::{Error, Result};

/// One label per row.
pub(crate) fn check_labels(rows: ArrayView2<f64>, labels: &[usize]) -> Result<()> {
    if labels.len() == rows.nrows() {
        return Ok(());
    }
    Err(Error::Shape {
        name: "labels",
        found: labels.len(),
        expected: rows.nrows(),
    })
}

/// The clusters numbered from 0 on, and how many rows each has; an error if there is but one.
pub(crate) fn numbered(labels: &[usize]) -> Result<(Vec<usize>, Vec<usize>)> {
    let mut names = labels.to_vec();
    names.sort_unstable();
    names.dedup();
    if names.len() < 2 {
        return Err(Error::TooFew {
            what: "clusters",
            found: names.len(),
            needed: 2,
        });
    }
    let number = |label| names.partition_point(|name| *name < label);
    let labels: Vec<usize> = labels.iter().map(|label| number(*label)).collect();
    let mut sizes = vec![0; names.len()];
    for label in &labels {
        sizes[*label] += 1;
    }
    Ok((labels, sizes))
}
