//! The best technique for each of many series, and what it says.

use rayon::prelude::*;

use super::backtest::{Coverage, Origins, Trial, backtest, coverage};
use super::fitted::{Fitted, Period, Shocks, fit};
use super::technique::{ALL, Technique};
use crate::{Error, Result};

/// A series whose demands come this many periods apart on average, or more, is intermittent.
///
/// Syntetos, Boylan & Croston (2005), Journal of the Operational Research Society 56.
const INTERMITTENT: f64 = 1.32;

/// How to forecast.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `season` | 12 | from 1 | periods after which a series repeats itself: 12 months, 52 weeks, 1 without season |
/// | `horizon` | 12 | from 1 | periods to forecast |
/// | `origins` | 4 | from 1 | past days from which techniques are tried, over the horizon before the last |
/// | `techniques` | all | – | those to try; of equally good ones the first |
/// | `seed` | 0 | – | of simulated intervals |
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    /// Periods after which a series repeats itself.
    pub season: usize,
    /// Periods to forecast.
    pub horizon: usize,
    /// Past days from which techniques are tried.
    pub origins: usize,
    /// Those to try.
    pub techniques: Vec<Technique>,
    /// Of simulated intervals.
    pub seed: u64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            season: 12,
            horizon: 12,
            origins: 4,
            techniques: ALL.to_vec(),
            seed: 0,
        }
    }
}

/// What a series will do.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The technique chosen, fitted to the whole series.
    pub fitted: Fitted,
    /// The coming periods.
    pub periods: Vec<Period>,
    /// The errors of every technique tried; none for a series too short to try any.
    pub trials: Vec<Trial>,
    /// How often the intervals of the one chosen held what came; nothing for such a series.
    pub coverage: Option<Coverage>,
}

impl Forecast {
    /// The errors of the technique chosen.
    #[must_use]
    pub fn trial(&self) -> Option<&Trial> {
        self.trial_of(self.fitted.technique)
    }

    /// The errors of the baseline: the seasonal naive technique, or the naive one of a series
    /// without a whole season before the first origin.
    #[must_use]
    pub fn baseline(&self) -> Option<&Trial> {
        self.trial_of(Technique::SeasonalNaive)
            .or_else(|| self.trial_of(Technique::Naive))
    }

    fn trial_of(&self, technique: Technique) -> Option<&Trial> {
        self.trials
            .iter()
            .find(|trial| trial.technique == technique)
    }
}

/// What a series will do, by the technique that would have forecast its past best.
///
/// # Shapes
/// - `series`: values of equally long, whole periods, the oldest first
/// - returns `horizon` periods
///
/// # Missing
/// A period without sales is a 0 in the series, not a gap. Of fewer than three periods, which allow
/// no trial, the mean; of a single one nothing is known of its errors, and its intervals have no
/// end. Where the season does not fit in twice, techniques without season are tried.
///
/// # Errors
/// - `TooFew`: no period
/// - `OutOfRange`: a value that is not finite
///
/// # Numerics
/// The least root mean squared error chooses, not the least absolute one (which MASE shows): the
/// means of parts add up to the mean of the whole, medians do not, and of intermittent demand the
/// median is 0. Intervals know the errors but not how uncertain parameters are; `coverage` tells what
/// that is worth.
///
/// # Source
/// Tashman (2000), International Journal of Forecasting 16 (rolling origins); Hyndman & Koehler
/// (2006), International Journal of Forecasting 22 (MASE). R's forecast 8.20 on `AirPassengers`.
///
/// # Example
/// ```
/// use clientele_model::forecast::{Params, Technique, forecast};
///
/// let series = [10.0, 20.0, 30.0, 10.0, 20.0, 30.0, 10.0, 20.0, 30.0, 10.0, 20.0, 30.0];
/// let params = Params { season: 3, horizon: 4, ..Params::default() };
/// let forecast = forecast(&series, &params)?;
/// assert_eq!(forecast.fitted.technique, Technique::SeasonalNaive);
/// assert_eq!(forecast.periods.iter().map(|one| one.point).collect::<Vec<_>>(), [10.0, 20.0, 30.0, 10.0]);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn forecast(series: &[f64], params: &Params) -> Result<Forecast> {
    choose(series, params, &Shocks::new(params.horizon, params.seed))
}

