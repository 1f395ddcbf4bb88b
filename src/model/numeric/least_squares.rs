//! The least sum of squares of a few residual functions, by Levenberg's and Marquardt's method.
//!
//! The crates for it bring a second linear algebra; this is the one of [`matrix`](super::matrix).

use ndarray::{Array1, Array2, s};

use super::dual::VARIABLES;
use super::matrix::{cholesky, solve};
use super::{Dual, Real};

/// A step that lowers the sum by no more than this share is the last.
const CLOSE: f64 = 1e-10;

/// Functions whose squares are summed.
pub(crate) trait Residuals {
    /// Their values at a place; nothing where they do not exist.
    fn at<R: Real>(&self, place: &[R]) -> Option<Vec<R>>;
}

/// Goes down from `start`; the residuals of a place may not exist (nothing, or not finite), but must
/// at `start`.
pub(crate) fn least_squares(
    residuals: &impl Residuals,
    start: Vec<f64>,
    iterations: usize,
) -> Option<Vec<f64>> {
    let (mut place, mut damping) = (start, 1e-2);
    let mut here = values(residuals, &place)?;
    for _ in 0..iterations {
        let sum = here.dot(&here);
        let jacobian = jacobian(residuals, &place, here.len())?;
        let (normal, gradient) = (jacobian.t().dot(&jacobian), jacobian.t().dot(&here));
        let Some((next, there)) =
            descend(residuals, (&place, sum), (&normal, &gradient), &mut damping)
        else {
            break;
        };
        (place, here) = (next, there);
        if here.dot(&here) >= sum * (1.0 - CLOSE) {
            break;
        }
    }
    Some(place)
}

/// The first place lower than here, with ever more damping.
fn descend(
    residuals: &impl Residuals,
    (place, sum): (&[f64], f64),
    (normal, gradient): (&Array2<f64>, &Array1<f64>),
    damping: &mut f64,
) -> Option<(Vec<f64>, Array1<f64>)> {
    let scale = normal.diag().fold(0.0, |most: f64, cell| most.max(*cell));
    while *damping < 1e10 {
        let mut damped = normal.clone();
        damped
            .diag_mut()
            .mapv_inplace(|cell| cell + *damping * (cell + 1e-9 * scale));
        if let Some(lower) = cholesky(&damped) {
            let step = solve(&lower, gradient.view());
            let next: Vec<f64> = place.iter().zip(&step).map(|(at, by)| at - by).collect();
            if let Some(there) = values(residuals, &next).filter(|there| there.dot(there) < sum) {
                *damping = (*damping * 0.2).max(1e-9);
                return Some((next, there));
            }
        }
        *damping *= 5.0;
    }
    None
}

fn values(residuals: &impl Residuals, place: &[f64]) -> Option<Array1<f64>> {
    let found = residuals.at(place)?;
    let exist = found.iter().all(|value| value.is_finite());
    exist.then(|| Array1::from(found))
}

/// The exact slopes, of a few of the numbers of the place at a time.
fn jacobian(residuals: &impl Residuals, place: &[f64], rows: usize) -> Option<Array2<f64>> {
    let mut slopes = Array2::zeros((rows, place.len()));
    let mut variables: Vec<Dual> = place.iter().map(|at| Dual::constant(*at)).collect();
    for first in (0..place.len()).step_by(VARIABLES) {
        let moved = first..place.len().min(first + VARIABLES);
        for at in moved.clone() {
            variables[at] = Dual::variable(at - first, place[at]);
        }
        let found = residuals.at(&variables)?;
        let mut columns = slopes.slice_mut(s![.., moved.clone()]);
        for (mut row, found) in columns.rows_mut().into_iter().zip(found) {
            row.iter_mut()
                .zip(found.gradient)
                .for_each(|(cell, slope)| *cell = slope);
        }
        for at in moved {
            variables[at] = Dual::constant(place[at]);
        }
    }
    Some(slopes)
}

#[cfg(test)]
mod tests {
    use super::{Residuals, least_squares};
    use crate::numeric::Real;

    /// Rosenbrock (1960).
    struct Banana;

    impl Residuals for Banana {
        fn at<R: Real>(&self, place: &[R]) -> Option<Vec<R>> {
            let bend = place[1] - place[0] * place[0];
            Some(vec![bend * 10.0, -place[0] + 1.0])
        }
    }

    /// Nothing below ½.
    struct Wall;

    impl Residuals for Wall {
        fn at<R: Real>(&self, place: &[R]) -> Option<Vec<R>> {
            (place[0].value() >= 0.5).then(|| vec![place[0], R::constant(1.0)])
        }
    }

    /// The distances from 0, 1, 2….
    struct Line;

    impl Residuals for Line {
        fn at<R: Real>(&self, place: &[R]) -> Option<Vec<R>> {
            let away = |(at, value): (usize, &R)| *value - at as f64;
            Some(place.iter().enumerate().map(away).collect())
        }
    }

    #[test]
    fn the_banana_valley_ends_at_one() {
        let found = least_squares(&Banana, vec![-1.2, 1.0], 200).expect("a place");
        assert!(
            found.iter().all(|value| (value - 1.0).abs() < 1e-6),
            "{found:?}"
        );
    }

    #[test]
    fn what_changes_nothing_stays_and_walls_are_not_crossed() {
        let found = least_squares(&Wall, vec![2.0, 7.0], 200).expect("a place");
        assert!(found[0] >= 0.5 && found[0] < 0.51, "{found:?}");
        assert!((found[1] - 7.0).abs() < 1e-12);
        assert_eq!(least_squares(&Wall, vec![0.0, 0.0], 9), None);
    }

    #[test]
    fn more_numbers_than_are_moved_at_once_all_move() {
        let found = least_squares(&Line, vec![5.0; 33], 60).expect("a place");
        for (at, value) in found.iter().enumerate() {
            assert!((value - at as f64).abs() < 1e-6, "{found:?}");
        }
    }
}
