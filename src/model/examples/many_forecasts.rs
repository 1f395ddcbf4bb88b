//! Forecasts many series of months and of weeks, and prints the seconds:
//! `cargo run --release -p clientele-model --example many_forecasts [SERIES]`.
#![expect(clippy::print_stdout, reason = "the seconds are what it is for")]

mod clock;

use clientele_model::Result;
use clientele_model::forecast::{Forecast, Params, forecast_all};
use clock::timed;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Sales around a season, of which every third series lacks most.
fn series(number: u64, periods: u32, season: u32) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(number);
    let one = |period: u32| {
        let wave = (f64::from(period) / f64::from(season) * std::f64::consts::TAU).sin();
        let sales = (100.0 + 30.0 * wave) * random.random_range(0.8..1.2);
        sales * f64::from(!number.is_multiple_of(3) || random.random_bool(0.2))
    };
    (0..periods).map(one).collect()
}

fn main() {
    let count = std::env::args()
        .nth(1)
        .map_or(3000, |count| count.parse().expect("a number"));
    for (what, periods, season) in [("48 months", 48, 12), ("156 weeks", 156, 52)] {
        let all: Vec<Vec<f64>> = (0..count)
            .map(|number| series(number, periods, season))
            .collect();
        let params = Params {
            season: season as usize,
            ..Params::default()
        };
        let forecasts = timed(&format!("{count} series of {what}"), || {
            forecast_all(&all, &params)
        });
        let better = |one: &Result<Forecast>| {
            one.as_ref()
                .is_ok_and(|one| match (one.trial(), one.baseline()) {
                    (Some(chosen), Some(baseline)) => chosen.rmse < baseline.rmse,
                    _ => false,
                })
        };
        let better = forecasts.iter().filter(|one| better(one)).count();
        println!("            {better} better than the baseline");
    }
}
