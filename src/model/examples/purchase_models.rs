//! Fits purchase models to the customers of a file, scores them all, and prints the seconds of each
//! step, waited for and of CPU, and the largest memory:
//! `cargo run --release -p clientele-model --example purchase_models -- FILE SPAN [COUNT]`.
//!
//! FILE has a line of x, tₓ, age and mean spend per customer, in any unit of time; purchases are
//! foretold for SPAN of it, and worth 10 % less after each of five. With COUNT, so many customers are simulated and written there first: the
//! same file can be given to another engine. Scoring goes in pieces, as it does on the way to a table.
#![expect(clippy::print_stdout, reason = "the seconds are what it is for")]

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::time::Instant;

use clientele_model::value::{
    Discount, Fitted, FittedSpend, History, Params, Segment, Spend, Technique, collapse, fit,
    fit_spend, lifetime_values,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, Exp, Gamma};
use rayon::prelude::*;

/// Customers scored at a time.
const PIECE: usize = 1 << 17;

/// Each step is timed so often, and the least is told.
const TIMES: usize = 3;

const TECHNIQUES: [Technique; 5] = [
    Technique::Nbd,
    Technique::BgNbd,
    Technique::MbgNbd,
    Technique::ParetoNbd,
    Technique::MbgCnbdK(2),
];

/// Customers and what a purchase of each brought, on average.
#[derive(Default)]
struct Customers {
    histories: Vec<History>,
    means: Vec<f64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, span, count @ ..] = arguments.as_slice() else {
        return Err("usage: purchase_models FILE SPAN [COUNT]".into());
    };
    if let Some(count) = count.first() {
        write(path, &simulate(count.parse()?)?)?;
    }
    let customers = read(path)?;
    let cells = timed("collapse", || collapse(&customers.histories));
    println!(
        "{} customers in {} cells",
        customers.means.len(),
        cells.len()
    );
    let spend = timed("fit spend", || {
        let customers = customers.histories.iter().zip(&customers.means);
        let repeats = customers.filter(|(history, mean)| history.x > 0 && **mean > 0.0);
        let spend: Vec<Spend> = repeats
            .map(|(history, mean)| Spend {
                x: history.x,
                mean: *mean,
                customers: 1.0,
            })
            .collect();
        fit_spend(&spend, &Params::default())
    })?;
    timed("expected spend", || {
        let customers = customers.histories.par_iter().zip(&customers.means);
        let model = spend.model();
        let expected = customers.map(|(history, mean)| model.expected(history.x, *mean));
        expected.collect::<Vec<f64>>()
    });
    for technique in TECHNIQUES {
        println!("{technique}");
        let shop = [Segment::from(cells.clone())];
        let fitted = timed("fit", || fit(technique, &shop, &Params::default()))?;
        for parameter in fitted.parameters() {
            println!("{:20}{parameter:?}", "");
        }
        score(&fitted, &spend, &customers, span.parse()?)?;
    }
    println!("peak memory {}", peak_memory());
    Ok(())
}

fn score(
    fitted: &Fitted,
    spend: &FittedSpend,
    customers: &Customers,
    span: f64,
) -> clientele_model::Result<()> {
    let model = fitted.at(&[])?;
    let discount = Discount::new(0.1_f64.ln_1p() / span, Some(5.0 * span))?;
    let histories = || customers.histories.chunks(PIECE);
    timed("probability alive", || {
        histories()
            .map(|piece| sum(&model.probability_alive(piece)))
            .sum::<f64>()
    });
    timed("expected purchases", || {
        histories()
            .map(|piece| sum(&model.expected_purchases(piece, span)))
            .sum::<f64>()
    });
    timed("probability of none", || {
        histories()
            .map(|piece| sum(&model.probability_of_none(piece, span)))
            .sum::<f64>()
    });
    timed("next purchase", || {
        histories()
            .map(|piece| model.waiting_time(piece, 0.5).len())
            .sum::<usize>()
    });
    timed("80 % interval of purchases", || {
        let pieces = histories().map(|piece| model.purchase_intervals(piece, span, 0.8));
        pieces.map(|piece| piece.len()).sum::<usize>()
    });
    timed("lifetime value with its interval", || {
        let pieces = histories().zip(customers.means.chunks(PIECE));
        let values = pieces.map(|piece| {
            let values = lifetime_values(&model, spend, piece, &discount, 0.8)?;
            Ok(values.iter().map(|value| value.expected).sum::<f64>())
        });
        values.sum::<clientele_model::Result<f64>>()
    })?;
    Ok(())
}

