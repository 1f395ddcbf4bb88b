//! Looking at a running test more than once: how often chance wins, and how far a result must
//! stand out at each look.

use crate::Result;
use crate::error::require;
use crate::numeric::distribution::{halve, normal_density, normal_upper, normal_upper_quantile};
use crate::numeric::quadrature;

/// Beyond this many deviations no look is ever decided.
const FURTHEST: f64 = 40.0;

/// One look at a running test, and what it takes to decide at it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Share of the planned customers that have been seen.
    pub fraction: f64,
    /// Chance of a false alarm at this look or before.
    pub spent: f64,
    /// Standard errors from 0 beyond which the test may end.
    pub z: f64,
    /// The two-sided p-value that says the same: the level to test at, at this look.
    pub level: f64,
}

/// The chance of a false alarm, if somebody looks several times and stops at the first p-value
/// below `level`.
///
/// # Formula
/// P(|B(tᵢ)| > z √tᵢ for some i) of a Brownian motion B, by integrating over where it was at the
/// look before.
///
/// # Shapes
/// - `fractions`: of the planned customers, seen at each look; rising, above 0, at most 1
///
/// # Errors
/// `OutOfRange`: fractions that do not rise; a level outside 0 to 1
///
/// # Source
/// Armitage et al. (1969), JRSS A 132, table 2.
///
/// # Example
/// ```
/// use clientele_model::experiment::false_positive_rate;
/// let five_looks = false_positive_rate(&[0.2, 0.4, 0.6, 0.8, 1.0], 0.05)?;
/// assert!((five_looks - 0.142).abs() < 5e-4);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn false_positive_rate(fractions: &[f64], level: f64) -> Result<f64> {
    let z = normal_upper_quantile(0.5 * probability("level", level)?);
    let mut walk = Walk::new(fractions)?;
    let crossed = fractions.iter().map(|&fraction| {
        let bound = z * fraction.sqrt();
        let crossed = walk.leaves(fraction, bound);
        walk.stay(fraction, bound);
        crossed
    });
    Ok(crossed.sum())
}

/// How far a result must stand out at each look, so that all looks together raise a false alarm
/// with probability `alpha`: little is spent early, nearly all at the end.
///
/// # Formula
/// α-spending after O'Brien and Fleming, half of α on either side: α(t) = 4 (1 − Φ(z_{α/4} / √t)).
/// The bound of each look spends what was added since the look before; looks need not be planned,
/// only counted.
///
/// # Shapes
/// - `fractions`: as [`false_positive_rate`]
/// - returns one row per look, in their order
///
/// # Errors
/// As [`false_positive_rate`]
///
/// # Source
/// Lan & `DeMets` (1983), Biometrika 70, with α/2 on either side.
pub fn boundaries(fractions: &[f64], alpha: f64) -> Result<Vec<Look>> {
    probability("alpha", alpha)?;
    let mut walk = Walk::new(fractions)?;
    let mut before = 0.0;
    let look = |&fraction: &f64| {
        let spent = obrien_fleming_spent(fraction, alpha);
        let root = fraction.sqrt();
        let z = halve(0.0, FURTHEST, |z| {
            walk.leaves(fraction, z * root) > spent - before
        });
        walk.stay(fraction, z * root);
        before = spent;
        Look {
            fraction,
            spent,
            z,
            level: 2.0 * normal_upper(z),
        }
    };
    Ok(fractions.iter().map(look).collect())
}

/// The part of `alpha` that may be spent by the time a share `fraction` of the planned customers
/// has been seen.
#[must_use]
pub fn obrien_fleming_spent(fraction: f64, alpha: f64) -> f64 {
    4.0 * normal_upper(normal_upper_quantile(0.25 * alpha) / fraction.sqrt())
}

fn probability(name: &'static str, value: f64) -> Result<f64> {
    let inside = value > 0.0 && value < 1.0;
    require(inside, name, value, 0, "between 0 and 1").map(|()| value)
}

/// Where a test that was never decided may stand: points with their probabilities.
struct Walk {
    points: Vec<(f64, f64)>,
    time: f64,
    /// The shortest step of all, as a deviation: densities are smooth on this scale.
    scale: f64,
}

