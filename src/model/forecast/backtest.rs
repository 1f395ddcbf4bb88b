//! What a technique would have been worth: forecasts from several days of the past, compared with
//! what came.

use super::fitted::{Fitted, Interval, Shocks, fit};
use super::technique::Technique;
use crate::Result;

/// The errors of one technique.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Which.
    pub technique: Technique,
    /// The mean absolute error.
    pub mae: f64,
    /// The root of the mean squared error.
    pub rmse: f64,
    /// The mean absolute error as a share of that of one step of the seasonal naive technique
    /// before the first origin (of the naive one, without a whole season); nothing if that made no
    /// error at all.
    pub mase: Option<f64>,
    /// The share of values in the 80 % interval.
    pub coverage_80: f64,
    /// The share of values in the 95 % interval.
    pub coverage_95: f64,
}

/// The days from which forecasts are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Origins {
    /// Periods known at the first.
    first: usize,
    /// Periods from one to the next.
    stride: usize,
    /// Periods ahead.
    horizon: usize,
}

impl Origins {
    /// So many origins over the last third of the series at most: fewer, and shorter horizons, of a
    /// short one; none of fewer than three periods.
    pub(crate) fn new(periods: usize, horizon: usize, origins: usize) -> Option<Self> {
        let stride = (horizon / origins.max(1)).max(1);
        let tested = (horizon + origins.saturating_sub(1) * stride).min(periods / 3);
        (tested > 0).then(|| Self {
            first: periods - tested,
            stride,
            horizon: horizon.min(tested),
        })
    }
}

/// Fits before the first origin, then moves on from origin to origin with the parameters as they
/// were: each forecast knows nothing of what it is compared with, and one fit is enough.
///
/// # Errors
/// As of [`fit`].
pub(crate) fn backtest(
    technique: Technique,
    series: &[f64],
    season: usize,
    origins: Origins,
    shocks: &Shocks,
) -> Result<Trial> {
    let (known, tested) = series.split_at(origins.first);
    let mut fitted = fit(technique, known, season)?;
    let mut sums = Sums::default();
    for (at, value) in tested.iter().enumerate() {
        let ahead = &tested[at..];
        if at % origins.stride == 0 && ahead.len() >= origins.horizon {
            sums.add(&fitted, &ahead[..origins.horizon], shocks);
        }
        fitted.observe(*value);
    }
    let scale = naive_error(known, season);
    let mae = sums.absolute / sums.count;
    Ok(Trial {
        technique,
        mae,
        rmse: (sums.squared / sums.count).sqrt(),
        mase: (scale > 0.0).then(|| mae / scale),
        coverage_80: sums.inside_80 / sums.count,
        coverage_95: sums.inside_95 / sums.count,
    })
}

/// The mean absolute difference from the same period a season before, or from the period before
/// where there is no whole season.
fn naive_error(series: &[f64], season: usize) -> f64 {
    let lag = if series.len() > season { season } else { 1 };
    let pairs = series.iter().zip(series.iter().skip(lag));
    let (sum, count) = pairs.fold((0.0, 0.0_f64), |(sum, count), (before, value)| {
        (sum + (value - before).abs(), count + 1.0)
    });
    sum / count.max(1.0)
}

#[derive(Default)]
struct Sums {
    absolute: f64,
    squared: f64,
    inside_80: f64,
    inside_95: f64,
    count: f64,
}

impl Sums {
    fn add(&mut self, fitted: &Fitted, came: &[f64], shocks: &Shocks) {
        for (period, value) in fitted.periods(shocks).iter().zip(came) {
            let error = value - period.point;
            let is_inside =
                |interval: Interval| f64::from((interval.lower..=interval.upper).contains(value));
            self.absolute += error.abs();
            self.squared += error * error;
            self.inside_80 += is_inside(period.interval_80);
            self.inside_95 += is_inside(period.interval_95);
            self.count += 1.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Origins, backtest};
    use crate::forecast::Technique;
    use crate::forecast::fitted::Shocks;
    use crate::forecast::tests::air_passengers;

    #[test]
    fn seasonal_naive_on_air_passengers_is_that_of_r() {
        // Train to 1958-12, 24 months: MAE 71.25 (forecast 8.20: snaive).
        let series = air_passengers();
        let origins = Origins::new(144, 24, 1).expect("enough");
        let trial = backtest(
            Technique::SeasonalNaive,
            &series,
            12,
            origins,
            &Shocks::new(24, 0),
        );
        let trial = trial.expect("fits");
        assert!((trial.mae - 71.25).abs() < 1e-12);
        let differences: f64 = (12..120)
            .map(|at| (series[at] - series[at - 12]).abs())
            .sum();
        let wanted = 71.25 / (differences / 108.0);
        assert!(trial.mase.is_some_and(|mase| (mase - wanted).abs() < 1e-12));
    }

    #[test]
    fn origins_leave_two_thirds_of_a_short_series_alone() {
        assert_eq!(Origins::new(2, 12, 4), None);
        for periods in 3..200 {
            let origins = Origins::new(periods, 12, 4).expect("enough");
            assert!(3 * origins.first >= 2 * periods && origins.horizon >= 1);
            assert!(origins.first + origins.horizon <= periods);
        }
        let long = Origins::new(200, 12, 4).expect("enough");
        assert_eq!((long.first, long.stride, long.horizon), (200 - 21, 3, 12));
    }

    #[test]
    fn what_comes_after_an_origin_does_not_change_its_forecast() {
        let series = air_passengers();
        let origins = Origins::new(144, 12, 1).expect("enough");
        let technique = "ets_mam".parse().expect("a name");
        let shocks = Shocks::new(12, 0);
        let error = |series: &[f64]| {
            backtest(technique, series, 12, origins, &shocks)
                .expect("fits")
                .mae
        };
        let mut moved = series.clone();
        for value in &mut moved[132..] {
            *value += 1000.0;
        }
        assert!((error(&moved) - error(&series) - 1000.0).abs() < 2.0 * error(&series));
        assert!(error(&moved) > 900.0);
    }
}
