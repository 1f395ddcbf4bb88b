//! A number that carries its first and second derivatives through a formula, so that a likelihood
//! is written once and yields its exact gradient and Hessian.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::gamma;

/// The most parameters a likelihood may have; those with fewer leave the last ones unused.
pub(crate) const PARAMETERS: usize = 4;

/// What a formula needs of its numbers: `f64` for the value alone, [`Dual`](super::Dual) for the
/// first derivatives too, [`Jet`] for the second ones as well.
pub trait Real:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
{
    fn constant(value: f64) -> Self;
    fn value(self) -> f64;
    /// f(self), given f and its first two derivatives there.
    fn chain(self, value: f64, first: f64, second: f64) -> Self;

    fn ln(self) -> Self {
        let inverse = self.value().recip();
        self.chain(self.value().ln(), inverse, -inverse * inverse)
    }

    fn exp(self) -> Self {
        let value = self.value().exp();
        self.chain(value, value, value)
    }

    fn ln_gamma(self) -> Self {
        let (first, second) = gamma::digamma_trigamma(self.value());
        self.chain(gamma::ln_gamma(self.value()), first, second)
    }
}

impl Real for f64 {
    fn constant(value: f64) -> Self {
        value
    }

    fn value(self) -> f64 {
        self
    }

    fn chain(self, value: f64, _: f64, _: f64) -> Self {
        value
    }

    fn ln(self) -> Self {
        f64::ln(self)
    }

    fn exp(self) -> Self {
        f64::exp(self)
    }

    fn ln_gamma(self) -> Self {
        gamma::ln_gamma(self)
    }
}

/// A value with its gradient and Hessian in up to [`PARAMETERS`] variables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Jet {
    pub(crate) value: f64,
    pub(crate) gradient: [f64; PARAMETERS],
    pub(crate) hessian: [[f64; PARAMETERS]; PARAMETERS],
}

impl Jet {
    /// The variable of this index, at `value`.
    pub(crate) fn variable(index: usize, value: f64) -> Self {
        let mut variable = Self::constant(value);
        variable.gradient[index] = 1.0;
        variable
    }

    fn zip(self, other: Self, value: f64, join: impl Fn(f64, f64) -> f64) -> Self {
        let mut out = Self::constant(value);
        for i in 0..PARAMETERS {
            out.gradient[i] = join(self.gradient[i], other.gradient[i]);
            for j in 0..PARAMETERS {
                out.hessian[i][j] = join(self.hessian[i][j], other.hessian[i][j]);
            }
        }
        out
    }
}

impl Real for Jet {
    fn constant(value: f64) -> Self {
        Self {
            value,
            gradient: [0.0; PARAMETERS],
            hessian: [[0.0; PARAMETERS]; PARAMETERS],
        }
    }

    fn value(self) -> f64 {
        self.value
    }

    fn chain(self, value: f64, first: f64, second: f64) -> Self {
        let mut out = Self::constant(value);
        for i in 0..PARAMETERS {
            let bent = second * self.gradient[i];
            out.gradient[i] = first * self.gradient[i];
            for j in 0..PARAMETERS {
                out.hessian[i][j] = first * self.hessian[i][j] + bent * self.gradient[j];
            }
        }
        out
    }
}

impl Add for Jet {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.zip(other, self.value + other.value, |a, b| a + b)
    }
}

impl Sub for Jet {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.zip(other, self.value - other.value, |a, b| a - b)
    }
}

impl Mul for Jet {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let (a, b) = (self.value, other.value);
        let mut out = self.zip(other, a * b, |of_a, of_b| of_a * b + a * of_b);
        for i in 0..PARAMETERS {
            for j in 0..PARAMETERS {
                out.hessian[i][j] +=
                    self.gradient[i] * other.gradient[j] + other.gradient[i] * self.gradient[j];
            }
        }
        out
    }
}

impl Div for Jet {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let inverse = other.value.recip();
        let value = self.value * inverse;
        let mut out = self.zip(other, value, |of_self, of_other| {
            (of_self - value * of_other) * inverse
        });
        let slope = other.gradient.map(|cell| cell * inverse);
        for i in 0..PARAMETERS {
            for j in 0..PARAMETERS {
                out.hessian[i][j] -= out.gradient[i] * slope[j] + slope[i] * out.gradient[j];
            }
        }
        out
    }
}

