//! How far chance reaches in a Qini coefficient.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::difference::Interval;
use super::qini::{Tested, points, qini, ranked};
use crate::Result;
use crate::error::require;

/// The interval of [`UpliftCurve::qini`](super::UpliftCurve::qini) over tests like this one.
///
/// A model whose interval holds 0 has not shown that it finds anybody.
///
/// # Formula
/// Poisson bootstrap: in each of `replicates` tests every customer appears Poisson(1) times; the
/// interval is between the quantiles (1 ∓ level)/2 of their coefficients.
///
/// # Shapes
/// - `customers`: in any order, which does not change the answer
/// - `replicates`: 200 for a table; at least 20
///
/// # Errors
/// As [`UpliftCurve::new`](super::UpliftCurve::new); `OutOfRange` with fewer than 20 replicates or a level outside 0 to 1
///
/// # Source
/// Chamandy, Muralidharan, Najmi & Naidu (2012).
pub fn qini_interval(
    customers: &[Tested],
    level: f64,
    replicates: u32,
    seed: u64,
) -> Result<Interval> {
    let inside = level > 0.0 && level < 1.0;
    require(inside, "level", level, 0, "between 0 and 1")?;
    let many = f64::from(replicates);
    require(replicates >= 20, "replicates", many, 0, "at least 20")?;
    let ranked = ranked(customers)?;
    let cumulative = poisson();
    let replicate = |stream: u32| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(u64::from(stream));
        let times = std::iter::repeat_with(move || {
            let uniform: f64 = random.random();
            cumulative
                .iter()
                .take_while(|below| **below <= uniform)
                .count() as f64
        });
        qini(points(&ranked, times))
    };
    let mut found: Vec<f64> = (0..replicates).into_par_iter().map(replicate).collect();
    // A replicate in which an arm has vanished says nothing.
    found.retain(|qini| qini.is_finite());
    found.sort_unstable_by(f64::total_cmp);
    let last = found.len().saturating_sub(1) as f64;
    let quantile = |part: f64| {
        let place = (part * last).round() as usize;
        found.get(place).copied().unwrap_or(f64::NAN)
    };
    Ok(Interval {
        lower: quantile(0.5 * (1.0 - level)),
        upper: quantile(0.5 * (1.0 + level)),
    })
}

/// P(X ≤ k) of a Poisson variable with mean 1, for k = 0, 1, … to where it is 1.
fn poisson() -> [f64; 18] {
    let (mut term, mut sum) = ((-1.0_f64).exp(), 0.0);
    std::array::from_fn(|k| {
        sum += term;
        term /= (k + 1) as f64;
        sum
    })
}
