//! What will be sold: series of equally long periods, each by the technique that would have
//! forecast its past best, with intervals, and with parts that add up to their wholes.

mod backtest;
mod choice;
mod decomposition;
mod ets;
mod fit;
mod fitted;
mod intermittent;
mod reconcile;
mod technique;

pub use backtest::{Coverage, Trial};
pub use choice::{Forecast, Params, forecast, forecast_all};
pub use ets::{Ets, Smoothing};
pub use fitted::{Fitted, Interval, Model, Period, fit};
pub use intermittent::Intermittent;
pub use reconcile::{Sum, reconcile, reconcile_periods};
pub use technique::{Form, Technique, Trend};

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::ets::{Ets, Smoothing};
    use super::technique::{Technique, Trend};

    pub(super) fn air_passengers() -> Vec<f64> {
        let lines = include_str!("../tests/reference/air_passengers.csv").lines();
        let months = lines.filter(|line| !line.starts_with('#')).skip(1);
        months
            .map(|month| month.parse().expect("a number"))
            .collect()
    }

    /// A series of months that this form of exponential smoothing would make.
    pub(super) fn simulate(technique: Technique, periods: usize, seed: u64) -> Vec<f64> {
        let form = technique.form();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut normal = || (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0;
        let unit = if form.multiplicative { 0.01 } else { 1.0 };
        let wave = |month: usize| (month as f64 * std::f64::consts::TAU / 12.0).sin();
        let mut state = Ets {
            form,
            smoothing: Smoothing {
                alpha: 0.3,
                beta: if form.trend == Trend::None { 0.0 } else { 0.02 },
                gamma: if form.seasonal { 0.1 } else { 0.0 },
                phi: if form.trend == Trend::Damped {
                    0.95
                } else {
                    1.0
                },
            },
            level: 100.0,
            slope: if form.trend == Trend::None { 0.0 } else { 0.5 },
            seasons: match (form.seasonal, form.multiplicative) {
                (true, true) => (0..12).map(|month| 1.0 + 0.2 * wave(month)).collect(),
                (true, false) => (0..12).map(|month| 8.0 * wave(month)).collect(),
                (false, _) => vec![f64::from(form.multiplicative)],
            },
            variance: 9.0 * unit * unit,
            next: 0,
        };
        let one = |_| {
            let error = 3.0 * unit * normal();
            let expected = state.expected();
            state.move_on(error);
            if form.multiplicative {
                expected * (1.0 + error)
            } else {
                expected + error
            }
        };
        (0..periods).map(one).collect()
    }
}
