//! How many customers a test needs, and how small an effect it can see.

use super::difference::welch_error;
use crate::error::require;
use crate::numeric::distribution::{
    halve, normal_upper_quantile, student_upper, student_upper_quantile,
};
use crate::{Error, Result};

/// A planned comparison of two means.
///
/// | name | range | meaning |
/// | --- | --- | --- |
/// | `treated_variance`, `control_variance` | ≥ 0, not both 0 | of the outcome, from the shop's own past; after CUPED, of what is left |
/// | `treated_share` | 0 to 1 | of the customers in the two arms |
/// | `alpha` | 0 to 1 | chance of a false alarm, two-sided; 0.05 |
/// | `power` | 0 to 1 | chance of seeing an effect that is there; 0.8 |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Design {
    /// Variance of the outcome among the treated.
    pub treated_variance: f64,
    /// Variance of the outcome in the control group.
    pub control_variance: f64,
    /// Share of the customers who are treated.
    pub treated_share: f64,
    /// Chance of a false alarm, two-sided.
    pub alpha: f64,
    /// Chance of seeing an effect that is there.
    pub power: f64,
}

impl Design {
    /// The smallest effect a head that a test of this many customers, both arms together, will
    /// probably see.
    ///
    /// # Formula
    /// ```text
    /// δ = (t_{ν, 1−α/2} + t_{ν, power}) √(sₜ²/nₜ + s꜀²/n꜀),   ν of Welch
    /// ```
    /// # Numerics
    /// Two quantiles of Student in place of one of the noncentral t, with the degrees of freedom of
    /// the test itself: from 10 customers an arm within 0.1 % of the exact effect at powers of 0.8
    /// and 0.9.
    ///
    /// # Errors
    /// - `OutOfRange`: a field outside its range
    /// - `TooFew`: fewer than two customers in an arm
    ///
    /// # Example
    /// ```
    /// use clientele_model::experiment::Design;
    /// let design = Design {
    ///     treated_variance: 1.0, control_variance: 1.0, treated_share: 0.5, alpha: 0.05, power: 0.8,
    /// };
    /// // R: power.t.test(delta = 0.2, power = 0.8) gives 393.4067 an arm.
    /// assert!((design.smallest_effect(2.0 * 393.4067)? - 0.2).abs() < 1e-5);
    /// assert!((design.customers(0.2)? / 2.0 - 393.4067).abs() < 0.02);
    /// # Ok::<(), clientele_model::Error>(())
    /// ```
    pub fn smallest_effect(&self, customers: f64) -> Result<f64> {
        self.check(customers)?;
        Ok(self.effect(customers))
    }

    /// Customers that a test of an effect a head needs, both arms together; not rounded, as in R.
    ///
    /// # Errors
    /// `OutOfRange`: an effect of 0; a field outside its range
    pub fn customers(&self, effect: f64) -> Result<f64> {
        let (least, effect) = (self.least(), effect.abs());
        self.check(least)?;
        let some = effect > 0.0 && effect.is_finite();
        require(some, "effect", effect, 0, "not 0, finite")?;
        let mut most = least;
        while self.effect(most) > effect && most < f64::MAX {
            most *= 2.0;
        }
        Ok(halve(least, most, |customers| {
            self.effect(customers) > effect
        }))
    }

    /// The chance that a test of this many customers sees an effect a head.
    ///
    /// # Errors
    /// As [`Design::smallest_effect`]
    pub fn chance(&self, effect: f64, customers: f64) -> Result<f64> {
        self.check(customers)?;
        let (error, degrees) = self.error(customers);
        let needed = student_upper_quantile(0.5 * self.alpha, degrees);
        Ok(student_upper(needed - effect.abs() / error, degrees))
    }

    fn effect(&self, customers: f64) -> f64 {
        let (error, degrees) = self.error(customers);
        let quantile = |upper| student_upper_quantile(upper, degrees);
        (quantile(0.5 * self.alpha) + quantile(1.0 - self.power)) * error
    }

    /// Standard error of the difference, and its degrees of freedom.
    fn error(&self, customers: f64) -> (f64, f64) {
        let treated = customers * self.treated_share;
        let control = customers - treated;
        let variances = [
            self.treated_variance / treated,
            self.control_variance / control,
        ];
        welch_error(variances, [treated, control])
    }

    /// Customers with whom the smaller arm has two.
    fn least(&self) -> f64 {
        2.0 / self.treated_share.min(1.0 - self.treated_share)
    }

    fn check(&self, customers: f64) -> Result<()> {
        for (name, value) in [
            ("treated_share", self.treated_share),
            ("alpha", self.alpha),
            ("power", self.power),
        ] {
            require(
                value > 0.0 && value < 1.0,
                name,
                value,
                0,
                "between 0 and 1",
            )?;
        }
        let variance = self.treated_variance + self.control_variance;
        let possible = self.treated_variance >= 0.0 && self.control_variance >= 0.0;
        let rule = "not negative, not both 0, finite";
        let some = possible && variance > 0.0 && variance.is_finite();
        require(some, "variance", variance, 0, rule)?;
        if customers < self.least() {
            return Err(Error::TooFew {
                what: "customers in the test",
                found: customers.max(0.0) as usize,
                needed: self.least().ceil() as usize,
            });
        }
        require(customers.is_finite(), "customers", customers, 0, "finite")
    }
}

