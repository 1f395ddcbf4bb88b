//! (M)BG/CNBD-k: purchases at regular intervals, by customers who may leave after each. With k = 1
//! it is the BG/NBD or MBG/NBD.

use super::history::{Cell, History};
use super::negative_binomial::{Counts, waiting};
use super::process::Process;
use crate::numeric::{Expansion, Real};

/// How often customers with a rhythm buy, and whether they have left.
///
/// While alive, a customer's gaps between purchases are Erlang-k: the sum of k exponential waits,
/// so that a larger k is a steadier rhythm. The waits pass at rate λ ~ Gamma(r, α); after each
/// purchase the customer leaves with probability p ~ Beta(a, b), with `at_first` after the first
/// one too.
///
/// # Formula
/// ```text
/// L = Γ(r+kx)/Γ(r) · α^r/(α+T)^(r+kx) · B(a, b+x+m)/B(a, b) ·
///     [ Σ_{j<k} (r+kx)_j/j! · ((T−tₓ)/(α+T))^j  +  [x+m>0] · a/(b+x+m−1) · ((α+T)/(α+tₓ))^(r+kx) ]
/// m = 1 with `at_first`, else 0. The constant Σ (k−1)·ln gap − x·lnΓ(k) is added by the fit.
/// E[Y(t) | alive] = Σ_n P(n purchases fit into t) · Σ_{i<n} B(a, b′+i)/B(a, b′),   b′ = b+x+m
/// ```
/// # Numerics
/// Expected purchases are a sum of positive terms. The published form 1/(a−1)·[1 − …₂F₁…] cancels
/// for short spans and has no value at a = 1; for k > 1 the literature only approximates what this
/// sum gives exactly.
///
/// # Source
/// Platzer & Reutterer (2016), Marketing Science 35(5); Fader, Hardie & Lee (2005), Marketing
/// Science 24(2); Batislam, Denizel & Filiztekin (2007), Int. J. of Research in Marketing 24(3).
///
/// # Example
/// ```
/// use clientele_model::value::{CnbdK, History, Process};
///
/// let bg_nbd = CnbdK { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426, k: 1, at_first: false };
/// let customer = History { x: 2, t_x: 30.43, age: 38.86 };
/// let expected = bg_nbd.alive(&customer) * bg_nbd.expected(&customer, 39.0);
/// assert!((expected - 1.226).abs() < 5e-4);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CnbdK<R = f64> {
    /// Shape of the rates' distribution.
    pub r: R,
    /// Its rate, a time.
    pub alpha: R,
    /// First parameter of the distribution of p: leavings.
    pub a: R,
    /// Second parameter of the distribution of p: stayings.
    pub b: R,
    /// Exponential waits in a gap, from 1.
    pub k: u32,
    /// Whether a customer may leave after the first purchase already.
    pub at_first: bool,
}

impl<R: Real> CnbdK<R> {
    /// Chances to leave so far.
    fn chances(&self, x: u32) -> f64 {
        f64::from(x) + f64::from(u8::from(self.at_first))
    }

    /// r + kx.
    fn shape(&self, x: u32) -> R {
        self.r + f64::from(self.k) * f64::from(x)
    }

    /// (r+kx)_j/j! · ((T−tₓ)/(α+T))^j for j = 0…k−1: how likely j waits have passed since the last
    /// purchase.
    fn phases(&self, history: &History) -> impl Iterator<Item = R> {
        let mut term = R::constant(1.0);
        (0..self.k).map(move |j| {
            if j > 0 {
                let passed = R::constant(history.age - history.t_x) / (self.alpha + history.age);
                let waited = self.shape(history.x) + f64::from(j - 1);
                term = term * waited * passed * f64::from(j).recip();
            }
            term
        })
    }

    /// (r+kx) · ln((α+T)/(α+tₓ)): how unlikely the silence is, of a customer who is alive.
    fn silence(&self, history: &History) -> R {
        let ratio = (self.alpha + history.age) / (self.alpha + history.t_x);
        self.shape(history.x) * ratio.ln()
    }

    /// What the likelihood of a customer owes to x alone.
    pub(crate) fn log_counts(&self, x: u32) -> R {
        let chances = self.chances(x);
        self.shape(x).ln_gamma() - self.r.ln_gamma()
            + self.r * self.alpha.ln()
            + (self.b + chances).ln_gamma()
            - self.b.ln_gamma()
            + (self.a + self.b).ln_gamma()
            - (self.a + self.b + chances).ln_gamma()
    }

