//! Which new cluster is which old one.

use ndarray::{Array2, ArrayView2};

use super::lloyd::squared_distance;
use crate::{Error, Result};

/// For each new centroid the old one that it continues, so that labels stay from night to night.
///
/// Of all ways to pair them, the one with the least sum of squared distances (the assignment
/// problem), so that no old label is given twice.
///
/// # Shapes
/// - `new`, `old`: clusters × features, in one scale
/// - returns one entry per new centroid: the row of `old`, or nothing where there are more new ones
///   than old
///
/// # Errors
/// `Shape`: not as many features
///
/// # Numerics
/// The Hungarian method with potentials, O(k³). The crate pathfinding has it for ordered numbers
/// only, which distances are not without a wrapper around each.
///
/// # Source
/// Kuhn (1955), Naval Research Logistics Quarterly 2; Jonker & Volgenant (1987), Computing 38.
///
/// # Example
/// ```
/// use clientele_model::group::match_centroids;
/// use ndarray::array;
///
/// let old = array![[0.0], [10.0]];
/// let new = array![[9.0], [20.0], [1.0]];
/// assert_eq!(match_centroids(new.view(), old.view())?, [Some(1), None, Some(0)]);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn match_centroids(new: ArrayView2<f64>, old: ArrayView2<f64>) -> Result<Vec<Option<usize>>> {
    if new.ncols() != old.ncols() {
        return Err(Error::Shape {
            name: "a new centroid",
            found: new.ncols(),
            expected: old.ncols(),
        });
    }
    let costs = Array2::from_shape_fn((new.nrows(), old.nrows()), |(row, column)| {
        squared_distance(&new.row(row).to_vec(), &old.row(column).to_vec())
    });
    // The method gives every row a column: the side with fewer centroids are the rows.
    if new.nrows() <= old.nrows() {
        return Ok(least_sum(&costs).into_iter().map(Some).collect());
    }
    let chosen = least_sum(&costs.reversed_axes());
    let old_of = |new: usize| chosen.iter().position(|taken| *taken == new);
    Ok((0..new.nrows()).map(old_of).collect())
}

/// A column for each row, no column twice, with the least sum of costs; no more rows than columns.
fn least_sum(costs: &Array2<f64>) -> Vec<usize> {
    let (rows, columns) = costs.dim();
    let mut potentials = (vec![0.0; rows], vec![0.0; columns]);
    let mut row_of = vec![None; columns];
    for row in 0..rows {
        augment(costs, row, &mut potentials, &mut row_of);
    }
    let mut chosen = vec![0; rows];
    for (column, row) in row_of.into_iter().enumerate() {
        if let Some(row) = row {
            chosen[row] = column;
        }
    }
    chosen
}

/// Gives `row` a column by the cheapest chain of rows that move on to another.
fn augment(
    costs: &Array2<f64>,
    row: usize,
    (of_row, of_column): &mut (Vec<f64>, Vec<f64>),
    row_of: &mut [Option<usize>],
) {
    let columns = row_of.len();
    // By column: what it costs to reach it, from which column, whether that is final.
    let mut reach = vec![f64::INFINITY; columns];
    let mut from = vec![None; columns];
    let mut is_final = vec![false; columns];
    let (mut at, mut here) = (None, row);
    let free = loop {
        let mut next = (0, f64::INFINITY);
        for column in (0..columns).filter(|column| !is_final[*column]) {
            let cost = costs[[here, column]] - of_row[here] - of_column[column];
            if cost < reach[column] {
                (reach[column], from[column]) = (cost, at);
            }
            if reach[column] < next.1 {
                next = (column, reach[column]);
            }
        }
        of_row[row] += next.1;
        for column in 0..columns {
            if is_final[column] {
                of_column[column] -= next.1;
                if let Some(taken) = row_of[column] {
                    of_row[taken] += next.1;
                }
            } else {
                reach[column] -= next.1;
            }
        }
        is_final[next.0] = true;
        match row_of[next.0] {
            Some(taken) => (at, here) = (Some(next.0), taken),
            None => break next.0,
        }
    };
    let mut column = free;
    while let Some(before) = from[column] {
        row_of[column] = row_of[before];
        column = before;
    }
    row_of[column] = Some(row);
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use proptest::prelude::*;

    use super::{least_sum, match_centroids};

    /// The least sum of all ways to give the rows from `row` on a column.
    fn brute_force(costs: &Array2<f64>, row: usize, taken: &mut Vec<usize>) -> f64 {
        if row == costs.nrows() {
            return 0.0;
        }
        let mut least = f64::INFINITY;
        for column in 0..costs.ncols() {
            if !taken.contains(&column) {
                taken.push(column);
                least = least.min(costs[[row, column]] + brute_force(costs, row + 1, taken));
                taken.pop();
            }
        }
        least
    }

    proptest! {
        #[test]
        fn no_other_pairing_costs_less(
            costs in (1_usize..5, 0_usize..3).prop_flat_map(|(rows, more)| {
                let cells = proptest::collection::vec(0.0..100.0, rows * (rows + more));
                cells.prop_map(move |cells| {
                    Array2::from_shape_vec((rows, rows + more), cells).expect("the shape")
                })
            }),
        ) {
            let chosen = least_sum(&costs);
            let sum: f64 = chosen.iter().enumerate().map(|(row, column)| costs[[row, *column]]).sum();
            prop_assert!((sum - brute_force(&costs, 0, &mut Vec::new())).abs() < 1e-9);
            let mut different = chosen.clone();
            different.sort_unstable();
            different.dedup();
            prop_assert_eq!(different.len(), chosen.len());
        }

        #[test]
        fn permuted_centroids_find_themselves(
            order in Just((0..7_usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let old = Array2::from_shape_fn((7, 2), |(row, column)| {
                ((row * row + 3 * column) % 11) as f64 + 20.0 * row as f64
            });
            let new = old.select(ndarray::Axis(0), &order);
            let matched = match_centroids(new.view(), old.view()).expect("one scale");
            prop_assert_eq!(matched, order.into_iter().map(Some).collect::<Vec<_>>());
        }
    }
}
