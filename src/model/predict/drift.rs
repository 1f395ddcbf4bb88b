//! How far the values of tonight are those of the last run.

use crate::numeric::distribution::chi_squared_upper;
use crate::{Error, Result};

/// A share of 0 counts as this one: its logarithm would be infinite.
const LEAST_SHARE: f64 = 1e-4;

/// Bins of about equally many values; what is missing has one of its own, the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Bins {
    /// The upper end of each bin of values but the last, ascending.
    uppers: Vec<f64>,
}

impl Bins {
    /// At most `count` bins in which these values are about equally many; equal ones share a bin.
    ///
    /// Bins end halfway to the next value: a heap of equal ones, such as a probability that many customers share, stays in its
    /// bin while it moves by less than that.
    #[must_use]
    pub fn of(values: &[f64], count: usize) -> Self {
        let mut known: Vec<f64> = values
            .iter()
            .copied()
            .filter(|value| value.is_finite())
            .collect();
        known.sort_unstable_by(f64::total_cmp);
        let upper = |bin: usize| {
            let last = *known.get((known.len() * bin).div_ceil(count).max(1) - 1)?;
            Some(halfway(&known, last))
        };
        let mut uppers: Vec<f64> = (1..count).filter_map(upper).collect();
        uppers.dedup_by(|a, b| a.total_cmp(b).is_eq());
        Self { uppers }
    }

    /// The bins with these [`uppers`](Self::uppers).
    #[must_use]
    pub fn restore(mut uppers: Vec<f64>) -> Self {
        uppers.retain(|upper| upper.is_finite());
        uppers.sort_unstable_by(f64::total_cmp);
        Self { uppers }
    }

    /// The upper end of each bin; not a number of the one of what is missing, infinite of the last.
    #[must_use]
    pub fn uppers(&self) -> Vec<f64> {
        let uppers = self.uppers.iter().copied();
        [f64::NAN]
            .into_iter()
            .chain(uppers)
            .chain([f64::INFINITY])
            .collect()
    }

    /// How many of the values fall in each bin.
    #[must_use]
    pub fn counts(&self, values: &[f64]) -> Vec<usize> {
        let mut counts = vec![0; self.uppers.len() + 2];
        for value in values {
            let bin = if value.is_nan() {
                0
            } else {
                1 + self.uppers.partition_point(|upper| upper < value)
            };
            counts[bin] += 1;
        }
        counts
    }
}

/// Half the way from one of the `known` values, which ascend, to the next; of the last, as far beyond it as the one before is
/// on this side; of the only one, itself.
fn halfway(known: &[f64], value: f64) -> f64 {
    let before = known.partition_point(|known| *known < value);
    let after = known.partition_point(|known| *known <= value);
    match (before.checked_sub(1), known.get(after)) {
        (_, Some(next)) => f64::midpoint(value, *next),
        (Some(before), None) => value + (value - known[before]) / 2.0,
        (None, None) => value,
    }
}

/// How far a distribution has moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    /// Below 0.1 it has hardly moved, from 0.25 on it is another one.
    pub stability_index: f64,
    /// The probability that chance alone moves it so far.
    pub p_value: f64,
}

