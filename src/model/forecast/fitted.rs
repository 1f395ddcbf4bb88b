//! A technique fitted to a series: what it says of the periods to come.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use statrs::function::erf::erfc_inv;

use super::ets::Ets;
use super::fit::{mean, naive, smooth};
use super::intermittent::Intermittent;
use super::technique::Technique;
use crate::stored::find;
use crate::{Error, Result};

/// Simulated paths of a model with factors.
const PATHS: usize = 500;

/// The parameters and the state after the last period.
#[derive(Debug, Clone, PartialEq)]
pub enum Model {
    /// Exponential smoothing, the naive techniques and the mean.
    Ets(Ets),
    /// Demand that comes now and then.
    Intermittent(Intermittent),
}

/// A technique fitted to a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// Which.
    pub technique: Technique,
    /// What it found.
    pub model: Model,
    /// Whether the series never was negative: then neither are its forecasts.
    pub is_never_negative: bool,
}

/// A range in which a value lies with some probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub lower: f64,
    /// Its upper end; infinite if nothing is known of the errors.
    pub upper: f64,
}

/// What is expected of a period to come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Period {
    /// The mean.
    pub point: f64,
    /// The variance of the value around it.
    pub variance: f64,
    /// With 80 % probability.
    pub interval_80: Interval,
    /// With 95 % probability.
    pub interval_95: Interval,
}

/// Standard normal shocks of each path, those of a path next to each other.
///
/// In each period the paths have the quantiles of the normal distribution, in random order: as
/// spread out as they should be with few paths. All series share them.
pub(crate) struct Shocks {
    paths: Vec<Vec<f64>>,
}

impl Shocks {
    pub(crate) fn new(horizon: usize, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let share = |path: usize| (path as f64 + 0.5) / PATHS as f64;
        let mut shocks: Vec<f64> = (0..PATHS)
            .map(|path| normal_quantile(share(path)))
            .collect();
        let mut paths = vec![Vec::new(); PATHS];
        for _ in 0..horizon {
            shocks.shuffle(&mut random);
            paths
                .iter_mut()
                .zip(&shocks)
                .for_each(|(path, shock)| path.push(*shock));
        }
        Self { paths }
    }

    fn horizon(&self) -> usize {
        self.paths.first().map_or(0, Vec::len)
    }
}

fn normal_quantile(probability: f64) -> f64 {
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * probability)
}

/// One technique on one series.
///
/// # Shapes
/// - `series`: values of equally long periods, the oldest first
/// - `season`: periods after which it repeats itself, 12 or 52; 1 without season
///
/// # Errors
/// - `TooFew`: the technique needs more periods
/// - `OutOfRange`: a value that is not finite
/// - `NotIdentified`: the technique is not for such a series: factors of values that are not above
///   0, intermittent demand below 0 or less than twice
pub fn fit(technique: Technique, series: &[f64], season: usize) -> Result<Fitted> {
    if let Some(row) = series.iter().position(|value| !value.is_finite()) {
        return Err(Error::OutOfRange {
            name: "a period",
            value: series[row],
            row,
            rule: "finite",
        });
    }
    let season = season.max(1);
    let needed = technique.least_periods(season);
    if series.len() < needed {
        return Err(Error::TooFew {
            what: "periods",
            found: series.len(),
            needed,
        });
    }
    let model = match technique {
        Technique::Naive => Some(Model::Ets(naive(series, 1))),
        Technique::Mean => Some(Model::Ets(mean(series))),
        Technique::SeasonalNaive => Some(Model::Ets(naive(series, season))),
        Technique::Ets(form) => smooth(series, season, form).map(Model::Ets),
        _ => Intermittent::fit(technique, series).map(Model::Intermittent),
    };
    Ok(Fitted {
        technique,
        model: model.ok_or(Error::NotIdentified {
            reason: "the technique is not for such a series",
        })?,
        is_never_negative: series.iter().all(|value| *value >= 0.0),
    })
}

