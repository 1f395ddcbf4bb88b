//! Gamma-Gamma: what a customer's purchases bring on average, when few of them were seen.

use std::ops::Deref;

use ndarray::Array1;
use rayon::prelude::*;

use super::estimate::Estimate;
use super::fit::Params;
use super::objective::{Columns, Likelihood, Prior, estimate};
use crate::numeric::Real;
use crate::numeric::jet::PARAMETERS;
use crate::{Error, Result};

const NAMES: [&str; 3] = ["p", "q", "gamma"];

/// The mean amount (revenue or margin) of a customer's repeat purchases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spend {
    /// Repeat purchases, at least 1.
    pub x: u32,
    /// Their mean amount, above 0.
    pub mean: f64,
    /// Customers of whom this is so.
    pub customers: f64,
}

/// What the purchases of each customer bring on average.
///
/// The amounts of a customer's purchases are Gamma(p, ν), with ν ~ Gamma(q, γ) different for each
/// customer and independent of how often they buy. A customer seen often is judged by their own
/// mean, one seen seldom by the shop's.
///
/// # Formula
/// ```text
/// L(p, q, γ | x, z̄) = Γ(px+q)/(Γ(px)Γ(q)) · γ^q z̄^(px−1) x^(px) / (γ + x·z̄)^(px+q)
/// E[M | x, z̄] = p·(γ + x·z̄) / (px + q − 1)
/// ```
/// # Source
/// Fader & Hardie (2013), "The Gamma-Gamma model of monetary value"; agrees with `CLVTools` on
/// CDNOW.
///
/// # Example
/// ```
/// use clientele_model::value::GammaGamma;
///
/// let spend = GammaGamma { p: 6.24935, q: 3.74426, gamma: 15.44431 };
/// assert!((spend.expected(2, 22.345) - 24.65).abs() < 0.01);
/// assert!((spend.expected(0, 0.0) - 35.17).abs() < 0.01); // never seen again: the shop's mean
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGamma<R = f64> {
    /// Shape of a customer's amounts.
    pub p: R,
    /// Shape of the distribution of customers.
    pub q: R,
    /// Its rate, an amount.
    pub gamma: R,
}

impl<R: Real> GammaGamma<R> {
    /// What the likelihood of a customer owes to x alone.
    fn log_counts(&self, x: f64) -> R {
        let shape = self.p * x;
        (shape + self.q).ln_gamma() - shape.ln_gamma() - self.q.ln_gamma()
            + self.q * self.gamma.ln()
            + x.ln()
    }
}

impl GammaGamma {
    /// The mean amount expected of a customer with `x` repeat purchases of this mean; infinite
    /// unless px + q is above 1.
    #[must_use]
    pub fn expected(&self, x: u32, mean: f64) -> f64 {
        let x = f64::from(x);
        let seen = if x > 0.0 { x * mean } else { 0.0 };
        let weight = self.p * x + self.q - 1.0;
        if weight > 0.0 {
            self.p * (self.gamma + seen) / weight
        } else {
            f64::INFINITY
        }
    }
}

/// All amounts of a customer together, and customers of whom this is so.
#[derive(Debug, Clone, Copy)]
struct Amount {
    x: u32,
    sum: f64,
    log: f64,
    customers: f64,
}

impl From<&Spend> for Amount {
    fn from(cell: &Spend) -> Self {
        let sum = f64::from(cell.x) * cell.mean;
        Self {
            x: cell.x,
            sum,
            log: sum.ln(),
            customers: cell.customers,
        }
    }
}

/// The likelihood of spend, whose parameters a fit looks for.
struct Amounts;

impl Likelihood for Amounts {
    type Cell = Amount;

    fn count(cell: &Amount) -> (u32, f64) {
        (cell.x, cell.customers)
    }

    fn log_counts<R: Real>(&self, [p, q, gamma, _]: [R; PARAMETERS], x: u32) -> R {
        GammaGamma { p, q, gamma }.log_counts(f64::from(x))
    }

    /// Σ (px−1)·ln(x·z̄) − (px+q)·ln(γ + x·z̄), where of the parameters only γ is inside a sum.
    fn log_rest<'a, R: Real>(
        &self,
        [p, q, gamma, _]: [R; PARAMETERS],
        cells: impl Iterator<Item = &'a Amount>,
    ) -> R {
        let (mut of_customers, mut of_purchases) = (0.0, 0.0);
        let (mut customers, mut purchases) = (Log::default(), Log::default());
        for cell in cells {
            let weight = cell.customers * f64::from(cell.x);
            of_customers += cell.customers * cell.log;
            of_purchases += weight * cell.log;
            let log = Log::of(gamma.value() + cell.sum);
            customers.add(log, cell.customers);
            purchases.add(log, weight);
        }
        let [customers, purchases] = [customers, purchases].map(|sum| sum.by(gamma));
        p * (-purchases + of_purchases) - q * customers - of_customers
    }
}

