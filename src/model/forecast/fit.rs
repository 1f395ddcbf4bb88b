//! From a series to the state of exponential smoothing after its last period.

use super::decomposition::start;
use super::ets::{Ets, Smoothing};
use super::technique::{Form, STILL, Trend};
use crate::numeric::Real;
use crate::numeric::least_squares::{Residuals, least_squares};

/// Seasons of no more periods than this are estimated, longer ones taken from the decomposition: a
/// year of weeks would be 52 parameters.
const ESTIMATED: usize = 24;

/// So many expectations are multiplied before a logarithm is taken of them.
const FACTORS: usize = 8;

/// The most steps of an estimate.
const ITERATIONS: usize = 60;

/// The bounds of R's `ets`: α and β / α, γ / (1 − α) between the first two, φ between the others.
const LEAST: f64 = 1e-4;
const MOST: f64 = 0.9999;
const DAMPED: (f64, f64) = (0.8, 0.98);

/// Where estimates begin: α, β / α, γ / (1 − α), φ. The better end counts.
const STARTS: [[f64; 4]; 2] = [[0.3, 0.1, 0.1, 0.95], [0.8, 0.02, 0.02, 0.97]];

/// Each period as the one before; seasons as the season before.
pub(crate) fn naive(series: &[f64], season: usize) -> Ets {
    let is_seasonal = season > 1;
    let start = &series[..season];
    let mut state = Ets {
        form: Form {
            seasonal: is_seasonal,
            ..STILL
        },
        smoothing: Smoothing {
            alpha: f64::from(!is_seasonal),
            beta: 0.0,
            gamma: f64::from(is_seasonal),
            phi: 1.0,
        },
        level: if is_seasonal { 0.0 } else { start[0] },
        slope: 0.0,
        seasons: if is_seasonal {
            start.to_vec()
        } else {
            vec![0.0]
        },
        variance: f64::INFINITY,
        next: 0,
    };
    let errors = run(&mut state, &series[season..]);
    let squares: f64 = errors.iter().map(|error| error * error).sum();
    if !errors.is_empty() {
        state.variance = squares / errors.len() as f64;
    }
    state
}

/// The mean, with what its own uncertainty adds to the variance.
pub(crate) fn mean(series: &[f64]) -> Ets {
    let count = series.len() as f64;
    let level = series.iter().sum::<f64>() / count;
    let squares: f64 = series.iter().map(|value| (value - level).powi(2)).sum();
    Ets {
        form: STILL,
        smoothing: Smoothing {
            alpha: 0.0,
            beta: 0.0,
            gamma: 0.0,
            phi: 1.0,
        },
        level,
        slope: 0.0,
        seasons: vec![0.0],
        variance: if series.len() > 1 {
            squares / (count - 1.0) * (1.0 + 1.0 / count)
        } else {
            f64::INFINITY
        },
        next: 0,
    }
}

/// The errors that `state` makes on its way through the series.
fn run<R: Real>(state: &mut Ets<R>, series: &[f64]) -> Vec<R> {
    let one = |value: &f64| {
        let error = state.error(*value);
        state.move_on(error);
        error
    };
    series.iter().map(one).collect()
}

/// The likeliest model of this form; nothing if factors meet a value that is not above 0.
///
/// # Numerics
/// The likelihood of added errors is largest where Σe² is least, that of factors where Σ(εG)² is,
/// with G the geometric mean of all μ (a Jacobian, as in Box and Cox): both are least squares, in
/// which states at the start cost no more than parameters.
pub(crate) fn smooth(series: &[f64], season: usize, form: Form) -> Option<Ets> {
    if form.multiplicative && series.iter().any(|value| *value <= 0.0) {
        return None;
    }
    let start = start(series, if form.seasonal { season } else { 1 }, form);
    let scale = scale(series);
    let errors = Errors {
        start: &start,
        series,
        scale,
    };
    let ends = STARTS.iter().filter_map(|first| {
        let end = least_squares(&errors, packed(&start, *first, scale), ITERATIONS)?;
        let sum: f64 = errors.at(&end)?.iter().map(|error| error * error).sum();
        Some((sum, end))
    });
    let (_, end) = ends.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let mut state = unpacked(&start, &end, scale);
    let errors = run(&mut state, series);
    let squares: f64 = errors.iter().map(|error| error * error).sum();
    // Seasons sum to a constant: one of them is no parameter.
    let parameters = end.len() - usize::from(form.seasonal && season <= ESTIMATED);
    state.variance = squares / series.len().saturating_sub(parameters).max(1) as f64;
    Some(state.normalised())
}

