//! Winsorising: how much one customer may weigh.

use crate::error::require;
use crate::{Error, Result};

/// The amount above which a customer's outcome counts as this amount.
///
/// One wholesale order can hide the effect on everybody else. The limit is taken from all arms
/// together, so that both sides of the comparison are cut alike, and recorded with the result;
/// outcomes are then cut to between −limit and limit. What is measured afterwards is the effect on
/// ordinary money, not on all of it.
///
/// # Formula
/// The quantile of |y| over customers with y ≠ 0, of type 7 (R's default). Zeros are left out since
/// otherwise, where fewer than 1 % buy, the quantile 0.99 would be 0 and all money gone.
///
/// # Shapes
/// - `outcomes`: one per customer of any arm, in any order
/// - `quantile`: 0 to 1, such as 0.99
///
/// # Errors
/// - `OutOfRange`: an outcome that is not finite; a quantile outside 0 to 1
/// - `TooFew`: no outcome but 0
///
/// # Source
/// Hyndman & Fan (1996), type 7; agrees with `numpy.quantile`.
///
/// # Example
/// ```
/// use clientele_model::experiment::winsor_limit;
/// let limit = winsor_limit(&[0.0, 10.0, 30.0, 0.0, -20.0, 4_000.0], 0.5)?;
/// assert_eq!(limit, 25.0);
/// assert_eq!(4_000.0_f64.clamp(-limit, limit), 25.0);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn winsor_limit(outcomes: &[f64], quantile: f64) -> Result<f64> {
    let in_range = (0.0..=1.0).contains(&quantile);
    require(in_range, "quantile", quantile, 0, "from 0 to 1")?;
    for (row, &outcome) in outcomes.iter().enumerate() {
        require(outcome.is_finite(), "outcome", outcome, row, "finite")?;
    }
    let mut sizes: Vec<f64> = outcomes
        .iter()
        .map(|outcome| outcome.abs())
        .filter(|size| *size > 0.0)
        .collect();
    let Some(last) = sizes.len().checked_sub(1) else {
        return Err(Error::TooFew {
            what: "customers with an outcome",
            found: 0,
            needed: 1,
        });
    };
    let place = quantile * last as f64;
    let below = place.floor() as usize;
    let (_, &mut at, above) = sizes.select_nth_unstable_by(below, f64::total_cmp);
    let next = above.iter().copied().fold(f64::INFINITY, f64::min);
    Ok(if below == last {
        at
    } else {
        at + (place - below as f64) * (next - at)
    })
}

#[cfg(test)]
mod tests {
    use super::winsor_limit;
    use crate::Error;

    #[test]
    fn the_limit_is_numpys_quantile_of_those_who_bought() {
        // numpy.quantile(abs(y[y != 0]), q)
        let outcomes = [0.0, 3.5, -1.0, 12.0, 0.0, 7.25, 90.0, 0.0, 5.0];
        for (quantile, expected) in [
            (0.0, 1.0),
            (0.25, 3.875),
            (0.9, 51.0),
            (0.99, 86.1),
            (1.0, 90.0),
        ] {
            let limit = winsor_limit(&outcomes, quantile).expect("buyers");
            assert!((limit - expected).abs() < 1e-12, "{quantile}: {limit}");
        }
    }

    #[test]
    fn nobody_who_bought_has_no_limit() {
        assert!(matches!(
            winsor_limit(&[0.0; 4], 0.99),
            Err(Error::TooFew { .. })
        ));
        assert!(matches!(
            winsor_limit(&[1.0], 1.5),
            Err(Error::OutOfRange { .. })
        ));
        let broken = winsor_limit(&[1.0, f64::NAN], 0.5);
        assert!(matches!(broken, Err(Error::OutOfRange { row: 1, .. })));
    }
}
