//! The maximum of a smooth function by Newton's method with the exact Hessian, damped after
//! Levenberg.

use ndarray::{Array1, Array2};

use super::matrix::{cholesky, inverse, solve};
use crate::{Error, Result};

/// The longest step of one iteration, in logarithms of parameters.
const STEP: f64 = 2.0;

/// A logarithm of a parameter known no better than this (a factor of e¹⁰) is not known.
const DEVIATION: f64 = 10.0;

/// What is still to be gained by the last step, relative to the value: its rounding, about.
const CLOSE: f64 = 1e-12;

/// A function with its first and second derivatives at one place.
pub(crate) struct Curvature {
    pub(crate) value: f64,
    pub(crate) gradient: Array1<f64>,
    pub(crate) hessian: Array2<f64>,
}

/// What is to be made as large as possible.
pub(crate) trait Objective {
    fn curvature(&self, place: &Array1<f64>) -> Curvature;
}

/// Where the maximum is, and how sharp.
#[derive(Debug)]
pub(crate) struct Maximum {
    pub(crate) place: Array1<f64>,
    pub(crate) value: f64,
    /// The inverse of the negative Hessian.
    pub(crate) covariance: Array2<f64>,
}

/// Climbs from `start`.
///
/// # Errors
/// - `NotConverged`: no maximum within `iterations`
/// - `NotIdentified`: the function is flat, or rises without end, in some direction
pub(crate) fn maximise(
    objective: &impl Objective,
    start: Array1<f64>,
    iterations: usize,
) -> Result<Maximum> {
    let mut here = objective.curvature(&start);
    let mut place = start;
    let mut damping = 1e-3;
    for _ in 0..iterations {
        let bend = -&here.hessian;
        if !here.value.is_finite() || bend.iter().any(|cell| !cell.is_finite()) {
            return Err(Error::NotIdentified {
                reason: "a parameter ran out of range",
            });
        }
        if let Some(lower) = cholesky(&bend) {
            let step = solve(&lower, here.gradient.view());
            let gain = here.gradient.dot(&step);
            if gain < CLOSE * here.value.abs().max(1.0) {
                return identified(place + step, here.value + 0.5 * gain, &lower);
            }
        }
        let Some((next, there, eased)) = climb(objective, &place, &here, &bend, damping) else {
            // Nothing rises any more: rounding hides what is left of the way.
            let lower = cholesky(&bend).ok_or(Error::NotIdentified {
                reason: "the likelihood has no peak",
            })?;
            return identified(place, here.value, &lower);
        };
        (place, here, damping) = (next, there, eased);
    }
    Err(Error::NotConverged { iterations })
}

/// The first step that rises, with ever more damping; how it is there, and the damping to go on
/// with.
fn climb(
    objective: &impl Objective,
    place: &Array1<f64>,
    here: &Curvature,
    bend: &Array2<f64>,
    mut damping: f64,
) -> Option<(Array1<f64>, Curvature, f64)> {
    let scale = bend
        .diag()
        .fold(1e-3, |most: f64, cell| most.max(cell.abs()));
    while damping < 1e12 {
        let mut damped = bend.clone();
        damped
            .diag_mut()
            .mapv_inplace(|cell| cell + damping * scale.min(cell.abs() + 1e-3 * scale));
        if let Some(lower) = cholesky(&damped) {
            let mut step = solve(&lower, here.gradient.view());
            let length = step.dot(&step).sqrt();
            step *= (STEP / length).min(1.0);
            let next = place + step;
            let there = objective.curvature(&next);
            if there.value > here.value {
                return Some((next, there, (damping * 0.1).max(1e-9)));
            }
        }
        damping *= 10.0;
    }
    None
}

fn identified(place: Array1<f64>, value: f64, lower: &Array2<f64>) -> Result<Maximum> {
    let covariance = inverse(lower);
    let widest = covariance
        .diag()
        .fold(0.0, |most: f64, cell| most.max(*cell));
    if widest > DEVIATION * DEVIATION {
        return Err(Error::NotIdentified {
            reason: "the likelihood is flat around its peak",
        });
    }
    Ok(Maximum {
        place,
        value,
        covariance,
    })
}
