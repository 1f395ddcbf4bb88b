//! Pareto/NBD: purchases at random by customers who may leave at any moment.

use super::history::History;
use super::negative_binomial::waiting;
use super::process::Process;
use crate::numeric::{Real, hypergeometric, quadrature};

/// How often customers buy, and whether they have left.
///
/// While alive, a customer buys at rate λ ~ Gamma(r, α), and leaves at rate μ ~ Gamma(s, β).
///
/// # Formula
/// ```text
/// L = Γ(r+x)/Γ(r) · α^r β^s · [ Q(T) + s/m · (Q(tₓ)·F(tₓ) − Q(T)·F(T)) ],   m = r+s+x
/// Q(t) = (α+t)^−(r+x) · (β+t)^−s,   F(t) = ₂F₁(r+x, 1; m+1; (α−β)/(α+t))
/// P(alive) = Q(T) / [ … ]
/// E[Y(t) | alive] = (r+x)/(α+T) · ∫₀ᵗ ((β+T)/(β+T+u))^s du
/// P(Y(t) > n | alive) = ∫₀ᵗ f(n+1, u) · ((β+T)/(β+T+u))^s du,
///     f(n, ·) the density of the n-th purchase
/// ```
/// # Numerics
/// The textbook subtracts two ₂F₁(r+s+x, s+1; …) and changes form where α and β cross. This form,
/// by Euler's transformation, is one for both sides and is taken relative to Q(tₓ), so that nothing
/// over- or underflows. At s = 1 the integral is a logarithm; it is computed as one near there.
///
/// # Source
/// Schmittlein, Morrison & Colombo (1987), Management Science 33(1); Fader & Hardie (2005), "A note
/// on deriving the Pareto/NBD model". Agrees with `CLVTools` 0.12.1 and mpmath.
///
/// # Example
/// ```
/// use clientele_model::value::{History, ParetoNbd, Process};
///
/// let pareto = ParetoNbd { r: 0.553, alpha: 10.58, s: 0.606, beta: 11.656 };
/// let expected = pareto.expected(&History::NEW, 52.0);
/// assert!((expected - 1.473).abs() < 1e-3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParetoNbd<R = f64> {
    /// Shape of the purchase rates' distribution.
    pub r: R,
    /// Its rate, a time.
    pub alpha: R,
    /// Shape of the leaving rates' distribution.
    pub s: R,
    /// Its rate, a time.
    pub beta: R,
}

impl<R: Real> ParetoNbd<R> {
    /// ln(Q(tₓ)/Q(T)), and [ … ]/Q(tₓ).
    fn silence(&self, history: &History) -> (R, R) {
        let shape = self.r + f64::from(history.x);
        let whole = shape + self.s;
        let left = |at: f64| {
            let z = (self.alpha - self.beta) / (self.alpha + at);
            hypergeometric::with_unit(shape, whole + 1.0, z) * self.s / whole
        };
        let unlikely = shape * ((self.alpha + history.age) / (self.alpha + history.t_x)).ln()
            + self.s * ((self.beta + history.age) / (self.beta + history.t_x)).ln();
        let fate = left(history.t_x) + (-unlikely).exp() * (-left(history.age) + 1.0);
        (unlikely, fate)
    }

    /// What the likelihood of a customer owes to x alone.
    pub(crate) fn log_counts(&self, x: u32) -> R {
        (self.r + f64::from(x)).ln_gamma() - self.r.ln_gamma()
            + self.r * self.alpha.ln()
            + self.s * self.beta.ln()
    }

    /// The rest of it.
    pub(crate) fn log_timing(&self, history: &History) -> R {
        let (_, fate) = self.silence(history);
        fate.ln()
            - (self.r + f64::from(history.x)) * (self.alpha + history.t_x).ln()
            - self.s * (self.beta + history.t_x).ln()
    }
}

impl ParetoNbd {
    /// The same customer as a new one, who is alive.
    fn renewed(&self, history: &History) -> Self {
        Self {
            r: self.r + f64::from(history.x),
            alpha: self.alpha + history.age,
            s: self.s,
            beta: self.beta + history.age,
        }
    }
}

impl Process for ParetoNbd {
    fn alive(&self, history: &History) -> f64 {
        let (unlikely, fate) = self.silence(history);
        (-unlikely).exp() / fate
    }

    fn expected(&self, history: &History, span: f64) -> f64 {
        let next = self.renewed(history);
        let length = (span / next.beta).ln_1p();
        let fade = (next.s - 1.0) * length;
        let mean = if fade.abs() < 1e-9 {
            1.0 - 0.5 * fade
        } else {
            -(-fade).exp_m1() / fade
        };
        next.r / next.alpha * next.beta * length * mean
    }

