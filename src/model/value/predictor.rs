//! The questions a purchase model answers, for many customers at once.

use rayon::prelude::*;

use super::discount::Discount;
use super::futures::Futures;
use super::history::History;
use super::process::Process;

/// Below this, the probability of still more purchases is not followed.
const NEGLIGIBLE: f64 = 1e-12;

/// A fitted purchase model for customers with one set of covariates.
///
/// What is to come
/// of a customer who is alive depends on little (mostly x and age), so the costly part of an answer
/// is computed once for all customers who share it.
///
/// # Shapes
/// - `histories`: n customers, as [`History::rows`] checks them; new ones are [`History::NEW`]
/// - `span`: from the end of observation, in the unit of the histories, from 0
/// - `q`, `level`: above 0 and below 1
/// - returns n answers, in the order of `histories`, the same for any number of threads
///
/// # Missing
/// No histories give no answers.
///
/// # Example
/// ```
/// use clientele_model::value::{Cell, History, Params, Segment, Technique, fit};
///
/// let (once, often) = (History::NEW, History { x: 5, t_x: 36.0, age: 38.0 });
/// let once = History { age: 38.0, ..once };
/// let cell = |history, customers| Cell { history, customers };
/// let shop = Segment::from(vec![cell(once, 600.0), cell(often, 90.0)]);
/// let model = fit(Technique::MbgNbd, &[shop], &Params::default())?.at(&[])?;
/// let alive = model.probability_alive(&[once, often]);
/// assert!(alive[0] < alive[1]);
/// # Ok::<(), clientele_model::Error>(())
/// ```
#[derive(Debug)]
pub struct Predictor {
    process: Box<dyn Process>,
    /// The same model at parameters that stand for how uncertain they are.
    spread: Vec<Box<dyn Process>>,
}

impl Predictor {
    pub(crate) fn new(process: Box<dyn Process>, spread: Vec<Box<dyn Process>>) -> Self {
        Self { process, spread }
    }

    /// The process itself, which answers for one customer.
    #[must_use]
    pub fn process(&self) -> &dyn Process {
        &*self.process
    }

    /// The probability that each is still a customer.
    #[must_use]
    pub fn probability_alive(&self, histories: &[History]) -> Vec<f64> {
        histories
            .par_iter()
            .map(|history| self.process.alive(history))
            .collect()
    }

    /// Purchases expected of each within `span`.
    #[must_use]
    pub fn expected_purchases(&self, histories: &[History], span: f64) -> Vec<f64> {
        self.futures(histories).purchases(&*self.process, span)
    }

    /// The probability that each makes no purchase within `span`.
    #[must_use]
    pub fn probability_of_none(&self, histories: &[History], span: f64) -> Vec<f64> {
        let one = |history: &History| {
            1.0 - self.process.alive(history) * (1.0 - self.process.none(history, span))
        };
        histories.par_iter().map(one).collect()
    }

    /// The probabilities of 0, 1, 2… purchases of this customer within `span`; what is missing to 1
    /// is below 1e-12.
    #[must_use]
    pub fn distribution(&self, history: &History, span: f64) -> Vec<f64> {
        let alive = self.process.alive(history);
        let tails = self.process.exceeds(history, span, NEGLIGIBLE);
        let mut before = 1.0;
        let tails = tails.into_iter().map(|tail| alive * tail).chain([0.0]);
        tails
            .map(|tail| std::mem::replace(&mut before, tail) - tail)
            .collect()
    }

    /// The least number of purchases within `span` that each stays at or below with probability
    /// `q`.
    #[must_use]
    pub fn purchase_quantiles(&self, histories: &[History], span: f64, q: f64) -> Vec<u32> {
        let only = std::slice::from_ref(&self.process);
        self.futures(histories)
            .quantiles(only, span, &[q])
            .remove(0)
    }

