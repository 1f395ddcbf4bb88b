//! One outcome of a campaign: every treated arm against control.

use super::cuped::cuped;
use super::difference::{Difference, welch};
use super::lift::{Lift, lift};
use super::moments::Moments;
use crate::Result;

/// A treated arm against control.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// The difference as it was observed.
    pub raw: Difference,
    /// The difference with what the past explains taken out; the one to decide by.
    pub adjusted: Difference,
    /// By how much the adjustment made the variance of the difference smaller, as a share: found,
    /// not promised. About 0 if the past explains nothing; it may then be a little below.
    pub variance_reduction: f64,
    /// The adjusted difference as a share of the adjusted control mean; none if that is not above 0.
    pub lift: Option<Lift>,
}

/// Every treated arm against control.
///
/// With several arms or slices there are as many chances of a false alarm: correct the p-values
/// with [`false_discovery_rates`](crate::significance::false_discovery_rates).
///
/// # Shapes
/// - `treated`: one or more arms
/// - `level`: of the lift's interval
/// - returns one comparison per treated arm, in their order
///
/// # Errors
/// As [`welch`] and [`cuped`]
pub fn compare(control: &Moments, treated: &[Moments], level: f64) -> Result<Vec<Comparison>> {
    let arms: Vec<Moments> = std::iter::once(control).chain(treated).copied().collect();
    let adjusted = cuped(&arms)?.arms;
    let against_control = |arm: usize| {
        let raw = welch(&arms[arm], control)?;
        // An adjustment that explains everything leaves no error to judge by.
        let difference = welch(&adjusted[arm], &adjusted[0])?;
        Ok(Comparison {
            raw,
            adjusted: difference,
            variance_reduction: 1.0 - (difference.standard_error / raw.standard_error).powi(2),
            lift: lift(&adjusted[arm], &adjusted[0], level).ok(),
        })
    };
    (1..arms.len()).map(against_control).collect()
}

#[cfg(test)]
mod tests {
    use super::compare;
    use crate::experiment::moments::tests::moments;

    #[test]
    fn several_arms_are_compared_with_one_control() {
        let control = moments(&[(2.0, 1.0), (6.1, 3.0), (8.0, 4.0)]);
        let same = moments(&[(2.0, 1.0), (6.1, 3.0), (8.0, 4.0)]);
        let better = moments(&[(5.0, 1.0), (9.1, 3.0), (11.0, 4.0)]);
        let found = compare(&control, &[same, better], 0.95).expect("variance");
        assert!(found[0].raw.value.abs() < 1e-12 && found[0].adjusted.value.abs() < 1e-12);
        assert!((found[1].adjusted.value - 3.0).abs() < 1e-12);
        assert!(found[1].variance_reduction > 0.99);
        assert!(found[1].adjusted.p_value(0.0) < 0.001 && found[1].raw.p_value(0.0) > 0.2);
        assert!((found[1].lift.expect("positive").value - 3.0 / 5.366_666_666).abs() < 1e-6);
    }
}