    fn none(&self, history: &History, span: f64) -> f64 {
        let next = self.renewed(history);
        let (unlikely, fate) = next.silence(&History {
            age: span,
            ..History::NEW
        });
        debug_assert!(unlikely >= 0.0);
        fate
    }

    fn exceeds(&self, history: &History, span: f64, least: f64) -> Vec<f64> {
        let next = self.renewed(history);
        let nodes = next.nodes(span);
        let mut exceeds = Vec::new();
        let mut terms = vec![0.0; nodes.len()];
        let mut ln_ways = next.r.ln();
        for n in 0_u32.. {
            let count = f64::from(n);
            if n % FRESH == 0 {
                for (term, node) in terms.iter_mut().zip(&nodes) {
                    *term = (ln_ways + node.ln_base + count * node.share.ln()).exp();
                }
            }
            let tail: f64 = terms.iter().sum();
            if tail <= least {
                break;
            }
            exceeds.push(tail.min(1.0));
            let more = (next.r + count + 1.0) / (count + 1.0);
            ln_ways += more.ln();
            for (term, node) in terms.iter_mut().zip(&nodes) {
                *term *= more * node.share;
            }
        }
        exceeds
    }

    fn waiting(&self, history: &History, q: f64) -> f64 {
        let next = self.renewed(history);
        waiting(next.r, next.alpha, q)
    }

    fn bend(&self, history: &History) -> f64 {
        self.beta + history.age
    }
}

/// Terms are taken from their logarithms every so often: those that began below the least `f64` may
/// grow.
const FRESH: u32 = 32;

/// A node of the integral over the time of the n-th purchase.
struct Node {
    /// The logarithm of what does not depend on n.
    ln_base: f64,
    /// What is raised to n.
    share: f64,
}

impl ParetoNbd {
    /// The nodes up to `span`. Time runs as ln(1 + u/α), in panels that double, or grow more slowly
    /// when many purchases make the integrand narrow.
    fn nodes(&self, span: f64) -> Vec<Node> {
        let end = (span / self.alpha).ln_1p();
        let growth = 1.0 + 4.0 / (16.0 + self.r + self.r * span / self.alpha).sqrt();
        let mut nodes = Vec::new();
        let mut to = end;
        while to > 0.0 {
            let from = if to * (self.r + 1.0) < 0.5 {
                0.0
            } else {
                to / growth
            };
            for (point, weight) in quadrature::points(from, to) {
                let survived = self.s * (self.alpha * point.exp_m1() / self.beta).ln_1p();
                let ln_base = weight.ln() - self.r * point - survived;
                nodes.push(Node {
                    ln_base,
                    share: -(-point).exp_m1(),
                });
            }
            to = from;
        }
        nodes
    }
}

#[cfg(test)]
mod tests {
    use super::ParetoNbd;
    use crate::value::{History, Process};

    #[test]
    fn of_two_as_silent_customers_the_more_frequent_has_left() {
        let cdnow = ParetoNbd {
            r: 0.553_397,
            alpha: 10.580_199,
            s: 0.606_062,
            beta: 11.656_224,
        };
        // Expected purchases in 52 weeks after 39, the last one in week 20; BTYD 2.4.3.
        for (x, wanted) in [(10, 0.705_967), (20, 0.022_499_3), (40, 5.495_2e-6)] {
            let customer = History {
                x,
                t_x: 20.0,
                age: 39.0,
            };
            let expected = cdnow.alive(&customer) * cdnow.expected(&customer, 52.0);
            assert!((expected / wanted - 1.0).abs() < 1e-3, "{x}: {expected}");
        }
    }

    #[test]
    fn nothing_jumps_where_alpha_and_beta_cross() {
        let customer = History {
            x: 3,
            t_x: 20.0,
            age: 30.0,
        };
        let at = |alpha| ParetoNbd {
            r: 0.6,
            alpha,
            s: 0.8,
            beta: 10.0,
        };
        let alive = [10.0 - 1e-9, 10.0, 10.0 + 1e-9].map(|alpha| at(alpha).alive(&customer));
        assert!((alive[0] - alive[1]).abs() < 1e-9 && (alive[2] - alive[1]).abs() < 1e-9);
        let log_timing = [10.0 - 1e-9, 10.0 + 1e-9].map(|alpha| at(alpha).log_timing(&customer));
        assert!((log_timing[0] - log_timing[1]).abs() < 1e-8);
    }
}