    /// The range in which the purchases of each within `span` lie with probability `level`, the
    /// parameters' uncertainty included.
    ///
    /// # Shapes
    /// - returns the lower and the upper end per customer: the (1 − level)/2 and (1 + level)/2
    ///   quantile
    #[must_use]
    pub fn purchase_intervals(
        &self,
        histories: &[History],
        span: f64,
        level: f64,
    ) -> Vec<(u32, u32)> {
        let ends = [0.5 * (1.0 - level), 0.5 * (1.0 + level)];
        let mut ends = self.futures(histories).quantiles(&self.spread, span, &ends);
        let (upper, lower) = (ends.remove(1), ends.remove(0));
        lower.into_iter().zip(upper).collect()
    }

    /// How surprising it is that each `made` so many purchases within `span`: the probability of so
    /// few or fewer, and of so many or more.
    ///
    /// # Shapes
    /// - `made`: as many as `histories`
    #[must_use]
    pub fn tail_probabilities(
        &self,
        histories: &[History],
        made: &[u32],
        span: f64,
    ) -> Vec<(f64, f64)> {
        let futures = self.futures(histories);
        let exceeds = futures.ask(|history| self.process.exceeds(history, span, NEGLIGIBLE));
        let rows = histories.par_iter().zip(made).zip(&futures.which);
        rows.map(|((history, made), which)| {
            let alive = self.process.alive(history);
            let tails = &exceeds[*which as usize];
            let more_than = |n: usize| alive * tails.get(n).copied().unwrap_or(0.0);
            let made = *made as usize;
            let as_many = made.checked_sub(1).map_or(1.0, more_than);
            (1.0 - more_than(made), as_many)
        })
        .collect()
    }

    /// The time within which each makes the next purchase with probability `q`, provided they are
    /// alive and stay so until then. At q = ½ it is the expected date of the next purchase: the
    /// mean is infinite for many customers, the median never.
    #[must_use]
    pub fn waiting_time(&self, histories: &[History], q: f64) -> Vec<f64> {
        histories
            .par_iter()
            .map(|history| self.process.waiting(history, q))
            .collect()
    }

    /// What the purchases expected of each are worth, in purchases made today.
    #[must_use]
    pub fn discounted_purchases(&self, histories: &[History], discount: &Discount) -> Vec<f64> {
        self.futures(histories).discounted(&*self.process, discount)
    }

    /// How uncertain the discounted purchases of each are because the parameters are: the standard
    /// deviation of their logarithm.
    #[must_use]
    pub fn discounted_deviation(&self, histories: &[History], discount: &Discount) -> Vec<f64> {
        let futures = self.futures(histories);
        let answers = self
            .spread
            .iter()
            .map(|process| futures.discounted(&**process, discount));
        deviations(answers, histories.len())
    }

    /// How uncertain the expected purchases of each are because the parameters are: the standard
    /// deviation of their logarithm.
    #[must_use]
    pub fn expected_deviation(&self, histories: &[History], span: f64) -> Vec<f64> {
        let futures = self.futures(histories);
        let answers = self
            .spread
            .iter()
            .map(|process| futures.purchases(&**process, span));
        deviations(answers, histories.len())
    }

    fn futures<'a>(&self, histories: &'a [History]) -> Futures<'a> {
        Futures::new(&*self.process, histories)
    }
}