/// The errors on the way through a series, as a function of what is estimated.
struct Errors<'a> {
    start: &'a Ets,
    series: &'a [f64],
    scale: f64,
}

impl Residuals for Errors<'_> {
    /// e, or ε times the geometric mean of μ; nothing where a μ is not above 0.
    fn at<R: Real>(&self, place: &[R]) -> Option<Vec<R>> {
        let mut state = unpacked(self.start, place, self.scale);
        if !state.form.multiplicative {
            return Some(run(&mut state, self.series));
        }
        let mut logs = R::constant(0.0);
        let mut errors = Vec::with_capacity(self.series.len());
        for values in self.series.chunks(FACTORS) {
            let mut product = R::constant(1.0);
            for value in values {
                let expected = state.expected();
                if expected.value().is_nan() || expected.value() <= 0.0 {
                    return None;
                }
                product = product * expected;
                let error = state.error(*value);
                state.move_on(error);
                errors.push(error);
            }
            logs = logs + product.ln();
        }
        let mean = (logs * (self.series.len() as f64).recip()).exp();
        Some(errors.into_iter().map(|error| error * mean).collect())
    }
}

/// The mean size of the values, to measure states with.
fn scale(series: &[f64]) -> f64 {
    let sum: f64 = series.iter().map(|value| value.abs()).sum();
    if sum > 0.0 {
        sum / series.len() as f64
    } else {
        1.0
    }
}

/// What is estimated, as numbers without bounds: α, β and φ of a trend, γ of a season, level, slope
/// and a short season.
fn packed(start: &Ets, [alpha, beta, gamma, phi]: [f64; 4], scale: f64) -> Vec<f64> {
    let Form {
        trend, seasonal, ..
    } = start.form;
    let mut place = vec![unbounded(alpha, LEAST, MOST), start.level / scale];
    if trend != Trend::None {
        place.extend([unbounded(beta, LEAST, MOST), start.slope / scale]);
    }
    if trend == Trend::Damped {
        place.push(unbounded(phi, DAMPED.0, DAMPED.1));
    }
    if seasonal {
        place.push(unbounded(gamma, LEAST, MOST));
        if start.seasons.len() <= ESTIMATED {
            let unit = if start.form.multiplicative {
                1.0
            } else {
                scale
            };
            place.extend(start.seasons.iter().map(|season| season / unit));
        }
    }
    place
}

/// The state that [`packed`] gave these numbers for.
fn unpacked<R: Real>(start: &Ets, place: &[R], scale: f64) -> Ets<R> {
    let mut rest = place.iter().copied();
    let mut next = || rest.next().unwrap_or(R::constant(0.0));
    let form = start.form;
    let alpha = bounded(next(), LEAST, MOST);
    let mut state = Ets {
        form,
        smoothing: Smoothing {
            alpha,
            beta: R::constant(start.smoothing.beta),
            gamma: R::constant(start.smoothing.gamma),
            phi: R::constant(start.smoothing.phi),
        },
        level: next() * scale,
        slope: R::constant(start.slope),
        seasons: Vec::new(),
        variance: start.variance,
        next: start.next,
    };
    if form.trend != Trend::None {
        state.smoothing.beta = alpha * bounded(next(), LEAST, MOST);
        state.slope = next() * scale;
    }
    if form.trend == Trend::Damped {
        state.smoothing.phi = bounded(next(), DAMPED.0, DAMPED.1);
    }
    if form.seasonal {
        state.smoothing.gamma = (-alpha + 1.0) * bounded(next(), LEAST, MOST);
    }
    state.seasons = if form.seasonal && start.seasons.len() <= ESTIMATED {
        let unit = if form.multiplicative { 1.0 } else { scale };
        start.seasons.iter().map(|_| next() * unit).collect()
    } else {
        start
            .seasons
            .iter()
            .map(|season| R::constant(*season))
            .collect()
    };
    state
}

