//! Kaplan–Meier curves: the share to whom something has not yet happened, with some not observed to
//! the end.

use statrs::function::erf::erfc_inv;

use super::risk::{Observation, risks};
use crate::Result;

/// One time at which events happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// When.
    pub time: f64,
    /// Those watched just before, without the event.
    pub at_risk: f64,
    /// Those to whom it happened.
    pub events: f64,
    /// The share to whom it has not happened yet, after this time.
    pub survival: f64,
    /// Greenwood's sum Σ d/(n(n−d)) up to here: the variance of ln survival.
    pub greenwood: f64,
}

/// A share with its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The share.
    pub value: f64,
    /// Lower end of its interval.
    pub lower: f64,
    /// Upper end of its interval.
    pub upper: f64,
}

/// The survival curve: steps in the order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    steps: Vec<Step>,
}

/// The share of customers to whom something has not happened, over time.
///
/// # Formula
/// ```text
/// S(t) = Π_{tᵢ ≤ t} (1 − dᵢ/nᵢ);   Var ln S(t) = Σ_{tᵢ ≤ t} dᵢ/(nᵢ(nᵢ−dᵢ))
/// ```
/// nᵢ counts those with entry < tᵢ ≤ time.
///
/// # Shapes
/// - `observations`: n people, in any order; times in any unit, which the curve keeps
/// - returns one step per time with an event
///
/// # Missing
/// Events and endings at one time: the event comes first, so that those who leave then are still at
/// risk. Without events the curve stays at 1; an observation of weight 0 does not matter.
///
/// # Errors
/// - `OutOfRange`: unless 0 ≤ entry < time, and 0 ≤ weight; all finite. An event at time 0 has no
///   risk set.
///
/// # Source
/// Kaplan & Meier (1958), JASA 53; Greenwood (1926). Agrees with R `survival::survfit`.
///
/// # Example
/// ```
/// use clientele_model::survival::{Observation, kaplan_meier};
///
/// let watched = |time, event| Observation { entry: 0.0, time, event, weight: 1.0 };
/// let curve = kaplan_meier(&[watched(3.0, true), watched(5.0, false), watched(8.0, true)])?;
/// assert!((curve.survival(4.0, 0.95).value - 2.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn kaplan_meier(observations: &[Observation]) -> Result<Curve> {
    let (mut survival, mut greenwood) = (1.0, 0.0);
    let step = |(time, at_risk, events): (f64, f64, f64)| {
        survival *= 1.0 - events / at_risk;
        greenwood += events / (at_risk * (at_risk - events));
        Step {
            time,
            at_risk,
            events,
            survival,
            greenwood,
        }
    };
    Ok(Curve {
        steps: risks(observations)?.into_iter().map(step).collect(),
    })
}

impl Curve {
    /// The steps, in the order of time.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The share to whom it has not happened up to `time`, with a log-log interval: it stays within
    /// 0–1.
    #[must_use]
    pub fn survival(&self, time: f64, level: f64) -> Share {
        self.remaining(0.0, time, level)
    }

    /// Of those to whom it has not happened up to `from`, the share to whom it will not within
    /// `span` more.
    ///
    /// Where the share is 0 or 1 there is no interval: both ends are the share.
    #[must_use]
    pub fn remaining(&self, from: f64, span: f64, level: f64) -> Share {
        let at = |time: f64| match self.steps.partition_point(|step| step.time <= time) {
            0 => (1.0, 0.0),
            after => (
                self.steps[after - 1].survival,
                self.steps[after - 1].greenwood,
            ),
        };
        let ((before, known), (after, all)) = (at(from), at(from + span));
        let value = if before > 0.0 { after / before } else { 0.0 };
        if value <= 0.0 || value >= 1.0 {
            return Share {
                value,
                lower: value,
                upper: value,
            };
        }
        let z = std::f64::consts::SQRT_2 * erfc_inv(1.0 - level);
        let reach = (z * (all - known).sqrt() / value.ln()).abs();
        Share {
            value,
            lower: value.powf(reach.exp()),
            upper: value.powf((-reach).exp()),
        }
    }

