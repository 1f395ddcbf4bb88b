//! Simulated shops give back the parameters they were made with, within their standard errors.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "small counts become floats and back"
)]

use clientele_model::value::{
    Cell, Fitted, History, Params, Segment, Technique, collapse, fit, fit_rhythm,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, Exp1, Gamma};

const CUSTOMERS: usize = 6_000;
const SEEDS: u64 = 6;
const EXACT: Params = Params {
    prior_strength: 0.0,
    pull: 0.0,
    iterations: 200,
    start: Vec::new(),
    covariates: Vec::new(),
};

/// How a customer lives: waits of the process, and whether or when they leave.
struct Customer {
    rate: f64,
    leaving: f64,
    waits: u32,
    age: f64,
}

fn gamma(shape: f64, rate: f64, random: &mut ChaCha8Rng) -> f64 {
    Gamma::new(shape, 1.0 / rate)
        .expect("above 0")
        .sample(random)
}

fn beta(a: f64, b: f64, random: &mut ChaCha8Rng) -> f64 {
    Beta::new(a, b).expect("above 0").sample(random)
}

impl Customer {
    fn gap(&self, random: &mut ChaCha8Rng) -> f64 {
        (0..self.waits)
            .map(|_| random.sample::<f64, _>(Exp1))
            .sum::<f64>()
            / self.rate
    }

    /// Purchase times up to the end of observation of a customer who may leave after each purchase.
    fn until_bored(&self, at_first: bool, random: &mut ChaCha8Rng) -> Vec<f64> {
        let (mut times, mut time) = (Vec::new(), 0.0);
        let mut stays = !(at_first && random.random_bool(self.leaving));
        while stays {
            time += self.gap(random);
            if time > self.age {
                break;
            }
            times.push(time);
            stays = !random.random_bool(self.leaving);
        }
        times
    }

    /// Purchase times up to the end of observation of a customer who leaves at a rate.
    fn until_gone(&self, random: &mut ChaCha8Rng) -> Vec<f64> {
        let end = self.age.min(random.sample::<f64, _>(Exp1) / self.leaving);
        let (mut times, mut time) = (Vec::new(), self.gap(random));
        while time <= end {
            times.push(time);
            time += self.gap(random);
        }
        times
    }
}

/// Purchase times of customers observed for 20 to 60 weeks, under a technique with these
/// parameters.
fn simulate(technique: Technique, parameters: [f64; 4], seed: u64) -> Vec<(Vec<f64>, f64)> {
    let random = &mut ChaCha8Rng::seed_from_u64(seed);
    let [first, second, third, fourth] = parameters;
    let customer = |_| {
        let age = 20.0 + 40.0 * random.random::<f64>();
        let rate = gamma(first, second, random).max(1e-9);
        let times = match technique {
            Technique::Nbd => Customer {
                rate,
                leaving: 1e-300,
                waits: 1,
                age,
            }
            .until_gone(random),
            Technique::ParetoNbd => {
                let leaving = gamma(third, fourth, random).max(1e-300);
                Customer {
                    rate,
                    leaving,
                    waits: 1,
                    age,
                }
                .until_gone(random)
            }
            _ => {
                let (waits, at_first) = match technique {
                    Technique::BgCnbdK(k) => (k, false),
                    Technique::MbgCnbdK(k) => (k, true),
                    _ => (1, technique == Technique::MbgNbd),
                };
                let leaving = beta(third, fourth, random);
                Customer {
                    rate,
                    leaving,
                    waits,
                    age,
                }
                .until_bored(at_first, random)
            }
        };
        (times, age)
    };
    (0..CUSTOMERS).map(customer).collect()
}

fn history(times: &[f64], age: f64) -> History {
    History {
        x: times.len() as u32,
        t_x: times.last().copied().unwrap_or(0.0),
        age,
    }
}

fn segment(customers: &[(Vec<f64>, f64)], covariates: Vec<f64>) -> Segment {
    let rows: Vec<History> = customers
        .iter()
        .map(|(times, age)| history(times, *age))
        .collect();
    Segment {
        covariates,
        cells: collapse(&rows),
    }
}

/// Bias and coverage over the seeds, printed; fails when they cannot be chance.
fn assert_recovered(technique: Technique, truth: &[f64], fits: &[Fitted]) {
    let (mut covered, mut count) = (0.0, 0.0);
    for (index, value) in truth.iter().enumerate() {
        let (mut bias, mut squares) = (0.0, 0.0);
        for fitted in fits {
            let parameter = &fitted.parameters()[index];
            let away = (parameter.value - value) / parameter.standard_error;
            bias += parameter.value - value;
            squares += away * away;
            covered += f64::from(u8::from(away.abs() < 1.2816));
            count += 1.0;
        }
        let fits = fits.len() as f64;
        eprintln!(
            "{technique} {value}: bias {:+.4}, {:.2} errors",
            bias / fits,
            squares / fits
        );
        assert!(
            squares / fits < 4.0,
            "{technique}: {value} is off by {squares:.1} in {fits} fits"
        );
    }
    eprintln!(
        "{technique}: 80 % intervals cover {:.0} %",
        100.0 * covered / count
    );
    assert!(
        covered / count > 0.5,
        "{technique}: intervals cover {covered} of {count}"
    );
}