fn sum(values: &[f64]) -> f64 {
    values.iter().sum()
}

/// Customers of BG/NBD in days, with the rates of CDNOW, who began in the first weeks of 39; and of
/// the Gamma-Gamma model.
fn simulate(count: usize) -> Result<Customers, Box<dyn Error>> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let rates = Gamma::new(0.243, 1.0 / (7.0 * 4.414))?;
    let leavings = Beta::new(0.793, 2.426)?;
    let amounts = Gamma::new(3.74, 1.0 / 15.44)?;
    let mut customers = Customers::default();
    for _ in 0..count {
        let age = f64::from(random.random_range(189..274));
        let (rate, leaving) = (rates.sample(&mut random), leavings.sample(&mut random));
        let gaps = Exp::new(f64::max(rate, 1e-12))?;
        let (mut x, mut t_x) = (0, 0.0);
        loop {
            let next = f64::ceil(t_x + gaps.sample(&mut random));
            if next > age {
                break;
            }
            (x, t_x) = (x + 1, next);
            if random.random_bool(leaving) {
                break;
            }
        }
        let shape = 6.25 * f64::from(x).max(1.0);
        let mean = Gamma::new(
            shape,
            (amounts.sample(&mut random) * f64::from(x).max(1.0)).recip(),
        )?;
        customers.histories.push(History { x, t_x, age });
        customers
            .means
            .push(if x > 0 { mean.sample(&mut random) } else { 0.0 });
    }
    Ok(customers)
}

fn write(path: &str, customers: &Customers) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for (History { x, t_x, age }, mean) in customers.histories.iter().zip(&customers.means) {
        writeln!(out, "{x},{t_x},{age},{mean}")?;
    }
    out.flush()
}

fn read(path: &str) -> Result<Customers, Box<dyn Error>> {
    let mut customers = Customers::default();
    for line in BufReader::new(File::open(path)?).lines() {
        let line = line?;
        let numbers: Vec<f64> = line.split(',').map(str::parse).collect::<Result<_, _>>()?;
        let [x, t_x, age, mean] = numbers[..] else {
            return Err(format!("four numbers are wanted, not {line}").into());
        };
        customers.histories.push(History {
            x: format!("{x}").parse()?,
            t_x,
            age,
        });
        customers.means.push(mean);
    }
    Ok(customers)
}

/// The answer of some work, and its seconds in the order wall, CPU: the least of a few runs.
fn timed<T>(what: &str, work: impl Fn() -> T) -> T {
    let run = || {
        let (start, cpu) = (Instant::now(), cpu_seconds());
        let answer = work();
        (answer, start.elapsed().as_secs_f64(), cpu_seconds() - cpu)
    };
    let (answer, mut wall, mut cpu) = run();
    for _ in 1..TIMES {
        let (_, again, of_cpu) = run();
        (wall, cpu) = (wall.min(again), cpu.min(of_cpu));
    }
    println!("{wall:8.3} s {cpu:8.3} s of CPU  {what}");
    answer
}

/// The CPU time of all threads so far, where the system tells it.
fn cpu_seconds() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    let read = |thread: std::io::Result<std::fs::DirEntry>| {
        let text = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    };
    threads.filter_map(read).sum::<f64>() * 1e-9
}

/// The largest resident memory so far, where the system tells it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or_else(|| "unknown".to_owned(), |peak| peak.trim().to_owned())
}
