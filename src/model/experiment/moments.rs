//! What the customers of one arm have in common: counts, sums and sums of squares, and the moments
//! that follow from them.

use crate::error::require;
use crate::{Error, Result};

/// A sum of squares about the mean below this share of the sum of squares is rounding.
const ROUNDING: f64 = 1e-13;

/// Sums over the customers of one arm, as a query makes them.
///
/// Sums of slices that do not overlap add up, field by field. Subtracting one constant from every
/// outcome first, such as the mean of all, changes no difference and keeps more digits.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sums {
    /// Customers, with or without an outcome: one who bought nothing counts with 0.
    pub count: f64,
    /// Σ y, the outcome.
    pub outcome: f64,
    /// Σ y².
    pub outcome_squared: f64,
    /// Σ x, the same measure (or any other) before the campaign; 0 where there is none.
    pub covariate: f64,
    /// Σ x².
    pub covariate_squared: f64,
    /// Σ x y.
    pub product: f64,
}

/// Sums over (outcome, covariate) of each customer.
impl FromIterator<(f64, f64)> for Sums {
    fn from_iter<I: IntoIterator<Item = (f64, f64)>>(customers: I) -> Self {
        let add = |sums: Self, (y, x): (f64, f64)| Self {
            count: sums.count + 1.0,
            outcome: sums.outcome + y,
            outcome_squared: sums.outcome_squared + y * y,
            covariate: sums.covariate + x,
            covariate_squared: sums.covariate_squared + x * x,
            product: sums.product + x * y,
        };
        customers.into_iter().fold(Self::default(), add)
    }
}

/// Means, variances and covariance of one arm, with n − 1 in the denominator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Customers.
    pub count: f64,
    /// Mean outcome.
    pub mean: f64,
    /// Variance of the outcome.
    pub variance: f64,
    /// Mean covariate.
    pub covariate_mean: f64,
    /// Variance of the covariate.
    pub covariate_variance: f64,
    /// Covariance of the two.
    pub covariance: f64,
}

impl Sums {
    /// Sums of an outcome that happens or does not, such as a conversion, without covariate.
    #[must_use]
    pub fn of_events(count: f64, happened: f64) -> Self {
        Self {
            count,
            outcome: happened,
            outcome_squared: happened,
            ..Self::default()
        }
    }

    /// The moments.
    ///
    /// # Numerics
    /// n Var = Σy² − (Σy)²/n cancels: of 16 digits those of (mean / deviation)² are lost. Money of
    /// customers has deviations above its mean; what remains of a constant is set to 0.
    ///
    /// # Errors
    /// - `TooFew`: fewer than two customers
    /// - `OutOfRange`: a sum that is not finite; sums that no numbers have (Σy² < (Σy)²/n, or a
    ///   covariance above the product of the deviations)
    pub fn moments(&self) -> Result<Moments> {
        let squares = [
            self.outcome_squared,
            self.covariate_squared,
            self.product,
            self.count,
        ];
        for value in squares.into_iter().chain([self.outcome, self.covariate]) {
            require(value.is_finite(), "sum", value, 0, "finite")?;
        }
        if self.count < 2.0 {
            return Err(Error::TooFew {
                what: "customers in an arm",
                found: self.count.max(0.0) as usize,
                needed: 2,
            });
        }
        let centred = |squared: f64, sum: f64| -> Result<f64> {
            let centred = squared - sum * sum / self.count;
            let negligible = centred.abs() <= ROUNDING * squared;
            let rule = "not below the square of the sum over the count";
            require(negligible || centred > 0.0, "squares", squared, 0, rule)?;
            Ok(if negligible { 0.0 } else { centred })
        };
        let outcome = centred(self.outcome_squared, self.outcome)?;
        let covariate = centred(self.covariate_squared, self.covariate)?;
        let most = (outcome * covariate).sqrt();
        let product = self.product - self.outcome * self.covariate / self.count;
        let rounding = 1e-9 * (self.outcome_squared * self.covariate_squared).sqrt();
        require(
            product.abs() <= most + rounding,
            "product",
            self.product,
            0,
            "a covariance within the deviations",
        )?;
        let degrees = self.count - 1.0;
        Ok(Moments {
            count: self.count,
            mean: self.outcome / self.count,
            variance: outcome / degrees,
            covariate_mean: self.covariate / self.count,
            covariate_variance: covariate / degrees,
            covariance: product.clamp(-most, most) / degrees,
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Moments, Sums};
    use crate::Error;

    pub(crate) fn moments(rows: &[(f64, f64)]) -> Moments {
        let sums: Sums = rows.iter().copied().collect();
        sums.moments().expect("customers")
    }

    #[test]
    fn a_constant_has_no_variance() {
        let arm = moments(&[(0.1, 7.3); 1000]);
        assert!(arm.variance + arm.covariate_variance + arm.covariance.abs() < 1e-300);
        assert!((arm.mean - 0.1).abs() < 1e-13);
    }

    #[test]
    fn moments_are_those_of_the_customers() {
        let arm = moments(&[(1.0, 2.0), (3.0, 2.0), (8.0, 5.0)]);
        assert!(
            (arm.variance - 13.0).abs() < 1e-12 && (arm.covariate_variance - 3.0).abs() < 1e-12
        );
        assert!((arm.covariance - 6.0).abs() < 1e-12 && (arm.covariate_mean - 3.0).abs() < 1e-12);
    }

    #[test]
    fn sums_that_no_customers_have_are_refused() {
        let good: Sums = [(1.0, 2.0), (3.0, 2.0), (8.0, 5.0)].into_iter().collect();
        let (one, mut squares, mut product, mut infinite) =
            (Sums::of_events(1.0, 1.0), good, good, good);
        squares.outcome_squared = 47.0;
        product.product = 60.0;
        infinite.outcome = f64::INFINITY;
        assert!(matches!(one.moments(), Err(Error::TooFew { found: 1, .. })));
        for bad in [squares, product, infinite] {
            assert!(matches!(bad.moments(), Err(Error::OutOfRange { .. })));
        }
    }
}