#[test]
fn every_model_gives_back_its_parameters() {
    for (technique, truth) in [
        (Technique::Nbd, [0.8, 9.0, 0.0, 0.0]),
        (Technique::BgNbd, [0.6, 5.0, 0.9, 2.5]),
        (Technique::MbgNbd, [0.7, 6.0, 0.9, 2.0]),
        (Technique::ParetoNbd, [0.7, 6.0, 0.8, 12.0]),
        (Technique::BgCnbdK(3), [1.5, 2.0, 0.9, 2.5]),
        (Technique::MbgCnbdK(2), [1.2, 3.0, 0.9, 2.5]),
    ] {
        let one = |seed| {
            let customers = simulate(technique, truth, seed);
            fit(technique, &[segment(&customers, vec![])], &EXACT).expect("a fit")
        };
        let fits: Vec<Fitted> = (0..SEEDS).map(one).collect();
        assert_recovered(technique, &truth[..technique.parameters().len()], &fits);
    }
}

#[test]
fn a_rhythm_is_recognised_and_carries_into_the_future() {
    let truth = Technique::MbgCnbdK(3);
    let parameters = [1.5, 2.0, 0.9, 2.5];
    let customers = simulate(truth, parameters, 1);
    // Observed up to half of the time; the rest is what is to be foreseen.
    let half: Vec<(Vec<f64>, f64)> = customers
        .iter()
        .map(|(times, age)| {
            let seen = times
                .iter()
                .copied()
                .filter(|time| *time <= 0.5 * age)
                .collect();
            (seen, 0.5 * age)
        })
        .collect();
    let gaps = |(times, _): &(Vec<f64>, f64)| {
        let starts = std::iter::once(0.0).chain(times.iter().copied());
        times
            .iter()
            .zip(starts)
            .map(|(end, start)| f64::ln(end - start))
            .sum::<f64>()
    };
    let log_gaps = half.iter().map(gaps).sum();
    let seen = [segment(&half, vec![])];
    let fitted = fit_rhythm(true, &seen, (log_gaps, 5), &EXACT).expect("a fit");
    assert_eq!(fitted.technique(), truth);
    let model = fitted.at(&[]).expect("no covariates");
    let (mut came, mut expected, mut silent, mut none) = (0.0, 0.0, 0.0, 0.0);
    for ((times, age), (before, until)) in customers.iter().zip(&half) {
        let now = [history(before, *until)];
        let later = times.len() - before.len();
        came += later as f64;
        silent += f64::from(u8::from(later == 0));
        expected += model.expected_purchases(&now, age - until)[0];
        none += model.probability_of_none(&now, age - until)[0];
    }
    eprintln!("came {came}, expected {expected}; silent {silent}, expected {none}");
    assert!((expected / came - 1.0).abs() < 0.03);
    assert!((none / silent - 1.0).abs() < 0.03);
}

#[test]
fn covariates_are_told_apart_from_the_shop() {
    // Channel 1 buys twice as often, and leaves half as soon.
    let twice = 2_f64.ln();
    for (technique, plain, moved, wanted) in [
        (
            Technique::ParetoNbd,
            [0.7, 6.0, 0.8, 12.0],
            [0.7, 3.0, 0.8, 24.0],
            &[("purchase_web", twice), ("leaving_web", -twice)][..],
        ),
        (
            Technique::BgNbd,
            [0.6, 5.0, 0.9, 2.5],
            [0.6, 2.5, 0.45, 2.5],
            &[
                ("purchase_web", twice),
                ("leaving_web", -twice),
                ("staying_web", 0.0),
            ],
        ),
    ] {
        let segments = [
            segment(&simulate(technique, plain, 5), vec![0.0]),
            segment(&simulate(technique, moved, 6), vec![1.0]),
        ];
        let params = Params {
            covariates: vec!["web".to_owned()],
            ..EXACT
        };
        let fitted = fit(technique, &segments, &params).expect("a fit");
        let parameters = fitted.parameters();
        assert_eq!(parameters.len(), 4 + wanted.len());
        for (parameter, (name, value)) in parameters[4..].iter().zip(wanted) {
            let away = (parameter.value - value) / parameter.standard_error;
            assert_eq!(parameter.name, *name);
            assert!(away.abs() < 3.0, "{technique} {parameter:?}");
        }
        let of_web = fitted.of(&[1.0]).expect("one covariate").parameters();
        for (parameter, value) in of_web.iter().zip(moved) {
            let away = (parameter.value - value) / parameter.standard_error;
            assert!(away.abs() < 3.0, "{technique} {parameter:?} for {value}");
        }
        let again = Fitted::restore(technique, &fitted.values()).expect("all values");
        assert_eq!(again.parameters().len(), parameters.len());
        let new = [History::NEW];
        let at = |z: f64| {
            fitted
                .at(&[z])
                .expect("one covariate")
                .expected_purchases(&new, 30.0)[0]
        };
        assert!(at(1.0) > 1.5 * at(0.0));
        assert!(fitted.at(&[]).is_err());
    }
}

#[test]
fn donors_give_back_their_parameters() {
    let truth = [1.2, 0.75, 0.65, 2.8];
    let one = |seed| {
        let random = &mut ChaCha8Rng::seed_from_u64(seed);
        let donor = |_| {
            let (taking, leaving) = (beta(1.2, 0.75, random), beta(0.65, 2.8, random));
            let mut donor = History {
                x: 0,
                t_x: 0.0,
                age: 8.0,
            };
            for opportunity in 1..=8 {
                if random.random_bool(leaving) {
                    break;
                }
                if random.random_bool(taking) {
                    donor = History {
                        x: donor.x + 1,
                        t_x: f64::from(opportunity),
                        age: 8.0,
                    };
                }
            }
            donor
        };
        let donors: Vec<History> = (0..CUSTOMERS).map(donor).collect();
        let cells: Vec<Cell> = collapse(&donors);
        let shop = [Segment::from(cells)];
        fit(Technique::BgBb, &shop, &EXACT).expect("a fit")
    };
    let fits: Vec<Fitted> = (0..SEEDS).map(one).collect();
    assert_recovered(Technique::BgBb, &truth, &fits);
}
