//! BG/BB: purchases at discrete opportunities (a season, a trip, a mailing) by customers who may
//! leave before each.

use super::history::History;
use super::process::Process;
use crate::numeric::Real;
use crate::numeric::gamma::ln_gamma;

/// Waits longer than this many opportunities are not told apart.
const LONGEST_WAIT: u32 = 100_000;

/// How often customers take an opportunity, and whether they have left.
///
/// While alive, a customer buys at an opportunity with probability p ~ Beta(α, β); before each
/// opportunity they leave with probability θ ~ Beta(γ, δ). Time is the number of opportunities: tₓ
/// of the last one taken, n all.
///
/// # Formula
/// ```text
/// L = B(α+x, β+n−x)/B(α, β) · B(γ, δ+n)/B(γ, δ)
///   + Σ_{i=tₓ}^{n−1} B(α+x, β+i−x)/B(α, β) · B(γ+1, δ+i)/B(γ, δ)
/// E[Y(t) | alive] = (α+x)/(α+β+n) · Σ_{i<t} B(γ, δ+n+1+i)/B(γ, δ+n+1)
/// ```
/// Alive means: not gone before opportunity n + 1. A span counts whole opportunities.
///
/// # Numerics
/// All terms are positive and follow from each other by ratios; the published difference of Γ's has
/// no value at γ = 1.
///
/// # Source
/// Fader, Hardie & Shang (2010), Marketing Science 29(6), eqs. 4, 9 and 11; agrees with `BTYD` on
/// its donations.
///
/// # Example
/// ```
/// use clientele_model::value::{BgBb, History, Process};
///
/// let donors = BgBb { alpha: 1.2035, beta: 0.7497, gamma: 0.6568, delta: 2.7834 };
/// let faithful = History { x: 6, t_x: 6.0, age: 6.0 };
/// assert!((donors.alive(&faithful) * donors.expected(&faithful, 5.0) - 3.75).abs() < 0.01);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgBb<R = f64> {
    /// First parameter of the distribution of p: purchases.
    pub alpha: R,
    /// Second parameter of the distribution of p: opportunities not taken.
    pub beta: R,
    /// First parameter of the distribution of θ: leavings.
    pub gamma: R,
    /// Second parameter of the distribution of θ: stayings.
    pub delta: R,
}

fn ln_beta<R: Real>(a: R, b: R) -> R {
    a.ln_gamma() + b.ln_gamma() - (a + b).ln_gamma()
}

impl<R: Real> BgBb<R> {
    /// The two addends of the likelihood, left and alive, relative to the first term of the sum.
    fn fates(&self, history: &History) -> (R, R) {
        let x = f64::from(history.x);
        let (first, silent) = (history.t_x, history.age - history.t_x);
        let mut left = R::constant(0.0);
        let mut died = R::constant(1.0);
        let mut alive = (self.gamma + self.delta + first) / self.gamma;
        for i in 0..silent as u32 {
            let i = first + f64::from(i);
            let missed = (self.beta + (i - x)) / (self.alpha + self.beta + i);
            left = left + died;
            died = died * missed * (self.delta + i) / (self.gamma + self.delta + (i + 1.0));
            alive = alive * missed * (self.delta + i) / (self.gamma + self.delta + i);
        }
        (left, alive)
    }

    /// The likelihood of a customer, all of which depends on x and tₓ.
    pub(crate) fn log_likelihood(&self, history: &History) -> R {
        let x = f64::from(history.x);
        let (left, alive) = self.fates(history);
        ln_beta(self.alpha + x, self.beta + (history.t_x - x)) - ln_beta(self.alpha, self.beta)
            + ln_beta(self.gamma + 1.0, self.delta + history.t_x)
            - ln_beta(self.gamma, self.delta)
            + (left + alive).ln()
    }
}

impl BgBb {
    /// The same customer as a new one, who has survived the coming opportunity's chance to leave.
    fn renewed(&self, history: &History) -> Self {
        let x = f64::from(history.x);
        Self {
            alpha: self.alpha + x,
            beta: self.beta + history.age - x,
            gamma: self.gamma,
            delta: self.delta + history.age + 1.0,
        }
    }

    /// The probability of staying for `chances` more opportunities after the coming one.
    fn stays(&self, chances: u32) -> f64 {
        let ratio = |i| (self.delta + f64::from(i)) / (self.gamma + self.delta + f64::from(i));
        (0..chances).map(ratio).product()
    }

    /// The probability of this many purchases at this many opportunities, without leaving.
    fn taken(&self, purchases: u32, opportunities: u32) -> f64 {
        let (y, n) = (f64::from(purchases), f64::from(opportunities));
        let ln_ways = ln_gamma(n + 1.0) - ln_gamma(y + 1.0) - ln_gamma(n - y + 1.0);
        let ln_odds = ln_beta(self.alpha + y, self.beta + n - y) - ln_beta(self.alpha, self.beta);
        (ln_ways + ln_odds).exp()
    }

    /// The probability of this many purchases at the coming opportunities.
    fn purchases(&self, purchases: u32, span: u32) -> f64 {
        let ends = purchases.max(1)..=span;
        ends.map(|end| {
            let leaves = if end == span { 0.0 } else { self.stays(end) };
            (self.stays(end - 1) - leaves) * self.taken(purchases, end)
        })
        .sum()
    }
}

impl Process for BgBb {
    fn alive(&self, history: &History) -> f64 {
        let (left, alive) = self.fates(history);
        let survives = self.delta + history.age;
        alive / (left + alive) * survives / (self.gamma + survives)
    }

    fn expected(&self, history: &History, span: f64) -> f64 {
        let next = self.renewed(history);
        let mut survives = 1.0;
        let mut opportunities = 0.0;
        for i in 0..span as u32 {
            opportunities += survives;
            survives *= (next.delta + f64::from(i)) / (next.gamma + next.delta + f64::from(i));
        }
        next.alpha / (next.alpha + next.beta) * opportunities
    }

    fn none(&self, history: &History, span: f64) -> f64 {
        match span as u32 {
            0 => 1.0,
            opportunities => self.renewed(history).purchases(0, opportunities),
        }
    }

    fn exceeds(&self, history: &History, span: f64, least: f64) -> Vec<f64> {
        let next = self.renewed(history);
        let mut exceeds = Vec::new();
        let mut above = 0.0;
        for purchases in (1..=span as u32).rev() {
            above += next.purchases(purchases, span as u32);
            exceeds.push(above);
        }
        exceeds.reverse();
        exceeds.truncate(exceeds.partition_point(|tail| *tail > least));
        exceeds
    }

    fn waiting(&self, history: &History, q: f64) -> f64 {
        let next = self.renewed(history);
        let mut missed = 1.0;
        for i in 0..LONGEST_WAIT {
            missed *= (next.beta + f64::from(i)) / (next.alpha + next.beta + f64::from(i));
            if missed <= 1.0 - q {
                return f64::from(i + 1);
            }
        }
        f64::INFINITY
    }

    fn bend(&self, history: &History) -> f64 {
        self.delta + history.age
    }
}