impl Neg for Jet {
    type Output = Self;

    fn neg(self) -> Self {
        self * -1.0
    }
}

impl Add<f64> for Jet {
    type Output = Self;

    fn add(mut self, other: f64) -> Self {
        self.value += other;
        self
    }
}

impl Sub<f64> for Jet {
    type Output = Self;

    fn sub(self, other: f64) -> Self {
        self + -other
    }
}

impl Mul<f64> for Jet {
    type Output = Self;

    fn mul(self, other: f64) -> Self {
        Self {
            value: self.value * other,
            gradient: self.gradient.map(|cell| cell * other),
            hessian: self.hessian.map(|row| row.map(|cell| cell * other)),
        }
    }
}

/// A function of few variables at one place, to the second order; or a weighted sum of such, which
/// is quicker taken in the variables that its terms share than in [`Jet`]s of the parameters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expansion<const N: usize> {
    pub(crate) value: f64,
    pub(crate) gradient: [f64; N],
    /// The lower half is enough.
    pub(crate) hessian: [[f64; N]; N],
}

impl<const N: usize> Expansion<N> {
    pub(crate) const ZERO: Self = Self {
        value: 0.0,
        gradient: [0.0; N],
        hessian: [[0.0; N]; N],
    };

    pub(crate) fn add(&mut self, other: &Self, weight: f64) {
        self.value += weight * other.value;
        for i in 0..N {
            self.gradient[i] += weight * other.gradient[i];
            for j in 0..=i {
                self.hessian[i][j] += weight * other.hessian[i][j];
            }
        }
    }

    /// The same by what the variables, given at this place, are functions of.
    pub(crate) fn by<R: Real>(&self, variables: [R; N]) -> R {
        let away = variables.map(|variable| variable - variable.value());
        let mut sum = R::constant(self.value);
        for i in 0..N {
            sum = sum + away[i] * self.gradient[i] + away[i] * away[i] * (0.5 * self.hessian[i][i]);
            for j in 0..i {
                sum = sum + away[i] * away[j] * self.hessian[i][j];
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::{Expansion, Jet, Real};

    fn formula<R: Real>(x: R, y: R) -> R {
        (x * y + 2.0).ln() * (-y).exp() - (x / y).ln_gamma() * 3.0
    }

    #[test]
    fn derivatives_agree_with_differences() {
        let (x, y, step) = (1.3, 0.7, 1e-4);
        let jet = formula(Jet::variable(0, x), Jet::variable(1, y));
        let along_x = (formula(x + step, y) - formula(x - step, y)) / (2.0 * step);
        let mixed = (formula(x + step, y + step) + formula(x - step, y - step)
            - formula(x + step, y - step)
            - formula(x - step, y + step))
            / (4.0 * step * step);
        assert!((jet.value - formula(x, y)).abs() < 1e-14);
        assert!((jet.gradient[0] - along_x).abs() < 1e-6);
        assert!((jet.hessian[0][1] - mixed).abs() < 1e-5);
        assert!((jet.hessian[1][0] - mixed).abs() < 1e-5);
    }

    #[test]
    fn an_expansion_by_inner_variables_is_the_formula_by_outer_ones() {
        let (x, y) = (Jet::variable(0, 1.3), Jet::variable(1, 0.7));
        let (inner, other) = (x * y, (x + y).exp());
        let (a, b) = (inner.value, other.value);
        let product = Expansion {
            value: a * a * b,
            gradient: [2.0 * a * b, a * a],
            hessian: [[2.0 * b, 0.0], [2.0 * a, 0.0]],
        };
        let mut twice = Expansion::ZERO;
        twice.add(&product, 2.0);
        let (found, wanted) = (twice.by([inner, other]), inner * inner * other * 2.0);
        assert!((found.value - wanted.value).abs() < 1e-13);
        for i in 0..2 {
            assert!((found.gradient[i] - wanted.gradient[i]).abs() < 1e-12);
            for j in 0..2 {
                assert!((found.hessian[i][j] - wanted.hessian[i][j]).abs() < 1e-12);
            }
        }
    }
}
