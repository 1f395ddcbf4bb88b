//! The difference of two means, of arms whose variances may differ: Welch's test.

use super::moments::Moments;
use crate::numeric::distribution::{student_upper, student_upper_quantile};
use crate::{Error, Result};

/// The ends of an interval that holds the truth with some confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// What a customer of one arm brought more than one of the other, and how well that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Treated minus control, a head.
    pub value: f64,
    /// Its standard error, above 0.
    pub standard_error: f64,
    /// Degrees of freedom of the error.
    pub degrees: f64,
}

impl Difference {
    /// The interval that holds the true difference with confidence `level`, such as 0.95.
    #[must_use]
    pub fn interval(&self, level: f64) -> Interval {
        let reach = self.quantile(level) * self.standard_error;
        Interval {
            lower: self.value - reach,
            upper: self.value + reach,
        }
    }

    /// How probable a difference at least this far from `null` would be, if the truth were `null`:
    /// two-sided. 0 asks for any effect, the cost a head for one that pays.
    #[must_use]
    pub fn p_value(&self, null: f64) -> f64 {
        let t = (self.value - null).abs() / self.standard_error;
        2.0 * student_upper(t, self.degrees)
    }

    /// Standard errors from the middle of the interval to its ends.
    pub(super) fn quantile(&self, level: f64) -> f64 {
        student_upper_quantile(0.5 * (1.0 - level), self.degrees)
    }
}

/// What a treated customer brought more than one of the control group.
///
/// With outcomes 0 and 1 the means are rates, and this compares two proportions with their own
/// variances. With a handful of conversions in an arm the interval is too short; the p-value of a
/// table of small counts is better read with [`RuleCounts::fisher_p`](crate::pattern::RuleCounts).
///
/// # Formula
/// ```text
/// d = ȳₜ − ȳ꜀,  se² = sₜ²/nₜ + s꜀²/n꜀,  ν = se⁴ / ((sₜ²/nₜ)²/(nₜ−1) + (s꜀²/n꜀)²/(n꜀−1))
/// ```
/// # Errors
/// `NotIdentified`: in neither arm does a customer differ from another, so nothing tells how far
/// chance reaches
///
/// # Source
/// Welch (1947), Biometrika 34; agrees with `scipy.stats.ttest_ind(equal_var=False)` and R's
/// `t.test`.
///
/// # Example
/// ```
/// use clientele_model::experiment::{Sums, welch};
///
/// // Men's e-mail against none: 267 and 122 conversions of Hillstrom's customers.
/// let treated = Sums::of_events(21_307.0, 267.0).moments()?;
/// let control = Sums::of_events(21_306.0, 122.0).moments()?;
/// let difference = welch(&treated, &control)?;
/// assert!((difference.value - 0.006805).abs() < 5e-7);
/// assert!((difference.standard_error - 0.000921).abs() < 5e-7);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn welch(treated: &Moments, control: &Moments) -> Result<Difference> {
    let (standard_error, degrees) = welch_error(
        [error_squared(treated), error_squared(control)],
        [treated.count, control.count],
    );
    if standard_error <= 0.0 {
        return Err(Error::NotIdentified {
            reason: "no customer of either arm differs from another",
        });
    }
    Ok(Difference {
        value: treated.mean - control.mean,
        standard_error,
        degrees,
    })
}

/// The standard error of a difference and its degrees of freedom, from the squared errors of two
/// means and the customers behind them.
pub(super) fn welch_error(squared: [f64; 2], counts: [f64; 2]) -> (f64, f64) {
    let [ours, theirs] = squared;
    let sum = ours + theirs;
    // Shares of the whole, since the fourth power of a small error underflows.
    let spread =
        (ours / sum).powi(2) / (counts[0] - 1.0) + (theirs / sum).powi(2) / (counts[1] - 1.0);
    (sum.sqrt(), 1.0 / spread)
}

/// The squared standard error of the mean of an arm.
pub(super) fn error_squared(arm: &Moments) -> f64 {
    arm.variance / arm.count
}

#[cfg(test)]
mod tests {
    use super::welch;
    use crate::Error;
    use crate::experiment::Sums;

    #[test]
    fn arms_without_variance_have_no_test() {
        let nobody = Sums::of_events(50.0, 0.0).moments().expect("customers");
        assert!(matches!(
            welch(&nobody, &nobody),
            Err(Error::NotIdentified { .. })
        ));
    }

    #[test]
    fn the_interval_ends_where_the_p_value_is_its_complement() {
        let treated = Sums::of_events(400.0, 31.0).moments().expect("customers");
        let control = Sums::of_events(90.0, 4.0).moments().expect("customers");
        let difference = welch(&treated, &control).expect("variance");
        for level in [0.5, 0.8, 0.95, 0.999] {
            let interval = difference.interval(level);
            for end in [interval.lower, interval.upper] {
                assert!((difference.p_value(end) - (1.0 - level)).abs() < 1e-9);
            }
        }
    }
}
