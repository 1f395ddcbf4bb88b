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
}

/// The shares of values that lay in the intervals forecast for them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    /// In the 80 % interval.
    pub of_80: f64,
    /// In the 95 % interval.
    pub of_95: f64,
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

    /// Calls `compare` at each origin, with the technique as it stands there and what came.
    fn visit(self, before: &Fitted, series: &[f64], mut compare: impl FnMut(&Fitted, &[f64])) {
        let mut fitted = before.clone();
        let tested = &series[self.first..];
        for (at, value) in tested.iter().enumerate() {
            let ahead = &tested[at..];
            if at % self.stride == 0 && ahead.len() >= self.horizon {
                compare(&fitted, &ahead[..self.horizon]);
            }
            fitted.observe(*value);
        }
    }
}

/// Fits before the first origin, then moves on from origin to origin with the parameters as they
/// were: each forecast knows nothing of what it is compared with, and one fit is enough.
///
/// # Shapes
/// - returns the errors, and the technique as it stood before the first origin
///
/// # Errors
/// As of [`fit`].
pub(crate) fn backtest(
    technique: Technique,
    series: &[f64],
    season: usize,
    origins: Origins,
) -> Result<(Trial, Fitted)> {
    let known = &series[..origins.first];
    let before = fit(technique, known, season)?;
    let (mut absolute, mut squared, mut count) = (0.0, 0.0, 0.0);
    origins.visit(&before, series, |fitted, came| {
        for (point, value) in fitted.points(origins.horizon).iter().zip(came) {
            let error = value - point;
            absolute += error.abs();
            squared += error * error;
            count += 1.0;
        }
    });
    let scale = naive_error(known, season);
    let mae: f64 = absolute / count;
    let trial = Trial {
        technique,
        mae,
        rmse: f64::sqrt(squared / count),
        mase: (scale > 0.0).then(|| mae / scale),
    };
    Ok((trial, before))
}

/// How often the intervals of a technique, as [`backtest`] left it, held what came.
pub(crate) fn coverage(
    before: &Fitted,
    series: &[f64],
    origins: Origins,
    shocks: &Shocks,
) -> Coverage {
    let (mut inside_80, mut inside_95, mut count) = (0.0, 0.0, 0.0);
    origins.visit(before, series, |fitted, came| {
        for (period, value) in fitted.periods(shocks).iter().zip(came) {
            let is_inside =
                |interval: Interval| f64::from((interval.lower..=interval.upper).contains(value));
            inside_80 += is_inside(period.interval_80);
            inside_95 += is_inside(period.interval_95);
            count += 1.0;
        }
    });
    Coverage {
        of_80: inside_80 / count,
        of_95: inside_95 / count,
    }
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

#[cfg(test)]
mod tests {
    use super::{Origins, backtest};
    use crate::forecast::Technique;
    use crate::forecast::tests::air_passengers;

    #[test]
    fn seasonal_naive_on_air_passengers_is_that_of_r() {
        // Train to 1958-12, 24 months: MAE 71.25 (forecast 8.20: snaive).
        let series = air_passengers();
        let origins = Origins::new(144, 24, 1).expect("enough");
        let (trial, _) = backtest(Technique::SeasonalNaive, &series, 12, origins).expect("fits");
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
        let error = |series: &[f64]| {
            let (trial, _) = backtest(technique, series, 12, origins).expect("fits");
            trial.mae
        };
        let mut moved = series.clone();
        for value in &mut moved[132..] {
            *value += 1000.0;
        }
        assert!((error(&moved) - error(&series) - 1000.0).abs() < 2.0 * error(&series));
        assert!(error(&moved) > 900.0);
    }
}
