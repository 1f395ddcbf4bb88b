//! NBD: purchases at random, at a rate of each customer's own, by customers who never leave.

use super::history::History;
use super::negative_binomial::{Counts, waiting};
use super::process::Process;
use crate::numeric::Real;

/// How often customers buy, when nobody leaves: the baseline that the other models must beat.
///
/// A customer buys at rate λ ~ Gamma(r, α), for ever.
///
/// # Formula
/// ```text
/// L(r, α | x, T) = Γ(r+x)/Γ(r) · (α/(α+T))^r · (1/(α+T))^x
/// ```
/// # Source
/// Ehrenberg (1959), Applied Statistics 8(1); Schmittlein, Bemmaor & Morrison (1985), Marketing
/// Science 4(3). The likelihood is that of the purchase times, without x!, as in `BTYDplus`.
///
/// # Example
/// ```
/// use clientele_model::value::{History, Nbd, Process};
///
/// let nbd = Nbd { r: 0.5, alpha: 10.0 };
/// let expected = nbd.expected(&History { x: 2, t_x: 30.0, age: 40.0 }, 20.0);
/// assert!((expected - 1.0).abs() < 1e-12); // (0.5 + 2) / (10 + 40) · 20
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nbd<R = f64> {
    /// Shape of the rates' distribution.
    pub r: R,
    /// Its rate, a time.
    pub alpha: R,
}

impl<R: Real> Nbd<R> {
    /// What the likelihood of a customer owes to x alone.
    pub(crate) fn log_counts(&self, x: u32) -> R {
        (self.r + f64::from(x)).ln_gamma() - self.r.ln_gamma() + self.r * self.alpha.ln()
    }

    /// The rest of it.
    pub(crate) fn log_timing(&self, history: &History) -> R {
        -(self.r + f64::from(history.x)) * (self.alpha + history.age).ln()
    }
}

impl Nbd {
    fn shape_and_rate(&self, history: &History) -> (f64, f64) {
        (self.r + f64::from(history.x), self.alpha + history.age)
    }
}

impl Process for Nbd {
    fn alive(&self, _: &History) -> f64 {
        1.0
    }

    fn expected(&self, history: &History, span: f64) -> f64 {
        let (shape, rate) = self.shape_and_rate(history);
        shape * span / rate
    }

    fn none(&self, history: &History, span: f64) -> f64 {
        let (shape, rate) = self.shape_and_rate(history);
        (-shape * (span / rate).ln_1p()).exp()
    }

    fn exceeds(&self, history: &History, span: f64, least: f64) -> Vec<f64> {
        let (shape, rate) = self.shape_and_rate(history);
        let counts: Vec<_> = Counts::new(shape, rate, span).collect();
        let mut above = 0.0;
        let mut exceeds: Vec<f64> = counts
            .iter()
            .rev()
            .map(|(_, probability)| {
                let tail = above;
                above += probability;
                tail
            })
            .collect();
        exceeds.extend(std::iter::repeat_n(1.0, counts[0].0 as usize));
        exceeds.reverse();
        exceeds.truncate(exceeds.partition_point(|tail| *tail > least));
        exceeds
    }

    fn waiting(&self, history: &History, q: f64) -> f64 {
        let (shape, rate) = self.shape_and_rate(history);
        waiting(shape, rate, q)
    }

    fn bend(&self, history: &History) -> f64 {
        self.alpha + history.age
    }
}
