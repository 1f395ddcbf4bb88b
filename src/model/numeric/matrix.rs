//! Cholesky's factor of a small symmetric matrix, and what follows from it.

use ndarray::{Array1, Array2, ArrayView1};

/// The lower factor L with L Lᵀ = `matrix`; nothing when the matrix is not positive definite.
pub(crate) fn cholesky(matrix: &Array2<f64>) -> Option<Array2<f64>> {
    let size = matrix.nrows();
    let mut lower = Array2::zeros((size, size));
    for row in 0..size {
        for column in 0..=row {
            let known: f64 = (0..column)
                .map(|k| lower[[row, k]] * lower[[column, k]])
                .sum();
            let rest: f64 = matrix[[row, column]] - known;
            if row > column {
                lower[[row, column]] = rest / lower[[column, column]];
            } else if rest > 1e-14 * matrix[[row, row]].abs() && rest.is_finite() {
                lower[[row, row]] = rest.sqrt();
            } else {
                return None;
            }
        }
    }
    Some(lower)
}

/// The solution of L Lᵀ x = `right`.
pub(crate) fn solve(lower: &Array2<f64>, right: ArrayView1<f64>) -> Array1<f64> {
    let size = lower.nrows();
    let mut x = right.to_owned();
    for row in 0..size {
        let known: f64 = (0..row).map(|k| lower[[row, k]] * x[k]).sum();
        x[row] = (x[row] - known) / lower[[row, row]];
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|k| lower[[k, row]] * x[k]).sum();
        x[row] = (x[row] - known) / lower[[row, row]];
    }
    x
}

/// L⁻¹, lower triangular too.
pub(crate) fn inverse_lower(lower: &Array2<f64>) -> Array2<f64> {
    let size = lower.nrows();
    let mut out = Array2::<f64>::eye(size);
    for column in 0..size {
        for row in column..size {
            let known: f64 = (column..row)
                .map(|k| lower[[row, k]] * out[[k, column]])
                .sum();
            out[[row, column]] = (out[[row, column]] - known) / lower[[row, row]];
        }
    }
    out
}

/// The inverse of L Lᵀ.
pub(crate) fn inverse(lower: &Array2<f64>) -> Array2<f64> {
    let mut out = Array2::eye(lower.nrows());
    for mut column in out.columns_mut() {
        let solved = solve(lower, column.view());
        column.assign(&solved);
    }
    out
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, arr2};

    use super::{cholesky, inverse, inverse_lower};

    #[test]
    fn the_inverse_undoes_the_matrix() {
        let matrix = arr2(&[[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]]);
        let lower = cholesky(&matrix).expect("positive definite");
        let difference = matrix.dot(&inverse(&lower)) - Array2::<f64>::eye(3);
        assert!(difference.iter().all(|cell| cell.abs() < 1e-14));
        let difference = lower.dot(&inverse_lower(&lower)) - Array2::<f64>::eye(3);
        assert!(difference.iter().all(|cell| cell.abs() < 1e-14));
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_has_no_factor() {
        assert!(cholesky(&arr2(&[[1.0, 2.0], [2.0, 1.0]])).is_none());
    }
}