/// Customers that a test of two rates needs, both arms together; not rounded.
///
/// # Formula
/// With r treated for each of control, and p̄ the rate of all:
/// ```text
/// n꜀ = (z_{1−α/2} √((r+1) p̄(1−p̄)) + z_{power} √(r p꜀(1−p꜀) + pₜ(1−pₜ)))² / (r (pₜ−p꜀)²)
/// ```
/// Not the arcsine formula of `statsmodels`, which asks for 3834.6 where this asks for 3840.8.
///
/// # Shapes
/// - `control_rate`, `treated_rate`: 0 to 1, not equal
/// - `treated_share`, `alpha`, `power`: as [`Design`]
///
/// # Errors
/// `OutOfRange`: an argument outside its range
///
/// # Source
/// Fleiss, Tytun & Ury (1980), Biometrics 36, without correction for continuity; agrees with R's
/// `power.prop.test`.
pub fn proportions_customers(
    control_rate: f64,
    treated_rate: f64,
    treated_share: f64,
    alpha: f64,
    power: f64,
) -> Result<f64> {
    for (name, value) in [
        ("control_rate", control_rate),
        ("treated_rate", treated_rate),
        ("treated_share", treated_share),
        ("alpha", alpha),
        ("power", power),
    ] {
        require(
            value > 0.0 && value < 1.0,
            name,
            value,
            0,
            "between 0 and 1",
        )?;
    }
    let effect = treated_rate - control_rate;
    require(
        effect.abs() > 0.0,
        "treated_rate",
        treated_rate,
        0,
        "not the control rate",
    )?;
    let each = treated_share / (1.0 - treated_share);
    let variance = |rate: f64| rate * (1.0 - rate);
    let pooled = variance(treated_share * treated_rate + (1.0 - treated_share) * control_rate);
    let apart = each * variance(control_rate) + variance(treated_rate);
    let reach = normal_upper_quantile(0.5 * alpha) * ((each + 1.0) * pooled).sqrt()
        + normal_upper_quantile(1.0 - power) * apart.sqrt();
    Ok((1.0 + each) * (reach / effect).powi(2) / each)
}

#[cfg(test)]
mod tests {
    use super::{Design, proportions_customers};
    use crate::Error;

    const EVEN: Design = Design {
        treated_variance: 1.0,
        control_variance: 1.0,
        treated_share: 0.5,
        alpha: 0.05,
        power: 0.8,
    };

    #[test]
    fn small_tests_see_what_power_t_test_says() {
        // statsmodels: tt_ind_solve_power(nobs1=10, alpha=0.05, power=0.8), and 30 with 0.9.
        let ten = EVEN.smallest_effect(20.0).expect("customers");
        assert!((ten / 1.324_947_4 - 1.0).abs() < 1e-3, "{ten}");
        let surer = Design { power: 0.9, ..EVEN };
        let thirty = surer.smallest_effect(60.0).expect("customers");
        assert!((thirty / 0.851_170 - 1.0).abs() < 1e-3, "{thirty}");
    }

    #[test]
    fn rates_need_what_power_prop_test_says() {
        // R: power.prop.test(p1 = .1, p2 = .12, power = .8), and the women's e-mail of Hillstrom.
        let each = |control, treated| {
            proportions_customers(control, treated, 0.5, 0.05, 0.8).expect("rates") / 2.0
        };
        assert!((each(0.10, 0.12) - 3_840.847).abs() < 1e-3);
        assert!((each(0.005_726, 0.008_837) - 11_723.0).abs() < 1.0);
    }

    #[test]
    fn customers_effect_and_chance_undo_each_other() {
        let design = Design {
            treated_variance: 210.0,
            control_variance: 130.0,
            treated_share: 0.9,
            ..EVEN
        };
        for effect in [0.1, 0.7, 12.0] {
            let customers = design.customers(effect).expect("an effect");
            let seen = design.smallest_effect(customers).expect("customers");
            assert!((seen / effect - 1.0).abs() < 1e-9);
            let chance = design.chance(-effect, customers).expect("customers");
            assert!((chance - 0.8).abs() < 1e-9);
        }
    }

    #[test]
    fn impossible_designs_are_refused() {
        let out = |design: Design| matches!(design.customers(0.1), Err(Error::OutOfRange { .. }));
        assert!(out(Design {
            treated_share: 1.0,
            ..EVEN
        }));
        assert!(out(Design {
            control_variance: -1.0,
            ..EVEN
        }));
        assert!(out(Design {
            power: f64::NAN,
            ..EVEN
        }));
        assert!(matches!(EVEN.customers(0.0), Err(Error::OutOfRange { .. })));
        assert!(matches!(
            EVEN.smallest_effect(3.0),
            Err(Error::TooFew { needed: 4, .. })
        ));
        assert!(proportions_customers(0.1, 0.1, 0.5, 0.05, 0.8).is_err());
    }
}