    /// The rest of it, summed over all customers of some cells.
    pub(crate) fn log_timings<'a>(&self, cells: impl Iterator<Item = &'a Cell>) -> R {
        let mut sum = R::constant(0.0);
        let mut cells = cells.peekable();
        while let Some(x) = cells.peek().map(|cell| cell.history.x) {
            let of_x = std::iter::from_fn(|| cells.next_if(|cell| cell.history.x == x));
            let shared = [self.shape(x), self.alpha, self.leaving(x)];
            sum = sum
                + if self.k == 1 {
                    log_timings_of_poisson(shared, of_x)
                } else {
                    self.log_timings_of(shared, of_x)
                };
        }
        sum
    }

    /// a/(b+x+m−1), how likely a customer is to have left after the last purchase; 0 without a
    /// chance to.
    fn leaving(&self, x: u32) -> R {
        let chances = self.chances(x);
        if chances > 0.0 {
            self.a / (self.b + (chances - 1.0))
        } else {
            R::constant(0.0)
        }
    }

    /// Of customers with the same x, by r+kx, α and [`leaving`](Self::leaving).
    fn log_timings_of<'a>(
        &self,
        [shape, alpha, leaving]: [R; 3],
        cells: impl Iterator<Item = &'a Cell>,
    ) -> R {
        let zero = R::constant(0.0);
        cells.fold(zero, |sum, cell| {
            let history = &cell.history;
            let phases = self.phases(history).fold(zero, |sum, phase| sum + phase);
            let stayed = phases * (-self.silence(history)).exp();
            let bought = shape * (alpha + history.t_x).ln();
            sum + ((stayed + leaving).ln() - bought) * cell.customers
        })
    }
}

/// The same with one wait in a gap, where derivatives are added up as numbers by what is shared.
fn log_timings_of_poisson<'a, R: Real>(shared: [R; 3], cells: impl Iterator<Item = &'a Cell>) -> R {
    let at = shared.map(R::value);
    let mut sum = Expansion::ZERO;
    for cell in cells {
        sum.add(&log_timing(at, &cell.history), cell.customers);
    }
    sum.by(shared)
}

/// ln( ((α+tₓ)/(α+T))^s + c ) − s · ln(α+tₓ), by s = r+x, α and c = a/(b+x+m−1): with one wait in a
/// gap, all that a customer's times add to the likelihood.
fn log_timing([s, alpha, c]: [f64; 3], history: &History) -> Expansion<3> {
    let (now, last) = (alpha + history.age, alpha + history.t_x);
    let (by_now, by_last) = (now.recip(), last.recip());
    let (passed, ln_last) = ((now * by_last).ln(), last.ln());
    let stayed = (-s * passed).exp();
    let by_fate = (stayed + c).recip();
    // the derivatives of ln `stayed`, and how much of the fate it is
    let (by_s, by_alpha) = (-passed, s * (by_last - by_now));
    let share = stayed * by_fate;
    let bend = share * (1.0 - share);
    let cross = -share * by_fate;
    let apart = by_now - by_last;
    Expansion {
        value: (stayed + c).ln() - s * ln_last,
        gradient: [
            share * by_s - ln_last,
            share * by_alpha - s * by_last,
            by_fate,
        ],
        hessian: [
            [bend * by_s * by_s, 0.0, 0.0],
            [
                bend * by_s * by_alpha - share * apart - by_last,
                bend * by_alpha * by_alpha
                    + share * s * apart * (by_now + by_last)
                    + s * by_last * by_last,
                0.0,
            ],
            [cross * by_s, cross * by_alpha, -by_fate * by_fate],
        ],
    }
}

impl CnbdK {
    /// The probabilities that 0, 1, 2… purchases would fit into `span`, if the customer could not
    /// leave: a mixture over how many waits have passed since the last purchase.
    fn fits(&self, history: &History, span: f64) -> impl Iterator<Item = f64> {
        let whole: f64 = self.phases(history).sum();
        let mut phases: Vec<_> = (0..self.k)
            .zip(self.phases(history))
            .map(|(phase, weight)| {
                let shape = self.shape(history.x) + f64::from(phase);
                let counts = Counts::new(shape, self.alpha + history.age, span);
                (f64::from(phase), weight / whole, counts.peekable())
            })
            .collect();
        let mut purchases = 0_u32;
        std::iter::from_fn(move || {
            purchases += 1;
            let waits = f64::from(self.k) * f64::from(purchases);
            let (mut sum, mut more) = (0.0, false);
            for (phase, weight, counts) in &mut phases {
                while let Some((_, probability)) = counts.next_if(|next| next.0 + *phase < waits) {
                    sum += *weight * probability;
                    more = true;
                }
                more |= counts.peek().is_some();
            }
            more.then_some(sum)
        })
    }

    /// E[(1−p)^n] for n = 0, 1, 2…: the probabilities of staying for n more purchases.
    fn stays(&self, history: &History) -> impl Iterator<Item = f64> {
        let (a, b) = (self.a, self.b + self.chances(history.x));
        let mut term = 1.0;
        (0_u32..).map(move |n| {
            let here = term;
            term *= (b + f64::from(n)) / (a + b + f64::from(n));
            here
        })
    }
}

impl Process for CnbdK {
    fn alive(&self, history: &History) -> f64 {
        if self.chances(history.x) < 1.0 {
            return 1.0;
        }
        let left = self.leaving(history.x) * self.silence(history).exp();
        1.0 / (1.0 + left / self.phases(history).sum::<f64>())
    }

