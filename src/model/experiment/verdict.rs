//! What a campaign has proven, and what to do next.

use super::sample_ratio::SampleRatio;

/// What a test has proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It brought more than it took to break even.
    Won,
    /// It brought less.
    Lost,
    /// Either may be true.
    NotProven,
    /// The arms are not what the lottery made, so nothing can be said.
    Blocked,
}

impl Verdict {
    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Won => "won",
            Self::Lost => "lost",
            Self::NotProven => "not proven",
            Self::Blocked => "blocked",
        }
    }

    /// What follows for the campaign: `roll_out`, `stop`, `test_on`, or `repair` the assignment and
    /// begin anew.
    #[must_use]
    pub fn next_step(self) -> &'static str {
        match self {
            Self::Won => "roll_out",
            Self::Lost => "stop",
            Self::NotProven => "test_on",
            Self::Blocked => "repair",
        }
    }
}

/// What a test has proven about an effect.
///
/// With margin as the outcome and the cost a head as what it takes to break even: it won if the
/// whole interval of the margin after cost is above 0, lost if it is below.
///
/// # Shapes
/// - `surplus`: the effect less what it takes to break even; 0 for outcomes without a price
/// - `rate`: the [p-value](super::Difference::p_value) against what it takes to break even, or among
///   slices its [false-discovery rate](crate::significance::false_discovery_rates)
/// - `alpha`: 0.05; at an early look the level of that [`Look`](super::Look)
///
/// # Missing
/// A rate that is NaN proves nothing.
///
/// # Example
/// ```
/// use clientele_model::experiment::{Difference, Verdict, sample_ratio, verdict};
///
/// // What the men's e-mail of Hillstrom brought, if all spend were margin.
/// let spend = Difference { value: 0.769827, standard_error: 0.145247, degrees: 36_671.0 };
/// let ratio = sample_ratio(&[21_307, 21_306], &[0.5, 0.5])?;
/// let sent_at = |cost: f64| verdict(spend.value - cost, spend.p_value(cost), 0.05, &ratio);
/// assert_eq!(sent_at(0.1), Verdict::Won);
/// assert_eq!(sent_at(0.7), Verdict::NotProven);
/// assert_eq!(sent_at(1.5), Verdict::Lost);
/// # Ok::<(), clientele_model::Error>(())
/// ```
#[must_use]
pub fn verdict(surplus: f64, rate: f64, alpha: f64, ratio: &SampleRatio) -> Verdict {
    let proven = rate <= alpha;
    if ratio.is_mismatch() {
        Verdict::Blocked
    } else if proven && surplus > 0.0 {
        Verdict::Won
    } else if proven && surplus < 0.0 {
        Verdict::Lost
    } else {
        Verdict::NotProven
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict, verdict};
    use crate::experiment::sample_ratio;

    #[test]
    fn broken_arms_block_every_verdict() {
        let broken = sample_ratio(&[900, 1_100], &[0.5, 0.5]).expect("arms");
        assert_eq!(verdict(5.0, 1e-9, 0.05, &broken), Verdict::Blocked);
        assert_eq!(Verdict::Blocked.next_step(), "repair");
    }

    #[test]
    fn a_rate_that_is_missing_proves_nothing() {
        let whole = sample_ratio(&[1_000, 1_000], &[0.5, 0.5]).expect("arms");
        assert_eq!(verdict(5.0, f64::NAN, 0.05, &whole), Verdict::NotProven);
        assert_eq!(Verdict::NotProven.name(), "not proven");
    }
}