/// ln(γ + a), with its derivatives by γ; or a weighted sum of such.
#[derive(Debug, Clone, Copy, Default)]
struct Log {
    value: f64,
    first: f64,
    second: f64,
}

impl Log {
    fn of(inside: f64) -> Self {
        let first = inside.recip();
        Self {
            value: inside.ln(),
            first,
            second: -first * first,
        }
    }

    fn add(&mut self, other: Self, weight: f64) {
        self.value += weight * other.value;
        self.first += weight * other.first;
        self.second += weight * other.second;
    }

    fn by<R: Real>(self, gamma: R) -> R {
        gamma.chain(self.value, self.first, self.second)
    }
}

/// A Gamma-Gamma model with its parameters; it reads as its [`Estimate`].
#[derive(Debug, Clone, PartialEq)]
pub struct FittedSpend {
    estimate: Estimate,
    /// The model at parameters that stand for how uncertain they are.
    spread: Vec<GammaGamma>,
}

impl Deref for FittedSpend {
    type Target = Estimate;

    fn deref(&self) -> &Estimate {
        &self.estimate
    }
}

impl FittedSpend {
    fn new(estimate: Estimate) -> Self {
        let spread = estimate.spread().iter().map(at).collect();
        Self { estimate, spread }
    }

    /// The fit that gave these [`values`](Estimate::values).
    ///
    /// # Errors
    /// `MissingParameter`: p, q, gamma or one of their covariances is not among the values
    pub fn restore(values: &[(String, f64)]) -> Result<Self> {
        Estimate::restore(NAMES.map(String::from).to_vec(), NAMES.len(), values).map(Self::new)
    }

    /// The model at its parameters.
    #[must_use]
    pub fn model(&self) -> GammaGamma {
        at(&self.estimate.place)
    }

    /// How uncertain the expected amount of this customer is because the parameters are: the
    /// standard deviation of its logarithm. Parameters without a mean are left out.
    #[must_use]
    pub fn deviation(&self, x: u32, mean: f64) -> f64 {
        let answers = || {
            let answers = self.spread.iter().map(|model| model.expected(x, mean).ln());
            answers.filter(|answer| answer.is_finite())
        };
        let count = answers().count().max(1) as f64;
        let centre = answers().sum::<f64>() / count;
        (answers()
            .map(|answer| (answer - centre).powi(2))
            .sum::<f64>()
            / count)
            .sqrt()
    }
}

fn at(place: &Array1<f64>) -> GammaGamma {
    GammaGamma {
        p: place[0].exp(),
        q: place[1].exp(),
        gamma: place[2].exp(),
    }
}

/// The most likely parameters for what these customers spent.
///
/// # Errors
/// - `TooFew`: fewer than two customers
/// - `OutOfRange`: x of 0, a mean that is not above 0, or a weight below 0, at this cell
/// - `NotIdentified`: customers do not differ enough; or so much that the shop's mean is infinite
///   (q ≤ 1)
/// - `NotConverged`: more than `iterations` steps
pub fn fit_spend(cells: &[Spend], params: &Params) -> Result<FittedSpend> {
    let (mut customers, mut amount) = (0.0, 0.0);
    for (row, cell) in cells.iter().enumerate() {
        let out = |name, value, rule| {
            Err(Error::OutOfRange {
                name,
                value,
                row,
                rule,
            })
        };
        if cell.x == 0 {
            return out("x", 0.0, "at least 1");
        }
        if !(cell.mean.is_finite() && cell.mean > 0.0) {
            return out("mean", cell.mean, "finite and above 0");
        }
        if !(cell.customers.is_finite() && cell.customers >= 0.0) {
            return out("customers", cell.customers, "finite and not negative");
        }
        customers += cell.customers;
        amount += cell.customers * cell.mean;
    }
    if customers < 2.0 {
        let what = "customers with a repeat purchase";
        return Err(Error::TooFew {
            what,
            found: customers as usize,
            needed: 2,
        });
    }
    // With p = q = 3, amounts of this mean.
    let centre = Array1::from(vec![
        3_f64.ln(),
        3_f64.ln(),
        (amount / customers * 2.0 / 3.0).ln(),
    ]);
    let mut start = centre.clone();
    for (name, value) in &params.start {
        if let Some(index) = NAMES.iter().position(|known| known == name) {
            start[index] = value.ln();
        }
    }
    let strength = Array1::from_elem(NAMES.len(), params.prior_strength);
    let prior = Prior { centre, strength };
    let amounts: Vec<Amount> = cells.par_iter().map(Amount::from).collect();
    let groups = [(&*amounts, Columns::new(NAMES.len(), &[], &[]))];
    let names = (NAMES.map(String::from).to_vec(), NAMES.len());
    let estimate = estimate(&Amounts, &groups, names, (&prior, start), params.iterations)?;
    if estimate.place[1] <= 0.0 {
        return Err(Error::NotIdentified {
            reason: "the mean amount is infinite (q is at most 1)",
        });
    }
    Ok(FittedSpend::new(estimate))
}

