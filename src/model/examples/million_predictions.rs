//! Simulates a million customers with twenty features, fits both techniques, scores them all, and
//! prints the seconds and how good they are on others:
//! `cargo run --release -p clientele-model --example million_predictions -- [FILE]`.
//!
//! FILE gets the customers as 64-bit floats, a row of features, label and amount each, those to test
//! on last: for another engine to be timed beside. `RAYON_NUM_THREADS` sets the number of threads.
#![allow(clippy::cast_precision_loss, reason = "small counts become floats")]
#![expect(clippy::print_stdout, reason = "the seconds are what it is for")]

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::Instant;

use clientele_model::predict::{
    BoostedParams, Fitted, LinearParams, Loss, Sample, classification, fit_boosted, fit_linear,
};
use ndarray::{Array2, ArrayView2, Axis};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma, StandardNormal};

const CUSTOMERS: usize = 1_000_000;
const UNSEEN: usize = 200_000;
const FEATURES: usize = 20;
const TWEEDIE: Loss = Loss::Tweedie { power: 1.5 };

/// Features with label and amount: some bend, some matter together, some not at all, and one is
/// missing in eight of a hundred.
fn simulate(random: &mut ChaCha8Rng) -> Array2<f64> {
    let mut rows = Array2::zeros((CUSTOMERS + UNSEEN, FEATURES + 2));
    for mut row in rows.rows_mut() {
        for feature in 0..FEATURES {
            row[feature] = random.sample(StandardNormal);
        }
        let weighted: f64 = (0..6)
            .map(|feature| row[feature] / (feature + 1) as f64)
            .sum();
        let together: f64 = row[6] * row[7];
        let score = weighted - 1.5 + together.tanh() - 0.3 * row[8] * row[8];
        row[FEATURES] = f64::from(u8::from(random.random_bool(Loss::Logistic.mean(score))));
        let amount = Gamma::new(1.5, 20.0 * (0.4 * score).exp()).expect("above 0");
        row[FEATURES + 1] = row[FEATURES] * amount.sample(random);
        if random.random_bool(0.08) {
            row[1] = f64::NAN;
        }
    }
    rows
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let answer = work();
    println!("{:8.3} s  {what}", start.elapsed().as_secs_f64());
    answer
}

fn report(
    fitted: &Fitted,
    unseen: (ArrayView2<f64>, &[f64], &[f64]),
) -> Result<(), Box<dyn Error>> {
    let (features, labels, amounts) = unseen;
    let predictions = fitted.predict(features)?;
    if fitted.loss() == Loss::Logistic {
        println!("            {:?}", classification(&predictions, labels)?);
    } else {
        let loss = fitted.loss().mean_loss(&predictions, amounts)?;
        println!("            mean loss {loss:.6}");
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let rows = simulate(&mut ChaCha8Rng::seed_from_u64(1));
    if let Some(path) = std::env::args().nth(1) {
        let mut file = BufWriter::new(File::create(path)?);
        for cell in &rows {
            file.write_all(&cell.to_le_bytes())?;
        }
    }
    let (seen, unseen) = rows.view().split_at(Axis(0), CUSTOMERS);
    let features = |rows: ArrayView2<f64>| rows.split_at(Axis(1), FEATURES).0.to_owned();
    let column = |rows: ArrayView2<f64>, index| rows.column(index).to_vec();
    let (labels, amounts) = (column(seen, FEATURES), column(seen, FEATURES + 1));
    let (known, others) = (features(seen), features(unseen));
    let (came, spent) = (column(unseen, FEATURES), column(unseen, FEATURES + 1));
    let names: Vec<String> = (0..FEATURES).map(|index| format!("x{index}")).collect();
    let ids: Vec<u64> = (0..CUSTOMERS as u64).collect();
    let hundred = BoostedParams {
        rounds: 100,
        validation_share: 0.0,
        ..BoostedParams::default()
    };
    for (loss, labels) in [(Loss::Logistic, &labels), (TWEEDIE, &amounts)] {
        let sample = Sample {
            features: known.view(),
            names: &names,
            labels,
            weights: None,
            ids: &ids,
        };
        let linear = timed(&format!("fit linear, {loss}"), || {
            fit_linear(&sample, loss, &LinearParams::default())
        })?;
        report(&linear, (others.view(), &came, &spent))?;
        let fixed = timed("fit 100 trees", || fit_boosted(&sample, loss, &hundred))?;
        report(&fixed, (others.view(), &came, &spent))?;
        let stopped = timed("fit trees, stopped in time", || {
            fit_boosted(&sample, loss, &BoostedParams::default())
        })?;
        report(&stopped, (others.view(), &came, &spent))?;
        timed("predict, linear", || linear.predict(known.view()))?;
        timed("predict, 100 trees", || fixed.predict(known.view()))?;
        timed("three reasons, 100 trees", || {
            fixed.reasons(known.view(), 3)
        })?;
    }
    Ok(())
}