impl Walk {
    fn new(fractions: &[f64]) -> Result<Self> {
        let (mut before, mut shortest) = (0.0, 1.0);
        for (row, &fraction) in fractions.iter().enumerate() {
            let rises = fraction > before && fraction <= 1.0;
            require(
                rises,
                "fraction",
                fraction,
                row,
                "rising, above 0, at most 1",
            )?;
            shortest = f64::min(shortest, fraction - before);
            before = fraction;
        }
        Ok(Self {
            points: vec![(0.0, 1.0)],
            time: 0.0,
            scale: shortest.sqrt(),
        })
    }

    /// The probability of being beyond `bound` at `time`.
    fn leaves(&self, time: f64, bound: f64) -> f64 {
        let step = (time - self.time).sqrt();
        let beyond = |&(at, probability): &(f64, f64)| {
            probability * (normal_upper((bound - at) / step) + normal_upper((bound + at) / step))
        };
        self.points.iter().map(beyond).sum()
    }

    /// Goes on to `time`, within `bound`.
    fn stay(&mut self, time: f64, bound: f64) {
        let step = (time - self.time).sqrt();
        let density = |to: f64| -> f64 {
            let reaches = |&(at, probability): &(f64, f64)| {
                probability * normal_density((to - at) / step) / step
            };
            self.points.iter().map(reaches).sum()
        };
        let panels = (2.0 * bound / self.scale).ceil().max(1.0);
        let width = 2.0 * bound / panels;
        self.points = (0..panels as usize)
            .flat_map(|panel| {
                let from = panel as f64 * width - bound;
                quadrature::points(from, from + width)
            })
            .map(|(at, weight)| (at, weight * density(at)))
            .collect();
        self.time = time;
    }
}

#[cfg(test)]
mod tests {
    use super::{boundaries, false_positive_rate};
    use crate::Error;

    fn evenly(looks: u32) -> Vec<f64> {
        (1..=looks)
            .map(|look| f64::from(look) / f64::from(looks))
            .collect()
    }

    #[test]
    fn looking_often_wins_often() {
        // Armitage, McPherson & Rowe (1969), table 2, at 5 %.
        for (looks, rate) in [
            (1, 0.05),
            (2, 0.083),
            (3, 0.107),
            (4, 0.126),
            (5, 0.142),
            (10, 0.193),
            (20, 0.248),
            (50, 0.320),
        ] {
            let found = false_positive_rate(&evenly(looks), 0.05).expect("rising");
            assert!((found - rate).abs() < 6e-4, "{looks}: {found}");
        }
    }

    #[test]
    fn bounds_are_those_of_lan_and_demets() {
        // The classic 4.877, 3.357, 2.680, 2.290, 2.031; further digits by SciPy, trapezoids over
        // 4,001 points.
        let looks = boundaries(&evenly(5), 0.05).expect("rising");
        let expected = [
            4.876_884_95,
            3.357_011_92,
            2.680_280_03,
            2.289_816_71,
            2.031_031_97,
        ];
        for (look, z) in looks.iter().zip(expected) {
            assert!((look.z - z).abs() < 1e-7, "{look:?}");
        }
        assert!((looks[4].spent - 0.05).abs() < 1e-12);
    }

    #[test]
    fn one_look_at_the_end_is_an_ordinary_test() {
        let looks = boundaries(&[1.0], 0.05).expect("rising");
        assert!((looks[0].level - 0.05).abs() < 1e-12);
    }

    #[test]
    fn looks_that_do_not_advance_are_refused() {
        for bad in [&[0.5, 0.5][..], &[0.0], &[1.1], &[f64::NAN]] {
            assert!(matches!(
                boundaries(bad, 0.05),
                Err(Error::OutOfRange { .. })
            ));
        }
        assert!(matches!(
            false_positive_rate(&[1.0], 1.0),
            Err(Error::OutOfRange { .. })
        ));
        assert!(boundaries(&[], 0.05).expect("no looks").is_empty());
    }
}
