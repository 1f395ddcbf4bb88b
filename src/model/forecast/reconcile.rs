//! Forecasts of parts that add up to the forecast of the whole.

use ndarray::{Array1, Array2};

use super::fitted::Period;
use crate::numeric::matrix::{cholesky, solve};
use crate::{Error, Result};

/// Variances below this share of the largest count as this share: something must give way.
const LEAST_VARIANCE: f64 = 1e-6;

/// A whole and the parts that must add up to it, by their places among the forecasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The shop.
    pub whole: usize,
    /// Its tiers, its segments or its categories.
    pub parts: Vec<usize>,
}

/// Forecasts changed as little as it takes for parts to add up to their wholes; whoever is less
/// sure gives way more.
///
/// A whole may be a part of another, and may have several sets of parts (tiers, and segments).
/// Wholes and parts both move: their forecasts know different things.
///
/// # Formula
/// ```text
/// ỹ = ŷ − W Cᵀ (C W Cᵀ)⁻¹ C ŷ,   W = diag(variances),   C: a row per sum, 1 at its whole, −1 at its parts
/// ```
/// # Shapes
/// - `points`, `variances`: one per forecast; variances from 0
/// - `sums`: places in them
/// - returns one point per forecast, in their order
///
/// # Missing
/// If all variances are 0, all give way alike.
///
/// # Errors
/// - `Shape`: not one variance per point
/// - `OutOfRange`: a place beyond the forecasts; a point or variance that is not finite, a negative
///   variance
/// - `NotIdentified`: a sum follows from the others
///
/// # Source
/// Wickramasuriya, Athanasopoulos & Hyndman (2019), JASA 114, eq. 9 (minimum trace), with a diagonal
/// W, as the projection of Panagiotelis et al. (2021), International Journal of Forecasting 37.
///
/// # Example
/// ```
/// use clientele_model::forecast::{Sum, reconcile};
///
/// let sums = [Sum { whole: 0, parts: vec![1, 2] }];
/// let points = reconcile(&[100.0, 70.0, 20.0], &[2.0, 1.0, 1.0], &sums)?;
/// assert_eq!(points, [95.0, 72.5, 22.5]);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn reconcile(points: &[f64], variances: &[f64], sums: &[Sum]) -> Result<Vec<f64>> {
    check(points, variances, sums)?;
    let largest = variances.iter().copied().fold(0.0, f64::max);
    let least = if largest > 0.0 {
        LEAST_VARIANCE * largest
    } else {
        1.0
    };
    let weights: Vec<f64> = variances
        .iter()
        .map(|variance| variance.max(least))
        .collect();
    // Per forecast, the rows of C in which it stands, and its sign there.
    let mut columns = vec![Vec::new(); points.len()];
    for (row, sum) in sums.iter().enumerate() {
        columns[sum.whole].push((row, 1.0));
        for part in &sum.parts {
            columns[*part].push((row, -1.0));
        }
    }
    let mut products = Array2::zeros((sums.len(), sums.len()));
    let mut missing = Array1::zeros(sums.len());
    for ((column, weight), point) in columns.iter().zip(&weights).zip(points) {
        for (row, sign) in column {
            missing[*row] += sign * point;
            for (other, other_sign) in column {
                products[[*row, *other]] += weight * sign * other_sign;
            }
        }
    }
    let lower = cholesky(&products).ok_or(Error::NotIdentified {
        reason: "a sum follows from the others",
    })?;
    let given = solve(&lower, missing.view());
    let mut out = points.to_vec();
    for ((point, column), weight) in out.iter_mut().zip(&columns).zip(&weights) {
        *point -= weight
            * column
                .iter()
                .map(|(row, sign)| sign * given[*row])
                .sum::<f64>();
    }
    Ok(out)
}

/// [`reconcile`] of every period of all forecasts; the intervals move with their points.
///
/// # Errors
/// As of [`reconcile`], and `Shape`: forecasts of different lengths.
pub fn reconcile_periods(forecasts: &[Vec<Period>], sums: &[Sum]) -> Result<Vec<Vec<Period>>> {
    let horizon = forecasts.first().map_or(0, Vec::len);
    if let Some(other) = forecasts.iter().find(|one| one.len() != horizon) {
        return Err(Error::Shape {
            name: "a forecast",
            found: other.len(),
            expected: horizon,
        });
    }
    let mut out = forecasts.to_vec();
    for ahead in 0..horizon {
        let points: Vec<f64> = forecasts.iter().map(|one| one[ahead].point).collect();
        let variances: Vec<f64> = forecasts.iter().map(|one| one[ahead].variance).collect();
        let points = reconcile(&points, &variances, sums)?;
        for (forecast, point) in out.iter_mut().zip(points) {
            forecast[ahead] = forecast[ahead].moved_to(point);
        }
    }
    Ok(out)
}

