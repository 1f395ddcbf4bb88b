//! Where exponential smoothing starts: the seasons, the level and the slope of the first periods.

use super::ets::{Ets, Smoothing};
use super::technique::{Form, Trend};

/// The state before the first period: seasons by decomposition, level and slope of a line through
/// the first ten periods (two seasons, if they are longer) without them.
pub(crate) fn start(series: &[f64], season: usize, form: Form) -> Ets {
    let seasons = seasons(series, season, form.multiplicative);
    let without = |(at, value): (usize, &f64)| {
        if form.multiplicative {
            value / seasons[at % season]
        } else {
            value - seasons[at % season]
        }
    };
    let first: Vec<f64> = series
        .iter()
        .enumerate()
        .map(without)
        .take(10.max(2 * season))
        .collect();
    let count = first.len() as f64;
    let mean = first.iter().sum::<f64>() / count;
    let middle = 0.5 * (count + 1.0);
    let (mut product, mut square) = (0.0, 0.0);
    for (at, value) in first.iter().enumerate() {
        let time = (at + 1) as f64 - middle;
        product += time * (value - mean);
        square += time * time;
    }
    let slope = match form.trend {
        Trend::None => 0.0,
        _ => product / square,
    };
    Ets {
        form,
        smoothing: Smoothing {
            alpha: 0.0,
            beta: 0.0,
            gamma: 0.0,
            phi: 1.0,
        },
        level: mean - slope * middle,
        slope,
        seasons,
        variance: f64::INFINITY,
        next: 0,
    }
}

/// The mean difference or ratio of each period of the season to a centred moving average.
fn seasons(series: &[f64], season: usize, multiplicative: bool) -> Vec<f64> {
    let neutral = f64::from(multiplicative);
    if season == 1 {
        return vec![neutral];
    }
    let mut sums = vec![(0.0, 0.0); season];
    let half = season / 2;
    for at in half..series.len().saturating_sub(half) {
        // Of an even season the two ends count half.
        let window = &series[at - half..=at + half];
        let ends = if season.is_multiple_of(2) {
            0.5 * (window[0] + window[season])
        } else {
            0.0
        };
        let inner = if season.is_multiple_of(2) {
            &window[1..season]
        } else {
            window
        };
        let average = (inner.iter().sum::<f64>() + ends) / season as f64;
        let (sum, count) = &mut sums[at % season];
        *sum += if multiplicative {
            series[at] / average
        } else {
            series[at] - average
        };
        *count += 1.0;
    }
    let mean = |(sum, count): (f64, f64)| if count > 0.0 { sum / count } else { neutral };
    sums.into_iter().map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::seasons;

    #[test]
    fn a_line_with_a_season_is_decomposed_exactly() {
        let pattern = [3.0, -1.0, 2.0, -4.0];
        let series: Vec<f64> = (0..24)
            .map(|at| 10.0 + 0.5 * f64::from(at) + pattern[at as usize % 4])
            .collect();
        for (found, wanted) in seasons(&series, 4, false).iter().zip(pattern) {
            assert!((found - wanted).abs() < 1e-12);
        }
        let odd: Vec<f64> = (0..15).map(|at| 2.0 * [0.5, 1.5, 1.0][at % 3]).collect();
        for (found, wanted) in seasons(&odd, 3, true).iter().zip([0.5, 1.5, 1.0]) {
            assert!((found - wanted).abs() < 1e-12);
        }
    }
}