impl Fitted {
    /// Moves on by one more period, with the parameters as they are.
    pub fn observe(&mut self, value: f64) {
        match &mut self.model {
            Model::Ets(state) => state.move_on(state.error(value)),
            Model::Intermittent(state) => state.observe(value),
        }
        self.is_never_negative &= value >= 0.0;
    }

    /// The coming periods, with intervals that know the errors but not the parameters'
    /// uncertainty: of added errors by formula, of factors by simulation from `seed`.
    #[must_use]
    pub fn forecast(&self, horizon: usize, seed: u64) -> Vec<Period> {
        self.periods(&Shocks::new(horizon, seed))
    }

    pub(crate) fn periods(&self, shocks: &Shocks) -> Vec<Period> {
        let horizon = shocks.horizon();
        let points = self.means(horizon);
        let mut periods = match &self.model {
            Model::Ets(state) if state.form.multiplicative => simulated(state, &points, shocks),
            Model::Ets(state) => {
                let both = points.into_iter().zip(state.variances(horizon));
                both.map(|(point, variance)| normal(point, variance))
                    .collect()
            }
            Model::Intermittent(state) => {
                let quantile = |probability| state.quantile(probability);
                vec![period(state.expected(), state.variance(), quantile); horizon]
            }
        };
        if self.is_never_negative {
            periods.iter_mut().for_each(Period::lift);
        }
        periods
    }

    fn means(&self, horizon: usize) -> Vec<f64> {
        match &self.model {
            Model::Ets(state) => state.points(horizon),
            Model::Intermittent(state) => vec![state.expected(); horizon],
        }
    }

    /// The [`points`](Period::point) of the coming periods alone.
    pub(crate) fn points(&self, horizon: usize) -> Vec<f64> {
        let mut points = self.means(horizon);
        if self.is_never_negative {
            for point in &mut points {
                *point = point.max(0.0);
            }
        }
        points
    }

    /// All there is to store, with the technique's name beside it.
    #[must_use]
    pub fn values(&self) -> Vec<(String, f64)> {
        let mut values = match &self.model {
            Model::Ets(state) => state.values(),
            Model::Intermittent(state) => state.values(),
        };
        let flag = f64::from(self.is_never_negative);
        values.push(("is_never_negative".to_owned(), flag));
        values
    }

    /// What gave these [`values`](Self::values), ready for the periods after.
    ///
    /// # Errors
    /// `MissingParameter`: one of them is missing
    pub fn restore(technique: Technique, values: &[(String, f64)]) -> Result<Self> {
        Ok(Self {
            technique,
            model: if technique.is_intermittent() {
                Model::Intermittent(Intermittent::restore(technique, values)?)
            } else {
                Model::Ets(Ets::restore(technique.form(), values)?)
            },
            is_never_negative: find(values, "is_never_negative")? > 0.0,
        })
    }
}

fn period(point: f64, variance: f64, quantile: impl Fn(f64) -> f64) -> Period {
    let interval = |lower, upper| Interval {
        lower: quantile(lower),
        upper: quantile(upper),
    };
    Period {
        point,
        variance,
        interval_80: interval(0.1, 0.9),
        interval_95: interval(0.025, 0.975),
    }
}

fn normal(point: f64, variance: f64) -> Period {
    let deviation = variance.sqrt();
    period(point, variance, |probability| {
        point + deviation * normal_quantile(probability)
    })
}

fn simulated(state: &Ets, points: &[f64], shocks: &Shocks) -> Vec<Period> {
    let paths: Vec<Vec<f64>> = shocks
        .paths
        .iter()
        .map(|shocks| state.path(shocks))
        .collect();
    let one = |(ahead, &point): (usize, &f64)| {
        let mut values: Vec<f64> = paths.iter().map(|path| path[ahead]).collect();
        sort_ends(&mut values, PATHS / 10 + 1);
        let squares: f64 = values.iter().map(|value| (value - point).powi(2)).sum();
        period(point, squares / values.len() as f64, |probability| {
            let place = probability * values.len() as f64 - 0.5;
            let below = place as usize;
            values[below] + place.fract() * (values[below + 1] - values[below])
        })
    };
    points.iter().enumerate().map(one).collect()
}