fn check(points: &[f64], variances: &[f64], sums: &[Sum]) -> Result<()> {
    if points.len() != variances.len() {
        return Err(Error::Shape {
            name: "variances",
            found: variances.len(),
            expected: points.len(),
        });
    }
    let refuse = |name, value, row, rule| {
        Err(Error::OutOfRange {
            name,
            value,
            row,
            rule,
        })
    };
    for (row, (point, variance)) in points.iter().zip(variances).enumerate() {
        if !point.is_finite() {
            return refuse("point", *point, row, "finite");
        }
        if !(variance.is_finite() && *variance >= 0.0) {
            return refuse("variance", *variance, row, "finite and not negative");
        }
    }
    for (row, sum) in sums.iter().enumerate() {
        let places = sum.parts.iter().chain([&sum.whole]);
        let last = places.max().copied().unwrap_or_default();
        if last >= points.len() {
            return refuse("a place of a sum", last as f64, row, "one of the forecasts");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Sum, reconcile, reconcile_periods};
    use crate::Error;
    use crate::forecast::{Params, forecast_all};

    fn sum(whole: usize, parts: &[usize]) -> Sum {
        Sum {
            whole,
            parts: parts.to_vec(),
        }
    }

    /// A shop (0) of two tiers (1, 2), the second of two regions (3, 4), and of two segments (5, 6).
    fn shop() -> [Sum; 3] {
        [sum(0, &[1, 2]), sum(2, &[3, 4]), sum(0, &[5, 6])]
    }

    proptest! {
        #[test]
        fn parts_add_up_and_what_adds_up_stays(
            points in proptest::collection::vec(-100.0..1000.0, 7),
            variances in proptest::collection::vec(prop_oneof![Just(0.0), 0.1..50.0], 7),
        ) {
            let found = reconcile(&points, &variances, &shop()).expect("a shop");
            for Sum { whole, parts } in shop() {
                let total: f64 = parts.iter().map(|part| found[*part]).sum();
                prop_assert!((found[whole] - total).abs() < 1e-6, "{:?}", found);
            }
            let again = reconcile(&found, &variances, &shop()).expect("a shop");
            for (one, other) in found.iter().zip(again) {
                prop_assert!((one - other).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn least_squares_by_hand() {
        // W = I: S (SᵀS)⁻¹ Sᵀ ŷ, Hyndman & Athanasopoulos, section 11.3 (OLS reconciliation).
        let points = reconcile(&[10.0, 3.0, 4.0], &[0.0; 3], &[sum(0, &[1, 2])]).expect("a shop");
        for (found, wanted) in points.iter().zip([9.0, 4.0, 5.0]) {
            assert!((found - wanted).abs() < 1e-12);
        }
    }

    #[test]
    fn intervals_move_with_their_points() {
        let series = [
            vec![9.0, 11.0, 10.0, 12.0, 9.0, 10.0],
            vec![3.0, 5.0, 4.0, 4.0, 3.0, 5.0],
            vec![4.0, 4.0, 5.0, 6.0, 7.0, 5.0],
        ];
        let params = Params {
            season: 1,
            horizon: 3,
            ..Params::default()
        };
        let before: Vec<_> = forecast_all(&series, &params)
            .into_iter()
            .map(|one| one.expect("finite").periods)
            .collect();
        let after = reconcile_periods(&before, &[sum(0, &[1, 2])]).expect("a shop");
        for ahead in 0..3 {
            let parts = after[1][ahead].point + after[2][ahead].point;
            assert!((after[0][ahead].point - parts).abs() < 1e-9);
            for (one, other) in before.iter().zip(&after) {
                let width = |period: &super::Period| period.interval_80.upper - period.point;
                assert!((width(&one[ahead]) - width(&other[ahead])).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn mistakes_are_told() {
        let twice = reconcile(&[1.0, 1.0], &[1.0; 2], &[sum(0, &[1]), sum(0, &[1])]);
        assert!(matches!(twice, Err(Error::NotIdentified { .. })));
        let beyond = reconcile(&[1.0], &[1.0], &[sum(0, &[1])]);
        assert!(matches!(beyond, Err(Error::OutOfRange { row: 0, .. })));
        let short = reconcile(&[1.0], &[], &[]);
        assert!(matches!(
            short,
            Err(Error::Shape {
                found: 0,
                expected: 1,
                ..
            })
        ));
        let unknown = reconcile(&[1.0], &[f64::INFINITY], &[]);
        assert!(matches!(
            unknown,
            Err(Error::OutOfRange {
                name: "variance",
                ..
            })
        ));
    }
}
