//! The relative lift: by which share a treated customer brought more.

use super::difference::{Interval, error_squared, welch};
use super::moments::Moments;
use crate::{Error, Result};

/// By which share treated customers brought more than control.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lift {
    /// Treated mean over control mean, minus 1.
    pub value: f64,
    /// Its interval; none where the control mean cannot be told from 0, since no finite interval
    /// holds the ratio then.
    pub interval: Option<Interval>,
}

/// By which share a treated customer brought more than one of the control group.
///
/// # Formula
/// Fieller's interval: every ρ for which ȳₜ − ρ ȳ꜀ is within t standard errors of 0, minus 1.
/// ```text
/// ρ = (ȳₜ ȳ꜀ ± t √(ȳₜ² v꜀ + ȳ꜀² vₜ − t² vₜ v꜀)) / (ȳ꜀² − t² v꜀),   v = s²/n
/// ```
/// # Numerics
/// Fieller, not the delta method: the delta method is symmetric and too short where the control
/// mean is uncertain, and it may say that a lift is proven while the difference is not. With
/// Welch's t this interval holds 0 exactly when that of the difference does.
///
/// # Errors
/// - `NotIdentified`: as [`welch`]; a control mean that is not above 0, of which nothing is a share
///
/// # Source
/// Fieller (1954), JRSS B 16.
pub fn lift(treated: &Moments, control: &Moments, level: f64) -> Result<Lift> {
    let t_squared = welch(treated, control)?.quantile(level).powi(2);
    let (ours, theirs) = (treated.mean, control.mean);
    if theirs <= 0.0 {
        return Err(Error::NotIdentified {
            reason: "a control mean that is not above 0 has no relative lift",
        });
    }
    let (our_error, their_error) = (error_squared(treated), error_squared(control));
    let scale = theirs * theirs - t_squared * their_error;
    let interval = (scale > 0.0).then(|| {
        let inside = ours * ours * their_error + theirs * theirs * our_error
            - t_squared * our_error * their_error;
        let reach = (t_squared * inside.max(0.0)).sqrt();
        Interval {
            lower: (ours * theirs - reach) / scale - 1.0,
            upper: (ours * theirs + reach) / scale - 1.0,
        }
    });
    Ok(Lift {
        value: ours / theirs - 1.0,
        interval,
    })
}

#[cfg(test)]
mod tests {
    use super::lift;
    use crate::Error;
    use crate::experiment::{Interval, Sums, welch};

    #[test]
    fn fieller_ends_where_the_scaled_difference_is_just_not_proven() {
        let treated = Sums::of_events(400.0, 61.0).moments().expect("customers");
        let control = Sums::of_events(300.0, 31.0).moments().expect("customers");
        let t = welch(&treated, &control).expect("variance").quantile(0.95);
        let Interval { lower, upper } = lift(&treated, &control, 0.95)
            .expect("a control mean")
            .interval
            .expect("bounded");
        for ratio in [lower + 1.0, upper + 1.0] {
            let distance = (treated.mean - ratio * control.mean).abs();
            let error =
                (treated.variance / 400.0 + ratio * ratio * control.variance / 300.0).sqrt();
            assert!((distance / error - t).abs() < 1e-9);
        }
    }

    #[test]
    fn a_control_mean_that_may_be_0_leaves_the_lift_unbounded() {
        let treated = Sums::of_events(400.0, 9.0).moments().expect("customers");
        let control = |sold| Sums::of_events(400.0, sold).moments().expect("customers");
        let one = lift(&treated, &control(1.0), 0.95).expect("a control mean");
        assert!((one.value - 8.0).abs() < 1e-12 && one.interval.is_none());
        assert!(matches!(
            lift(&treated, &control(0.0), 0.95),
            Err(Error::NotIdentified { .. })
        ));
    }
}
