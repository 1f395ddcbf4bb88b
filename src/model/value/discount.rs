//! What purchases to come are worth today.

use crate::numeric::quadrature;
use crate::{Error, Result};

/// Without a horizon, purchases are followed until they are worth this share of one today.
const WORTHLESS: f64 = 1e-9;

/// Over this much of ln(1 + t/bend), the rule for integrals is as exact as its terms.
const SMOOTH: f64 = 4.0;

/// How much less a purchase is worth the later it comes, and up to when it counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Discount {
    rate: f64,
    horizon: f64,
}

impl Discount {
    /// A purchase after a time t counts e^(−rate · t); none after `horizon` counts; times in the
    /// unit of the histories. A yearly rate of 10 % is ln(1.1) / 52 a week, or ln(1.1) / 365.25 a
    /// day.
    ///
    /// # Errors
    /// `OutOfRange`: a rate or horizon that is negative or not a number; no horizon and no rate
    pub fn new(rate: f64, horizon: Option<f64>) -> Result<Self> {
        let out = |name, value, rule| {
            Err(Error::OutOfRange {
                name,
                value,
                row: 0,
                rule,
            })
        };
        if !(rate.is_finite() && rate >= 0.0) {
            return out("rate", rate, "finite and not negative");
        }
        match horizon {
            Some(horizon) if !(horizon.is_finite() && horizon >= 0.0) => {
                out("horizon", horizon, "finite and not negative")
            }
            Some(horizon) => Ok(Self { rate, horizon }),
            None if rate > 0.0 => Ok(Self {
                rate,
                horizon: -WORTHLESS.ln() / rate,
            }),
            None => out("rate", rate, "above 0 without a horizon"),
        }
    }

    /// The span after which nothing counts.
    #[must_use]
    pub fn horizon(&self) -> f64 {
        self.horizon
    }

    /// ∫ e^(−rate · t) dY(t) up to the horizon, of expected purchases Y that bend after a span of
    /// `bend`.
    ///
    /// By parts, so that only Y itself is needed, and over ln(1 + t/bend), in which Y is smooth.
    pub(crate) fn worth(&self, bend: f64, expected: impl Fn(f64) -> f64) -> f64 {
        let last = (-self.rate * self.horizon).exp() * expected(self.horizon);
        if self.rate <= 0.0 {
            return last;
        }
        let end = (self.horizon / bend).ln_1p();
        let panels = (end / SMOOTH).ceil();
        let width = end / panels;
        let nodes = (0..panels as u32).flat_map(|panel| {
            quadrature::points(width * f64::from(panel), width * f64::from(panel + 1))
        });
        let sooner: f64 = nodes
            .map(|(point, weight)| {
                let time = bend * point.exp_m1();
                let counts = self.rate * (-self.rate * time).exp() * (bend + time);
                weight * counts * expected(time)
            })
            .sum();
        last + sooner
    }
}

#[cfg(test)]
mod tests {
    use super::Discount;

    #[test]
    fn a_steady_rate_is_worth_an_annuity() {
        let (rate, speed) = (0.01, 0.3);
        for (horizon, annuity) in [
            (Some(50.0), speed / rate * (1.0 - f64::exp(-0.5))),
            (None, speed / rate),
        ] {
            let discount = Discount::new(rate, horizon).expect("in range");
            let worth = discount.worth(20.0, |time| speed * time);
            assert!((worth / annuity - 1.0).abs() < 1e-6, "{worth} {annuity}");
        }
        let undiscounted = Discount::new(0.0, Some(7.0)).expect("in range");
        assert!((undiscounted.worth(1.0, |time| time) - 7.0).abs() < 1e-15);
        assert!(Discount::new(0.0, None).is_err());
    }
}