fn bounded<R: Real>(free: R, least: f64, most: f64) -> R {
    R::constant(most - least) / ((-free).exp() + 1.0) + least
}

fn unbounded(value: f64, least: f64, most: f64) -> f64 {
    let share = (value - least) / (most - least);
    (share / (1.0 - share)).ln()
}

#[cfg(test)]
mod tests {
    use super::{Errors, Residuals, naive, smooth};
    use crate::forecast::Technique;
    use crate::forecast::tests::air_passengers;

    /// R's log-likelihood of a model: −½ (n ln Σe² + 2 Σ ln μ).
    fn log_likelihood(name: &str, series: &[f64]) -> f64 {
        let Ok(Technique::Ets(form)) = name.parse() else {
            panic!("no form: {name}");
        };
        let count = series.len() as f64;
        let start = super::start(series, if form.seasonal { 12 } else { 1 }, form);
        let scale = super::scale(series);
        let mut least = f64::INFINITY;
        for first in super::STARTS {
            let place = super::packed(&start, first, scale);
            let errors = Errors {
                start: &start,
                series,
                scale,
            };
            let end = super::least_squares(&errors, place, super::ITERATIONS).expect("an end");
            let found = errors.at(&end).expect("an end");
            least = least.min(found.iter().map(|error| error * error).sum());
        }
        -0.5 * count * least.ln()
    }

    #[test]
    fn likelihoods_of_air_passengers_reach_those_of_r() {
        // forecast 8.20: ets(AirPassengers), ets(train, "MAM"); augurs: M,A,N.
        let series = air_passengers();
        for (name, count, wanted) in [
            ("ets_madm", 144, -679.583_216),
            ("ets_mam", 120, -546.767),
            ("ets_man", 144, -831.488_35),
        ] {
            let found = log_likelihood(name, &series[..count]);
            assert!(found > wanted - 0.05, "{name}: {found}");
        }
    }

    #[test]
    fn a_line_with_a_season_goes_on_exactly() {
        let pattern = [3.0, -1.0, 2.0, -4.0];
        let value = |at: usize| 10.0 + 0.5 * at as f64 + pattern[at % 4];
        let series: Vec<f64> = (0..24).map(value).collect();
        let Ok(Technique::Ets(form)) = "ets_aaa".parse() else {
            panic!("a form");
        };
        let fitted = smooth(&series, 4, form).expect("a state");
        for (at, point) in fitted.points(8).iter().enumerate() {
            assert!((point - value(24 + at)).abs() < 1e-6, "{point}");
        }
    }

    #[test]
    fn naive_variances_grow_as_in_the_textbook() {
        // Hyndman & Athanasopoulos, Forecasting: Principles and Practice, section 5.5.
        let series = [5.0, 7.0, 6.0, 9.0, 8.0, 6.0];
        let walk = naive(&series, 1);
        assert!((walk.variance - (4.0 + 1.0 + 9.0 + 1.0 + 4.0) / 5.0).abs() < 1e-12);
        for (at, variance) in walk.variances(4).iter().enumerate() {
            assert!((variance / walk.variance - (at + 1) as f64).abs() < 1e-12);
        }
        let seasonal = naive(&series, 3);
        assert_eq!(seasonal.points(4), [9.0, 8.0, 6.0, 9.0]);
        let growth: Vec<f64> = seasonal
            .variances(7)
            .iter()
            .map(|one| one / seasonal.variance)
            .collect();
        assert_eq!(growth, [1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0]);
    }
}