    /// The time by which it has happened to a share `q`; nothing if the curve never comes down so
    /// far. Where the curve is level at exactly 1 − q, the middle of that stretch, as in R.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        const ROUNDING: f64 = 1e-12;
        let rest = 1.0 - q;
        let first = self
            .steps
            .iter()
            .position(|step| step.survival <= rest + ROUNDING)?;
        let reached = self.steps[first];
        match self.steps.get(first + 1) {
            Some(next) if reached.survival >= rest - ROUNDING => {
                Some(0.5 * (reached.time + next.time))
            }
            _ => Some(reached.time),
        }
    }

    /// The time by which it has happened to half of them.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::{Curve, kaplan_meier};
    use crate::Error;
    use crate::survival::risk::Observation;
    use crate::survival::risk::tests::{freireich, watched};

    fn curve(observations: &[Observation]) -> Curve {
        kaplan_meier(observations).expect("in range")
    }

    #[test]
    fn the_remission_curve_is_the_published_one() {
        let (treated, placebo) = freireich();
        let curve = curve(&treated);
        // Cox & Oakes (1984), table 4.1; R: survfit(Surv(time, status) ~ 1).
        for (step, (time, at_risk, survival, error)) in curve.steps().iter().zip([
            (6.0, 21.0, 0.8571, 0.0764),
            (7.0, 17.0, 0.8067, 0.0869),
            (10.0, 15.0, 0.7529, 0.0963),
            (13.0, 12.0, 0.6902, 0.1068),
            (16.0, 11.0, 0.6275, 0.1141),
            (22.0, 7.0, 0.5378, 0.1282),
            (23.0, 6.0, 0.4482, 0.1346),
        ]) {
            assert!((step.time - time).abs() + (step.at_risk - at_risk).abs() < 1e-12);
            assert!((step.survival - survival).abs() < 5e-5, "{step:?}");
            assert!(
                (step.survival * step.greenwood.sqrt() - error).abs() < 5e-5,
                "{step:?}"
            );
        }
        assert_eq!(curve.median(), Some(23.0));
        assert_eq!(
            super::kaplan_meier(&placebo).expect("in range").median(),
            Some(8.0)
        );
        assert_eq!(curve.quantile(0.9), None);
    }

    #[test]
    fn log_log_intervals_are_those_of_r() {
        // R: survfit(Surv(time, status) ~ 1, conf.type = "log-log"): 6 weeks 0.620, 0.952; 23 weeks
        // 0.188, 0.680.
        let (treated, _) = freireich();
        let curve = curve(&treated);
        for (time, lower, upper) in [(6.0, 0.620, 0.952), (23.0, 0.188, 0.680)] {
            let share = curve.survival(time, 0.95);
            assert!((share.lower - lower).abs() < 6e-4, "{share:?}");
            assert!((share.upper - upper).abs() < 6e-4, "{share:?}");
        }
    }

    #[test]
    fn those_older_than_the_data_count_only_from_when_they_were_seen() {
        let truncated = [
            watched(0.0, 2.0, true),
            watched(3.0, 5.0, true),
            watched(1.0, 6.0, false),
        ];
        let curve = curve(&truncated);
        let survivals: Vec<f64> = curve.steps().iter().map(|step| step.survival).collect();
        assert!((survivals[0] - 0.5).abs() < 1e-12); // at time 2, two at risk
        assert!((survivals[1] - 0.25).abs() < 1e-12);
    }

    #[test]
    fn weights_count_like_repeated_rows() {
        let (treated, _) = freireich();
        let heavy = |rows: &[Observation]| -> Vec<Observation> {
            rows.iter()
                .map(|row| Observation {
                    weight: 2.0,
                    ..*row
                })
                .collect()
        };
        let twice = |rows: &[Observation]| [rows, rows].concat();
        assert_eq!(curve(&heavy(&treated)), curve(&twice(&treated)));
    }

    #[test]
    fn what_remains_is_conditional_on_what_has_passed() {
        let (treated, _) = freireich();
        let curve = curve(&treated);
        let share = curve.remaining(10.0, 6.0, 0.8);
        assert!((share.value - 11.0 / 12.0 * 10.0 / 11.0).abs() < 1e-12); // events at 13 and 16
        assert!(share.lower < share.value && share.value < share.upper);
        let sooner = curve.remaining(10.0, 1.0, 0.8);
        assert!((sooner.value - 1.0).abs() < 1e-15 && (sooner.lower - 1.0).abs() < 1e-15);
    }

    #[test]
    fn planted_probability_comes_back_where_the_naive_share_is_too_low() {
        // 30 % within 90 days; two of five watched for less than 90 days.
        let hazard = -f64::ln(0.7) / 90.0;
        let count = 40_000;
        let people: Vec<Observation> = (0..count)
            .map(|person| {
                let share = (f64::from(person) + 0.5) / f64::from(count);
                let time = -(1.0 - (share * 7919.0).fract()).ln() / hazard;
                let watch = if person % 5 < 2 {
                    10.0 + 75.0 * share
                } else {
                    400.0
                };
                watched(0.0, time.min(watch).max(1e-6), time <= watch)
            })
            .collect();
        let happened = 1.0 - curve(&people).survival(90.0, 0.95).value;
        let naive = people
            .iter()
            .filter(|one| one.event && one.time <= 90.0)
            .count();
        let error = (0.3 * 0.7 / f64::from(count)).sqrt();
        assert!((happened - 0.3).abs() < 3.0 * error, "{happened}");
        assert!((naive as f64) < 0.28 * f64::from(count));
    }

    #[test]
    fn edges_have_answers() {
        let nothing = curve(&[]);
        assert!(nothing.steps().is_empty() && nothing.median().is_none());
        assert!((nothing.survival(5.0, 0.8).value - 1.0).abs() < 1e-15);
        let one = curve(&[watched(0.0, 4.0, true)]);
        assert!(one.survival(4.0, 0.8).value.abs() < 1e-15);
        assert_eq!(one.median(), Some(4.0));
        let bad = kaplan_meier(&[watched(2.0, 2.0, true)]);
        assert!(matches!(
            bad,
            Err(Error::OutOfRange {
                name: "time",
                row: 0,
                ..
            })
        ));
    }
}