    fn expected(&self, history: &History, span: f64) -> f64 {
        let (mut sum, mut made) = (0.0, 0.0);
        for (fit, stay) in self.fits(history, span).zip(self.stays(history)) {
            sum += fit * made;
            made += stay;
        }
        sum
    }

    fn none(&self, history: &History, span: f64) -> f64 {
        if self.k == 1 {
            let shape = self.shape(history.x);
            return (-shape * (span / (self.alpha + history.age)).ln_1p()).exp();
        }
        // No purchase yet at the end: the phases of the longer silence against those of today's.
        let later = History {
            age: history.age + span,
            ..*history
        };
        let lost = self.shape(history.x) * (span / (self.alpha + history.age)).ln_1p();
        self.phases(&later).sum::<f64>() / self.phases(history).sum::<f64>() * (-lost).exp()
    }

    fn exceeds(&self, history: &History, span: f64, least: f64) -> Vec<f64> {
        let mut more = 1.0;
        let tail = |(fit, stay): (f64, f64)| {
            more -= fit;
            more * stay
        };
        let tails = self.fits(history, span).zip(self.stays(history)).map(tail);
        tails.take_while(|tail| *tail > least).collect()
    }

    fn waiting(&self, history: &History, q: f64) -> f64 {
        let longest = waiting(self.shape(history.x), self.alpha + history.age, q);
        if self.k == 1 {
            return longest;
        }
        // A steady customer waits longer than for one exponential wait, and less than for k in a
        // row.
        let mut upper = longest;
        while self.none(history, upper) > 1.0 - q {
            upper *= 2.0;
        }
        let mut lower = 0.0;
        for _ in 0..60 {
            let middle = 0.5 * (lower + upper);
            if self.none(history, middle) > 1.0 - q {
                lower = middle;
            } else {
                upper = middle;
            }
        }
        upper
    }

    fn bend(&self, history: &History) -> f64 {
        self.alpha + history.age
    }

    fn minds_recency(&self) -> bool {
        self.k > 1
    }
}

#[cfg(test)]
mod tests {
    use super::CnbdK;
    use crate::numeric::{Jet, Real};
    use crate::value::{Cell, History, Process};

    const STEADY: CnbdK = CnbdK {
        r: 5.0,
        alpha: 5.0,
        a: 0.5,
        b: 9.5,
        k: 4,
        at_first: true,
    };

    #[test]
    fn with_one_wait_the_likelihood_and_its_derivatives_are_those_of_any_number() {
        let values = [0.3, 5.0, 0.8, 2.4_f64];
        let [r, alpha, a, b] =
            std::array::from_fn(|index| Jet::variable(index, values[index].ln()).exp());
        for (x, t_x, age, at_first) in [
            (0, 0.0, 30.0, false),
            (0, 0.0, 30.0, true),
            (2, 12.0, 30.0, false),
            (40, 29.0, 30.0, true),
        ] {
            let model = CnbdK {
                r,
                alpha,
                a,
                b,
                k: 1,
                at_first,
            };
            let history = History { x, t_x, age };
            let cells = [Cell {
                history,
                customers: 3.0,
            }];
            let shared = [model.shape(x), alpha, model.leaving(x)];
            let wanted = model.log_timings_of(shared, cells.iter());
            let found = model.log_timings(cells.iter());
            let near =
                |found: f64, wanted: f64| (found - wanted).abs() < 1e-9 * wanted.abs().max(1.0);
            assert!(near(found.value, wanted.value), "{x}");
            for i in 0..values.len() {
                assert!(near(found.gradient[i], wanted.gradient[i]), "{x} {i}");
                for j in 0..values.len() {
                    let (found, wanted) = (found.hessian[i][j], wanted.hessian[i][j]);
                    assert!(near(found, wanted), "{x} {i} {j}: {found} {wanted}");
                }
            }
        }
    }

    #[test]
    fn a_steady_buyer_is_missed_sooner() {
        let poisson = CnbdK {
            r: 5.0,
            alpha: 20.0,
            k: 1,
            ..STEADY
        };
        let late = History {
            x: 5,
            t_x: 20.0,
            age: 34.0,
        };
        assert!(STEADY.alive(&late) < poisson.alive(&late));
    }

    #[test]
    fn the_next_purchase_comes_after_a_gap() {
        let just_bought = History {
            x: 10,
            t_x: 40.0,
            age: 40.0,
        };
        let half_way = History {
            x: 10,
            t_x: 40.0,
            age: 42.0,
        };
        let gap = STEADY.waiting(&just_bought, 0.5);
        assert!((3.0..5.0).contains(&gap), "{gap}");
        assert!(STEADY.waiting(&half_way, 0.5) < gap - 1.0);
        assert!((STEADY.none(&just_bought, gap) - 0.5).abs() < 1e-9);
    }
}