#[cfg(test)]
mod tests {
    use super::{Amounts, GammaGamma, Spend, fit_spend};
    use crate::value::Params;
    use crate::value::objective::Likelihood;

    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, Gamma};

    const REFERENCE: &str = include_str!("../tests/reference/gamma_gamma.csv");

    #[test]
    fn spend_agrees_with_arbitrary_precision_up_to_ten_thousand_purchases() {
        let rows = REFERENCE.lines().filter(|line| !line.starts_with('#'));
        let mut count = 0;
        for line in rows.skip(1) {
            let numbers: Vec<f64> = line
                .split(',')
                .map(|field| field.parse().expect("a number"))
                .collect();
            let [p, q, gamma, x, mean, log_likelihood, expected] = numbers[..] else {
                panic!("seven columns in {line}")
            };
            let cell = Spend {
                x: x as u32,
                mean,
                customers: 1.0,
            };
            let at = [p, q, gamma, 0.0];
            let found = Amounts.log_counts(at, cell.x)
                + Amounts.log_rest(at, std::iter::once(&(&cell).into()));
            let size = log_likelihood.abs().max(1.0);
            assert!(
                (found - log_likelihood).abs() < 1e-9 * size,
                "{found} in {line}"
            );
            let found = GammaGamma { p, q, gamma }.expected(cell.x, mean);
            assert!((found / expected - 1.0).abs() < 1e-13, "{found} in {line}");
            count += 1;
        }
        assert!(count > 15);
    }

    #[test]
    fn spend_gives_back_its_parameters() {
        let truth = [6.0, 4.0, 16.0];
        let away = |seed| -> Vec<f64> {
            let random = &mut ChaCha8Rng::seed_from_u64(seed);
            let gamma = |shape: f64, rate: f64| Gamma::new(shape, 1.0 / rate).expect("above 0");
            let customer = |_| {
                let rate = gamma(truth[1], truth[2]).sample(random);
                let x = random.random_range(1..8_u32);
                let sum = gamma(truth[0] * f64::from(x), rate).sample(random);
                Spend {
                    x,
                    mean: sum / f64::from(x),
                    customers: 1.0,
                }
            };
            let cells: Vec<Spend> = (0..6_000).map(customer).collect();
            let exact = Params {
                prior_strength: 0.0,
                ..Params::default()
            };
            let fitted = fit_spend(&cells, &exact).expect("a fit").parameters();
            let pairs = fitted.iter().zip(truth);
            pairs
                .map(|(found, truth)| (found.value - truth) / found.standard_error)
                .collect()
        };
        let away: Vec<Vec<f64>> = (0..6).map(away).collect();
        for (index, value) in truth.iter().enumerate() {
            let of = |power| away.iter().map(|fit| fit[index].powi(power)).sum::<f64>() / 6.0;
            eprintln!(
                "gamma_gamma {value}: bias {:+.2} errors, {:.2} squared",
                of(1),
                of(2)
            );
            assert!(of(2) < 4.0, "{value} is off by {:.1}", of(2));
        }
        let inside = away.iter().flatten().filter(|away| away.abs() < 1.2816);
        let covered = inside.count();
        eprintln!("gamma_gamma: 80 % intervals cover {covered} of 18");
        assert!(covered > 9, "{covered}");
    }

    #[test]
    fn customers_seen_seldom_are_drawn_to_the_shop() {
        let shop = GammaGamma {
            p: 6.249_35,
            q: 3.744_26,
            gamma: 15.444_31,
        };
        let away = |x| (shop.expected(x, 100.0) - 100.0).abs();
        assert!(away(1) > away(2) && away(2) > away(20));
        // CDNOW customers 1, 2 and 6 of Fader & Hardie (2013): x, mean spend, E[M].
        for (x, mean, wanted) in [(2, 22.345, 24.658), (1, 11.77, 18.910), (7, 73.74, 71.46)] {
            assert!((shop.expected(x, mean) - wanted).abs() < 0.01, "{x}");
        }
    }

    #[test]
    fn a_mean_that_does_not_exist_is_infinite() {
        let wild = GammaGamma {
            p: 2.0,
            q: 0.8,
            gamma: 5.0,
        };
        assert!(wild.expected(0, 0.0).is_infinite());
        assert!(wild.expected(1, 10.0).is_finite());
    }

    #[test]
    fn doubling_money_doubles_spend() {
        let cells = |unit: f64| {
            [
                (1, 20.0),
                (2, 35.0),
                (3, 28.0),
                (1, 60.0),
                (5, 31.0),
                (2, 12.0),
            ]
            .map(|(x, mean)| Spend {
                x,
                mean: mean * unit,
                customers: 30.0,
            })
        };
        let [one, two] = [1.0, 2.0].map(|unit| {
            fit_spend(&cells(unit), &Params::default())
                .expect("a fit")
                .model()
        });
        assert!((two.gamma / one.gamma - 2.0).abs() < 1e-6);
        assert!((two.expected(2, 50.0) / one.expected(2, 25.0) - 2.0).abs() < 1e-6);
    }
}
