//! A number that carries its first derivatives through a formula.

use std::array::from_fn;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::Real;

/// Variables by which derivatives are carried at once.
pub(crate) const VARIABLES: usize = 10;

/// A value with its gradient in up to [`VARIABLES`] variables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dual {
    pub(crate) value: f64,
    pub(crate) gradient: [f64; VARIABLES],
}

impl Dual {
    /// The variable of this index, at `value`.
    pub(crate) fn variable(index: usize, value: f64) -> Self {
        let mut variable = Self::constant(value);
        variable.gradient[index] = 1.0;
        variable
    }

    /// A function of two numbers, given its value and its slopes along both.
    fn zip(self, other: Self, value: f64, (along_self, along_other): (f64, f64)) -> Self {
        Self {
            value,
            gradient: from_fn(|variable| {
                along_self * self.gradient[variable] + along_other * other.gradient[variable]
            }),
        }
    }
}

impl Real for Dual {
    fn constant(value: f64) -> Self {
        Self {
            value,
            gradient: [0.0; VARIABLES],
        }
    }

    fn value(self) -> f64 {
        self.value
    }

    fn chain(self, value: f64, first: f64, _: f64) -> Self {
        Self {
            value,
            gradient: self.gradient.map(|cell| first * cell),
        }
    }
}

impl Add for Dual {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.zip(other, self.value + other.value, (1.0, 1.0))
    }
}

impl Sub for Dual {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.zip(other, self.value - other.value, (1.0, -1.0))
    }
}

impl Mul for Dual {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        self.zip(other, self.value * other.value, (other.value, self.value))
    }
}

impl Div for Dual {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let (value, inverse) = (self.value / other.value, other.value.recip());
        self.zip(other, value, (inverse, -value * inverse))
    }
}

impl Neg for Dual {
    type Output = Self;

    fn neg(self) -> Self {
        self * -1.0
    }
}

impl Add<f64> for Dual {
    type Output = Self;

    fn add(mut self, other: f64) -> Self {
        self.value += other;
        self
    }
}

impl Sub<f64> for Dual {
    type Output = Self;

    fn sub(self, other: f64) -> Self {
        self + -other
    }
}

impl Mul<f64> for Dual {
    type Output = Self;

    fn mul(self, other: f64) -> Self {
        self.chain(self.value * other, other, 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Dual, Real};
    use crate::numeric::Jet;

    fn formula<R: Real>(x: R, y: R) -> R {
        (x * y + 2.0).ln() * (-y).exp() - (x / y).ln_gamma() * 3.0 - 1.0
    }

    #[test]
    fn it_is_a_jet_without_second_derivatives() {
        let dual = formula(Dual::variable(3, 1.3), Dual::variable(1, 0.7));
        let jet = formula(Jet::variable(3, 1.3), Jet::variable(1, 0.7));
        assert!((dual.value - jet.value).abs() < 1e-14);
        for (found, wanted) in dual.gradient.iter().zip(jet.gradient) {
            assert!((found - wanted).abs() < 1e-13, "{found} {wanted}");
        }
        assert!(dual.gradient[4..].iter().all(|cell| cell.abs() < 1e-300));
    }
}