/// Standard deviations of the logarithms of equally likely answers.
fn deviations(answers: impl Iterator<Item = Vec<f64>>, customers: usize) -> Vec<f64> {
    let mut moments = vec![(0.0, 0.0); customers];
    let mut count = 0.0;
    for answer in answers {
        count += 1.0;
        moments
            .par_iter_mut()
            .zip(answer)
            .for_each(|((sum, squares), value)| {
                let logarithm = value.max(f64::MIN_POSITIVE).ln();
                *sum += logarithm;
                *squares += logarithm * logarithm;
            });
    }
    let deviation = |(sum, squares): (f64, f64)| (squares - sum * sum / count).max(0.0) / count;
    moments
        .into_par_iter()
        .map(|moment| deviation(moment).sqrt())
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::value::{Cell, History, Params, Predictor, Segment, Technique, fit};

    fn shop() -> Vec<Cell> {
        [
            (0, 0.0, 70.0),
            (1, 9.0, 20.0),
            (2, 30.0, 12.0),
            (5, 33.0, 6.0),
            (9, 37.0, 2.0),
        ]
        .map(|(x, t_x, customers)| Cell {
            history: History { x, t_x, age: 38.0 },
            customers,
        })
        .to_vec()
    }

    fn predictor(customers: f64) -> Predictor {
        let heavier = |cell: Cell| Cell {
            customers: customers * cell.customers,
            ..cell
        };
        let cells: Vec<Cell> = shop().into_iter().map(heavier).collect();
        let shop = [Segment::from(cells)];
        let fitted = fit(Technique::MbgNbd, &shop, &Params::default()).expect("a fit");
        fitted.at(&[]).expect("no covariates")
    }

    #[test]
    fn answers_do_not_depend_on_the_number_of_threads() {
        let histories: Vec<History> = shop().iter().map(|cell| cell.history).collect();
        let histories = histories.repeat(500);
        let answers = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("a pool").install(|| {
                let model = predictor(1.0);
                let deviations = model.expected_deviation(&histories, 20.0);
                let expected = model.expected_purchases(&histories, 20.0);
                (
                    expected,
                    deviations,
                    model.purchase_intervals(&histories, 20.0, 0.8),
                )
            })
        };
        assert_eq!(answers(1), answers(3));
    }

    #[test]
    fn more_customers_make_parameters_surer() {
        let one = [History {
            x: 2,
            t_x: 30.0,
            age: 38.0,
        }];
        let deviation = |customers| predictor(customers).expected_deviation(&one, 39.0)[0];
        let (few, many) = (deviation(10.0), deviation(1000.0));
        assert!((few / many - 10.0).abs() < 1.5, "{few} {many}");
        let (lower, upper) = predictor(1000.0).purchase_intervals(&one, 39.0, 0.8)[0];
        let ends = [0.1, 0.9].map(|q| predictor(1000.0).purchase_quantiles(&one, 39.0, q)[0]);
        assert_eq!([lower, upper], ends);
    }

    #[test]
    fn probabilities_of_one_customer_agree() {
        let (model, one) = (
            predictor(1.0),
            History {
                x: 2,
                t_x: 30.0,
                age: 38.0,
            },
        );
        let distribution = model.distribution(&one, 39.0);
        let none = model.probability_of_none(&[one], 39.0)[0];
        assert!((distribution[0] - none).abs() < 1e-10);
        assert!((distribution.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let median = model.purchase_quantiles(&[one], 39.0, 0.5)[0] as usize;
        assert!(distribution[..=median].iter().sum::<f64>() >= 0.5);
        assert!(distribution[..median].iter().sum::<f64>() < 0.5);
    }

    #[test]
    fn tail_probabilities_are_those_of_the_distribution() {
        let cells = shop();
        let fitted = fit(
            Technique::ParetoNbd,
            &[Segment::from(cells.clone())],
            &Params::default(),
        );
        let model: Predictor = fitted.and_then(|fitted| fitted.at(&[])).expect("a fit");
        for made in [0, 1, 3, 40] {
            let histories: Vec<_> = cells.iter().map(|cell| cell.history).collect();
            let made_by_all = vec![made; histories.len()];
            let tails = model.tail_probabilities(&histories, &made_by_all, 20.0);
            for (history, (fewer, more)) in histories.iter().zip(tails) {
                let distribution = model.distribution(history, 20.0);
                let made = made as usize;
                let up_to: f64 = distribution.iter().take(made + 1).sum();
                let from: f64 = distribution.iter().skip(made).sum();
                assert!((fewer - up_to).abs() < 1e-9, "{fewer} {up_to}");
                assert!((more - from).abs() < 1e-9, "{more} {from}");
            }
        }
    }
}