/// Whether a feature, or a score, is still distributed as it was: the population stability index.
///
/// # Formula
/// ```text
/// PSI = Σ_b (q_b − p_b) · ln(q_b / p_b),   p, q shares of the bins then and now, none below 1e-4
/// PSI / (1/n + 1/m)  ~  χ² with bins − 1 degrees, if nothing has changed
/// ```
/// # Shapes
/// - `then`, `now`: rows in each bin; a bin that was and is empty counts for nothing
///
/// # Errors
/// - `Shape`: not as many bins
/// - `TooFew`: no row then, or none now
///
/// # Source
/// Siddiqi (2006), Credit Risk Scorecards, where the bounds 0.1 and 0.25 are from; Yurdakul (2018), Statistical Properties of
/// Population Stability Index, for its distribution.
///
/// # Example
/// ```
/// use clientele_model::predict::drift;
///
/// let drift = drift(&[0, 500, 500], &[0, 400, 600])?;
/// assert!((drift.stability_index - 0.1 * (0.6_f64 / 0.4).ln()).abs() < 1e-12);
/// assert!(drift.p_value < 0.001);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn drift(then: &[usize], now: &[usize]) -> Result<Drift> {
    if then.len() != now.len() {
        return Err(Error::Shape {
            name: "bins",
            found: now.len(),
            expected: then.len(),
        });
    }
    let [all_then, all_now] = [then, now].map(|counts| counts.iter().sum::<usize>());
    if all_then.min(all_now) == 0 {
        return Err(Error::TooFew {
            what: "rows",
            found: 0,
            needed: 1,
        });
    }
    let share = |count: usize, all: usize| (count as f64 / all as f64).max(LEAST_SHARE);
    let bins = then
        .iter()
        .zip(now)
        .filter(|(then, now)| **then + **now > 0);
    let parts: Vec<f64> = bins
        .map(|(then, now)| (share(*then, all_then), share(*now, all_now)))
        .map(|(then, now)| (now - then) * (now / then).ln())
        .collect();
    let stability_index = parts.iter().sum::<f64>();
    let scale = 1.0 / all_then as f64 + 1.0 / all_now as f64;
    let degrees = parts.len() as f64 - 1.0;
    Ok(Drift {
        stability_index,
        p_value: if degrees > 0.0 {
            chi_squared_upper(stability_index / scale, degrees)
        } else {
            1.0
        },
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Bins, drift};

    #[test]
    fn values_fall_in_tenths_and_what_is_missing_stands_apart() {
        let values: Vec<f64> = (1..=100).map(f64::from).chain([f64::NAN; 5]).collect();
        let bins = Bins::of(&values, 10);
        assert_eq!(
            bins.counts(&values),
            [5, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10]
        );
        assert_eq!(
            bins.counts(&[0.0, 10.5, 10.6, 1e9]),
            [0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
        );
        assert_eq!(Bins::restore(bins.uppers()), bins);
    }

    #[test]
    fn a_constant_has_one_bin_and_is_missed_when_it_is_gone() {
        let bins = Bins::of(&[7.0; 50], 10);
        let (then, now) = (bins.counts(&[7.0; 50]), bins.counts(&[8.0; 50]));
        assert_eq!(
            (then.clone(), now.clone()),
            (vec![0, 50, 0], vec![0, 0, 50])
        );
        let same = drift(&then, &then).expect("rows");
        assert!(same.stability_index.abs() < 1e-15 && (same.p_value - 1.0).abs() < 1e-15);
        assert!(drift(&then, &now).expect("rows").stability_index > 10.0);
        assert!(drift(&[0, 0, 0], &now).is_err());
        assert!(Bins::of(&[], 10).counts(&[1.0]) == [0, 1]);
    }

    #[test]
    fn heaps_that_move_a_little_are_steady_and_far_ones_are_not() {
        let heaps = [0.1, 0.2, 0.4, 0.5].map(|value| [value; 100]).concat();
        let bins = Bins::of(&heaps, 10);
        let after = |factor: f64| {
            let moved: Vec<f64> = heaps.iter().map(|value| value * factor).collect();
            let found = drift(&bins.counts(&heaps), &bins.counts(&moved));
            found.expect("rows").stability_index
        };
        assert!(after(1.02) < 1e-12 && after(0.98) < 1e-12);
        assert!(after(1.5) > 0.25 && after(0.5) > 0.25);
    }

    #[test]
    fn the_index_is_that_of_a_textbook() {
        // Siddiqi's form, computed by hand with numpy: sum((q - p) * log(q / p))
        let found = drift(&[100, 250, 300, 350], &[150, 200, 350, 300]).expect("rows");
        assert!(
            (found.stability_index - 0.046_845_500_953_844_52).abs() < 1e-12,
            "{}",
            found.stability_index
        );
        // scipy.stats.chi2.sf(psi / (2 / 1000), 3)
        assert!(
            (found.p_value - 3.296_486_926_226_411e-5).abs() < 1e-9,
            "{}",
            found.p_value
        );
    }

    proptest! {
        #[test]
        fn drift_is_not_negative_nor_changed_by_direction_or_doubling(
            pairs in proptest::collection::vec((0_usize..500, 0_usize..500), 2..12),
        ) {
            let (then, now): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            prop_assume!(then.iter().sum::<usize>() > 0 && now.iter().sum::<usize>() > 0);
            let found = drift(&then, &now).expect("rows").stability_index;
            prop_assert!(found >= 0.0);
            let back = drift(&now, &then).expect("rows").stability_index;
            prop_assert!((found - back).abs() < 1e-12);
            let doubled = |counts: &[usize]| counts.iter().map(|count| 2 * count).collect::<Vec<_>>();
            let twice = drift(&doubled(&then), &doubled(&now)).expect("rows").stability_index;
            prop_assert!((found - twice).abs() < 1e-12);
        }
    }
}