/// Puts the least and the greatest `count` values in order, at their ends.
fn sort_ends(values: &mut [f64], count: usize) {
    let (least, _, rest) = values.select_nth_unstable_by(count, f64::total_cmp);
    least.sort_unstable_by(f64::total_cmp);
    let between = rest.len() - count - 1;
    let (_, _, greatest) = rest.select_nth_unstable_by(between, f64::total_cmp);
    greatest.sort_unstable_by(f64::total_cmp);
}

impl Period {
    /// Nothing below 0.
    fn lift(&mut self) {
        let ends = [&mut self.interval_80, &mut self.interval_95];
        for interval in ends {
            interval.lower = interval.lower.max(0.0);
            interval.upper = interval.upper.max(0.0);
        }
        self.point = self.point.max(0.0);
    }

    /// The same period with another point: the intervals move along.
    pub(crate) fn moved_to(mut self, point: f64) -> Self {
        for interval in [&mut self.interval_80, &mut self.interval_95] {
            interval.lower += point - self.point;
            interval.upper += point - self.point;
        }
        self.point = point;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Fitted, fit};
    use crate::Error;
    use crate::forecast::technique::ALL;
    use crate::forecast::tests::{air_passengers, simulate};

    #[test]
    fn every_technique_comes_back_from_storage_and_goes_on() {
        let series = air_passengers();
        for technique in ALL {
            let fitted = fit(technique, &series[..100], 12).expect("a model");
            let mut stored = Fitted::restore(technique, &fitted.values()).expect("complete");
            assert_eq!(stored.forecast(15, 3), fitted.forecast(15, 3));
            let mut fitted = fitted;
            for value in &series[100..117] {
                fitted.observe(*value);
                stored.observe(*value);
            }
            let stored = Fitted::restore(technique, &stored.values()).expect("complete");
            for (a, b) in stored.forecast(15, 3).iter().zip(fitted.forecast(15, 3)) {
                assert!((a.point - b.point).abs() < 1e-9 * b.point, "{technique}");
            }
            let lost = &stored.values()[1..];
            assert!(matches!(
                Fitted::restore(technique, lost),
                Err(Error::MissingParameter { .. })
            ));
        }
    }

    #[test]
    fn intervals_cover_about_as_often_as_they_say() {
        for name in ["ets_ann", "ets_aada", "ets_mam"] {
            let technique = name.parse().expect("a name");
            let (mut inside, mut all) = ([0.0; 2], 0.0);
            for seed in 0..150 {
                let series = simulate(technique, 96 + 8, seed);
                let fitted = fit(technique, &series[..96], 12).expect("a model");
                for (period, value) in fitted.forecast(8, 0).iter().zip(&series[96..]) {
                    let intervals = [period.interval_80, period.interval_95];
                    for (inside, interval) in inside.iter_mut().zip(intervals) {
                        *inside += f64::from((interval.lower..=interval.upper).contains(value));
                    }
                    all += 1.0;
                }
            }
            let [inner, outer] = inside.map(|inside| inside / all);
            assert!((inner - 0.8).abs() < 0.06, "{name}: {inner}");
            assert!((outer - 0.95).abs() < 0.04, "{name}: {outer}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        let technique = "ets_mam".parse().expect("a name");
        let short = fit(technique, &[1.0; 23], 12);
        assert!(matches!(
            short,
            Err(Error::TooFew {
                found: 23,
                needed: 24,
                ..
            })
        ));
        let zeros = fit(technique, &[0.0; 24], 12);
        assert!(matches!(zeros, Err(Error::NotIdentified { .. })));
        let broken = fit(technique, &[1.0, f64::NAN], 12);
        assert!(matches!(broken, Err(Error::OutOfRange { row: 1, .. })));
    }
}
