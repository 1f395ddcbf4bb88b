//! Simulates a million customers, fits purchase models to their cells, scores them all, and prints
//! the seconds: `cargo run --release -p clientele-model --example million_customers -- [COUNT] [FILE]`.
//!
//! FILE gets a line of x, tₓ and age per customer: for another engine to be timed beside.
#![expect(clippy::print_stdout, reason = "the seconds are what it is for")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::Instant;

use clientele_model::value::{
    Discount, History, Params, Segment, Spend, Technique, collapse, fit, fit_spend, lifetime_values,
};
use clientele_model::{Error, Result};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, Exp, Gamma};

const CUSTOMERS: usize = 1_000_000;
const DAYS: u32 = 730;

/// Customers of MBG/NBD who began on a random day of two years, in days.
fn simulate(random: &mut ChaCha8Rng, customers: usize) -> Vec<History> {
    let rates = Gamma::new(0.55, 1.0 / 45.0).expect("above 0");
    let leavings = Beta::new(0.9, 1.6).expect("above 0");
    let customer = |_| {
        let age = f64::from(random.random_range(0..DAYS));
        let (rate, leaving) = (rates.sample(random), leavings.sample(random));
        let gaps = Exp::new(f64::max(rate, 1e-12)).expect("above 0");
        let (mut x, mut t_x) = (0, 0.0);
        while !random.random_bool(leaving) {
            let next = f64::ceil(t_x + gaps.sample(random));
            if next > age {
                break;
            }
            (x, t_x) = (x + 1, next);
        }
        History { x, t_x, age }
    };
    (0..customers).map(customer).collect()
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let answer = work();
    println!("{:8.3} s  {what}", start.elapsed().as_secs_f64());
    answer
}

fn write(file: &str, histories: &[History]) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    for History { x, t_x, age } in histories {
        writeln!(out, "{x},{t_x},{age}")?;
    }
    out.flush()
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let customers = arguments
        .next()
        .map_or(CUSTOMERS, |count| count.parse().expect("a number"));
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let histories = simulate(&mut random, customers);
    if let Some(file) = arguments.next() {
        write(&file, &histories).expect("a file that can be written");
    }
    let cells = timed("collapse", || collapse(&histories));
    println!("{} customers in {} cells", histories.len(), cells.len());
    let segments = [Segment::from(cells)];
    let means: Vec<f64> = (0..customers)
        .map(|_| 5.0 + 60.0 * random.random::<f64>())
        .collect();
    let repeats = histories
        .iter()
        .zip(&means)
        .filter(|(history, _)| history.x > 0);
    let spend: Vec<Spend> = repeats
        .map(|(one, mean)| Spend {
            x: one.x,
            mean: *mean,
            customers: 1.0,
        })
        .collect();
    let spend = timed("fit spend", || fit_spend(&spend, &Params::default()))?;
    let discount = Discount::new(1.1_f64.ln() / 365.25, Some(5.0 * 365.25))?;
    for technique in [
        Technique::Nbd,
        Technique::BgNbd,
        Technique::MbgNbd,
        Technique::ParetoNbd,
    ] {
        println!("{technique}");
        let fitted = timed("fit", || fit(technique, &segments, &Params::default()))?;
        let start = Params {
            start: fitted.values(),
            ..Params::default()
        };
        timed("fit again, from there", || {
            fit(technique, &segments, &start)
        })?;
        for parameter in fitted.parameters() {
            println!("            {parameter:?}");
        }
        let model = fitted.at(&[])?;
        timed("probability alive", || model.probability_alive(&histories));
        timed("expected purchases in 90 days", || {
            model.expected_purchases(&histories, 90.0)
        });
        timed("probability of none in 90 days", || {
            model.probability_of_none(&histories, 90.0)
        });
        timed("waiting time", || model.waiting_time(&histories, 0.5));
        timed("purchases worth, 5 years", || {
            model.discounted_purchases(&histories, &discount)
        });
        timed("interval of purchases in 365 days", || {
            model.purchase_intervals(&histories, 365.0, 0.8)
        });
        let scored = (&*histories, &*means);
        let values = timed("lifetime values with intervals, 5 years", || {
            lifetime_values(&model, &spend, scored, &discount, 0.8)
        })?;
        let total: f64 = values.iter().map(|value| value.expected).sum();
        if !total.is_finite() {
            return Err(Error::NotIdentified {
                reason: "an infinite value",
            });
        }
    }
    Ok(())
}