/// [`forecast`] of each series, in their order, on all cores.
#[must_use]
pub fn forecast_all(series: &[Vec<f64>], params: &Params) -> Vec<Result<Forecast>> {
    let shocks = Shocks::new(params.horizon, params.seed);
    let one = |series: &Vec<f64>| choose(series, params, &shocks);
    series.par_iter().map(one).collect()
}

fn choose(series: &[f64], params: &Params, shocks: &Shocks) -> Result<Forecast> {
    let season = params.season.max(1);
    let origins = Origins::new(series.len(), params.horizon, params.origins);
    let mut tried = Vec::new();
    if let Some(origins) = origins {
        let apart = interval(series);
        let fits = |technique: &&Technique| {
            (season > 1 || !technique.is_seasonal())
                && (apart >= INTERMITTENT || !technique.is_intermittent())
        };
        for technique in params.techniques.iter().filter(fits) {
            match backtest(*technique, series, season, origins) {
                Ok(trial) => tried.push(trial),
                // It is not for a series so short, or of such values.
                Err(Error::TooFew { .. } | Error::NotIdentified { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
    let best = tried.iter().min_by(|a, b| a.0.rmse.total_cmp(&b.0.rmse));
    let technique = best.map_or(Technique::Mean, |(trial, _)| trial.technique);
    // What could be fitted before the first origin may fail on the whole, which has become 0, say.
    let fitted =
        fit(technique, series, season).or_else(|_| fit(Technique::Mean, series, season))?;
    let chosen = tried.iter().find(|one| one.1.technique == fitted.technique);
    let coverage = origins
        .zip(chosen)
        .map(|(origins, (_, before))| coverage(before, series, origins, shocks));
    Ok(Forecast {
        periods: fitted.periods(shocks),
        fitted,
        trials: tried.into_iter().map(|(trial, _)| trial).collect(),
        coverage,
    })
}

/// Periods per demand.
fn interval(series: &[f64]) -> f64 {
    let demands = series.iter().filter(|value| **value > 0.0).count();
    series.len() as f64 / demands.max(1) as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Params, forecast, forecast_all};
    use crate::Error;
    use crate::forecast::tests::{air_passengers, simulate};
    use crate::forecast::{Period, Technique, fit};

    #[test]
    fn air_passengers_are_forecast_better_than_by_seasonal_naive() {
        // forecast 8.20, train to 1958-12, 24 months: snaive 71.25, ets by Akaike's criterion 63.21.
        let series = air_passengers();
        let error = |periods: &[Period]| {
            let errors = periods.iter().zip(&series[120..]);
            errors
                .map(|(period, value)| (value - period.point).abs())
                .sum::<f64>()
                / 24.0
        };
        let params = Params {
            horizon: 24,
            ..Params::default()
        };
        let forecast = forecast(&series[..120], &params).expect("finite");
        assert!(error(&forecast.periods) < 71.25);
        let (trial, baseline) = (forecast.trial(), forecast.baseline());
        assert!(trial.expect("tried").mae < 0.7 * baseline.expect("tried").mae);
        for name in ["ets_mam", "ets_aaa"] {
            let fitted = fit(name.parse().expect("a name"), &series[..120], 12).expect("fits");
            assert!(error(&fitted.forecast(24, 0)) < 63.21, "{name}");
        }
    }

    #[test]
    fn planted_seasons_beat_seasonal_naive_and_noise_does_not_become_a_season() {
        let series: Vec<Vec<f64>> = (0..40)
            .map(|seed| simulate("ets_ana".parse().expect("a name"), 96, seed))
            .chain((0..40).map(|seed| simulate("ets_ann".parse().expect("a name"), 96, seed)))
            .collect();
        let forecasts = forecast_all(&series, &Params::default());
        let mut seasonal = [0, 0];
        let (mut chosen, mut naive) = (0.0, 0.0);
        for (at, forecast) in forecasts.into_iter().enumerate() {
            let forecast = forecast.expect("finite");
            seasonal[at / 40] += usize::from(forecast.fitted.technique.is_seasonal());
            chosen += forecast.trial().expect("tried").rmse;
            naive += forecast.baseline().expect("tried").rmse;
        }
        assert!(seasonal[0] >= 38 && seasonal[1] <= 12, "{seasonal:?}");
        assert!(chosen < 0.85 * naive);
    }

    #[test]
    fn sparse_demand_is_forecast_by_its_rate() {
        let sparse: Vec<f64> = (0_usize..120)
            .map(|at| {
                if at * at % 7 == 2 {
                    (at % 5 + 1) as f64
                } else {
                    0.0
                }
            })
            .collect();
        let params = Params {
            season: 1,
            ..Params::default()
        };
        let forecast = forecast(&sparse, &params).expect("finite");
        let mean = sparse.iter().sum::<f64>() / 120.0;
        let period = forecast.periods[0];
        assert!((period.point / mean - 1.0).abs() < 0.3, "{period:?} {mean}");
        assert!(period.interval_80.lower.abs() < 1e-15);
        assert!(
            forecast
                .trials
                .iter()
                .any(|trial| trial.technique == Technique::Tsb)
        );
    }

    #[test]
    fn short_and_empty_series_have_sensible_answers() {
        let params = Params::default();
        let of = |series: &[f64]| forecast(series, &params);
        assert!(matches!(of(&[]), Err(Error::TooFew { found: 0, .. })));
        assert!(matches!(
            of(&[1.0, 1.0, f64::INFINITY]),
            Err(Error::OutOfRange { row: 2, .. })
        ));
        let one = of(&[7.0]).expect("a period").periods;
        assert_eq!((one.len(), one[11].point), (12, 7.0));
        assert!(one[0].interval_95.upper.is_infinite() && one[0].interval_95.lower == 0.0);
        for (value, periods) in [(0.0, 2), (0.0, 40), (5.0, 3), (5.0, 9), (5.0, 60)] {
            for period in of(&vec![value; periods]).expect("periods").periods {
                assert!(
                    (period.point - value).abs() < 1e-9,
                    "{value} × {periods}: {period:?}"
                );
                assert!((period.interval_95.upper - value).abs() < 1e-6);
                assert!((period.interval_95.lower - value).abs() < 1e-6);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_series_has_finite_ordered_answers_that_scale_with_it(
            series in proptest::collection::vec(
                prop_oneof![Just(0.0), 0.0..10.0, 0.0..1e6], 2..60
            ),
            season in 1_usize..13,
        ) {
            let params = Params { season, horizon: 6, ..Params::default() };
            let found = forecast(&series, &params).expect("finite");
            let doubled: Vec<f64> = series.iter().map(|value| 2.0 * value).collect();
            let doubled = forecast(&doubled, &params).expect("finite");
            prop_assert_eq!(found.periods.len(), 6);
            for (period, double) in found.periods.iter().zip(&doubled.periods) {
                let (inner, outer) = (period.interval_80, period.interval_95);
                prop_assert!(period.point.is_finite() && period.point >= 0.0);
                prop_assert!(outer.lower >= 0.0 && outer.upper.is_finite(), "{:?}", found);
                prop_assert!(outer.lower <= inner.lower && inner.lower <= inner.upper && inner.upper <= outer.upper);
                prop_assert!((double.point - 2.0 * period.point).abs() <= 1e-6 * (1.0 + double.point));
            }
            let all = forecast_all(&[series.clone(), vec![1.0; 9], series], &params);
            prop_assert_eq!(all[0].as_ref().ok(), Some(&found));
            prop_assert_eq!(all[2].as_ref().ok(), Some(&found));
        }
    }
}
