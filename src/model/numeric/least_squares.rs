//! The least sum of squares of a few residual functions, by Levenberg's and Marquardt's method.
//!
//! The crates for it bring a second linear algebra; this is the one of [`matrix`](super::matrix).

use ndarray::{Array1, Array2};

use super::matrix::{cholesky, solve};

/// A step that lowers the sum by no more than this share is the last.
const CLOSE: f64 = 1e-10;

/// Goes down from `start`; the residuals of a place may not exist (nothing, or not finite), but must
/// at `start`.
pub(crate) fn least_squares(
    residuals: impl Fn(&[f64]) -> Option<Vec<f64>>,
    start: Vec<f64>,
    iterations: usize,
) -> Option<Vec<f64>> {
    let residuals = |place: &[f64]| {
        let found = Array1::from(residuals(place)?);
        found.iter().all(|value| value.is_finite()).then_some(found)
    };
    let (mut place, mut damping) = (start, 1e-2);
    let mut here = residuals(&place)?;
    for _ in 0..iterations {
        let sum = here.dot(&here);
        let jacobian = jacobian(&residuals, &place, &here)?;
        let (normal, gradient) = (jacobian.t().dot(&jacobian), jacobian.t().dot(&here));
        let Some((next, there)) = descend(
            &residuals,
            (&place, sum),
            (&normal, &gradient),
            &mut damping,
        ) else {
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
    residuals: &impl Fn(&[f64]) -> Option<Array1<f64>>,
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
            if let Some(there) = residuals(&next).filter(|there| there.dot(there) < sum) {
                *damping = (*damping * 0.2).max(1e-9);
                return Some((next, there));
            }
        }
        *damping *= 5.0;
    }
    None
}

fn jacobian(
    residuals: &impl Fn(&[f64]) -> Option<Array1<f64>>,
    place: &[f64],
    here: &Array1<f64>,
) -> Option<Array2<f64>> {
    let mut out = Array2::zeros((here.len(), place.len()));
    let mut moved = place.to_vec();
    for (parameter, at) in place.iter().enumerate() {
        let by = 1e-7 * at.abs().max(1e-2);
        moved[parameter] = at + by;
        // Where there is nothing on the one side, the slope of the other will do.
        let slope = if let Some(there) = residuals(&moved) {
            (there - here) / by
        } else {
            moved[parameter] = at - by;
            (here - residuals(&moved)?) / by
        };
        out.column_mut(parameter).assign(&slope);
        moved[parameter] = *at;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::least_squares;

    #[test]
    fn the_banana_valley_ends_at_one() {
        // Rosenbrock (1960).
        let residuals =
            |place: &[f64]| Some(vec![10.0 * (place[1] - place[0].powi(2)), 1.0 - place[0]]);
        let found = least_squares(residuals, vec![-1.2, 1.0], 200).expect("a place");
        assert!(
            found.iter().all(|value| (value - 1.0).abs() < 1e-6),
            "{found:?}"
        );
    }

    #[test]
    fn what_changes_nothing_stays_and_walls_are_not_crossed() {
        let residuals = |place: &[f64]| (place[0] >= 0.5).then(|| vec![place[0], 1.0]);
        let found = least_squares(residuals, vec![2.0, 7.0], 200).expect("a place");
        assert!(found[0] >= 0.5 && found[0] < 0.51, "{found:?}");
        assert!((found[1] - 7.0).abs() < 1e-12);
        assert_eq!(least_squares(residuals, vec![0.0, 0.0], 9), None);
    }
}
