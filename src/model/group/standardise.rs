//! Features on one scale: skewed ones made straight, all with mean 0 and standard deviation 1.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;
use statrs::function::erf::{erfc, erfc_inv};

use super::rows::{check, check_features};
use crate::stored::find;
use crate::{Error, Result};

/// Quantiles kept of a feature that is mapped to normal scores.
const QUANTILES: usize = 201;

/// A feature less skewed than this is left as it is.
const SKEWED: f64 = 1.0;

/// What is done to a feature before mean and deviation are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transform {
    /// Nothing.
    Identity,
    /// ln(1 + x), of a feature that is never negative.
    Log1p,
    /// The normal score of its rank.
    Normal,
}

const TRANSFORMS: [Transform; 3] = [Transform::Identity, Transform::Log1p, Transform::Normal];

/// How to fit.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `transforms` | empty | – | transforms that are fixed, by the number of the feature |
/// | `reach` | 4 | above 0 | standardised values beyond ±reach count as ±reach |
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    /// Fixed transforms; any other feature gets `Log1p` where that takes away its skewness.
    pub transforms: Vec<(usize, Transform)>,
    /// Where outliers end.
    pub reach: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            transforms: Vec::new(),
            reach: 4.0,
        }
    }
}

/// What was learnt of one feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// What is done to it first.
    pub transform: Transform,
    /// The mean after that.
    pub mean: f64,
    /// The standard deviation after that; 0 of a constant feature, whose every value becomes 0.
    pub deviation: f64,
    /// Of `Normal`, values at even shares of the rows, ascending; else empty.
    pub quantiles: Vec<f64>,
}

/// What was learnt of all features.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// One for each column.
    pub features: Vec<Feature>,
    /// Where outliers end, in standard deviations.
    pub reach: f64,
}

/// What makes features comparable, so that spend in pounds does not outweigh recency in days.
///
/// A feature that is never negative and skewed to the right (skewness above 1) is taken as
/// ln(1 + x) where that is less skewed. Outliers end at `reach`: three wholesalers shall not become
/// a segment.
///
/// # Formula
/// ```text
/// z = clamp((f(x) − mean f) / deviation f, ±reach),   f(x) = x, ln(1 + x) or Φ⁻¹(rank share of x)
/// ```
/// # Shapes
/// - `rows`: customers × features, in any units
/// - returns one [`Feature`] per column
///
/// # Missing
/// A constant feature becomes 0 everywhere. Ties share the middle of their ranks.
///
/// # Errors
/// - `TooFew`: no row, no feature
/// - `OutOfRange`: a value that is not finite, or −1 or less where `Log1p` was asked for; a
///   reach that is not above 0
///
/// # Numerics
/// Sums run over sorted values: the order of the rows does not matter.
pub fn fit(rows: ArrayView2<f64>, params: &Params) -> Result<Fitted> {
    check(rows)?;
    if params.reach.is_nan() || params.reach <= 0.0 {
        return Err(Error::OutOfRange {
            name: "reach",
            value: params.reach,
            row: 0,
            rule: "above 0",
        });
    }
    let feature = |column: usize| {
        let fixed = params.transforms.iter().find(|(known, _)| *known == column);
        Feature::fit(rows.column(column), fixed.map(|(_, transform)| *transform))
    };
    let features = (0..rows.ncols()).into_par_iter().map(feature);
    Ok(Fitted {
        features: features.collect::<Result<_>>()?,
        reach: params.reach,
    })
}

impl Feature {
    fn fit(column: ArrayView1<f64>, fixed: Option<Transform>) -> Result<Self> {
        let bad = column.iter().position(|value| *value <= -1.0);
        if let (Some(Transform::Log1p), Some(row)) = (fixed, bad) {
            return Err(Error::OutOfRange {
                name: "a feature taken as ln(1 + x)",
                value: column[row],
                row,
                rule: "above -1",
            });
        }
        let mut sorted = column.to_vec();
        sorted.par_sort_unstable_by(f64::total_cmp);
        let transform = fixed.unwrap_or_else(|| straightest(&sorted));
        let last = sorted.len() - 1;
        let mut feature = Self {
            transform,
            mean: 0.0,
            deviation: 1.0,
            quantiles: match transform {
                Transform::Normal => (0..QUANTILES)
                    .map(|at| sorted[at * last / (QUANTILES - 1)])
                    .collect(),
                _ => Vec::new(),
            },
        };
        let moments = Moments::of(&sorted.iter().map(|value| feature.transformed(*value)));
        feature.mean = moments.mean;
        // What rounding leaves of a constant is constant.
        let is_constant = moments.deviation <= 1e-12 * moments.mean.abs();
        feature.deviation = if is_constant { 0.0 } else { moments.deviation };
        Ok(feature)
    }

    fn transformed(&self, value: f64) -> f64 {
        match self.transform {
            Transform::Identity => value,
            // Scored another day, a value may lie below all that were seen.
            Transform::Log1p => value.max(-1.0 + f64::EPSILON).ln_1p(),
            Transform::Normal => normal_score(&self.quantiles, value),
        }
    }

    fn standardised(&self, value: f64, reach: f64) -> f64 {
        if self.deviation > 0.0 {
            ((self.transformed(value) - self.mean) / self.deviation)
                .max(-reach)
                .min(reach)
        } else {
            0.0
        }
    }

    fn original(&self, standardised: f64) -> f64 {
        let transformed = self.mean + self.deviation * standardised;
        match self.transform {
            Transform::Identity => transformed,
            Transform::Log1p => transformed.exp_m1(),
            Transform::Normal => {
                let share = 0.5 * erfc(-transformed / std::f64::consts::SQRT_2);
                let place = share * (self.quantiles.len() - 1) as f64;
                let below = place as usize;
                let above = (below + 1).min(self.quantiles.len() - 1);
                let step = self.quantiles[above] - self.quantiles[below];
                self.quantiles[below] + step * place.fract()
            }
        }
    }
}

/// Φ⁻¹ of where `value` lies among the quantiles, no farther out than half a step from the ends.
fn normal_score(quantiles: &[f64], value: f64) -> f64 {
    let steps = (quantiles.len() - 1) as f64;
    let below = quantiles.partition_point(|quantile| *quantile < value);
    let upto = quantiles.partition_point(|quantile| *quantile <= value);
    let place = if upto > below {
        0.5 * (below + upto - 1) as f64
    } else if below == 0 || below == quantiles.len() {
        below as f64
    } else {
        let (left, right) = (quantiles[below - 1], quantiles[below]);
        (below - 1) as f64 + (value - left) / (right - left)
    };
    let share = (place / steps).clamp(0.5 / steps, 1.0 - 0.5 / steps);
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * share)
}

struct Moments {
    mean: f64,
    deviation: f64,
    skewness: f64,
}

impl Moments {
    fn of(values: &(impl Iterator<Item = f64> + Clone)) -> Self {
        let count = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / count;
        let moment = |power| {
            values
                .clone()
                .map(|value| (value - mean).powi(power))
                .sum::<f64>()
        };
        let deviation = (moment(2) / count).sqrt();
        Self {
            mean,
            deviation,
            skewness: moment(3) / count / deviation.powi(3),
        }
    }
}

fn straightest(sorted: &[f64]) -> Transform {
    let skewness = Moments::of(&sorted.iter().copied()).skewness;
    let log = || Moments::of(&sorted.iter().map(|value| value.ln_1p())).skewness;
    if sorted[0] >= 0.0 && skewness > SKEWED && log().abs() < skewness {
        Transform::Log1p
    } else {
        Transform::Identity
    }
}

impl Fitted {
    /// The rows on the common scale, in their order.
    ///
    /// # Errors
    /// - `Shape`: not as many features as were fitted
    /// - `TooFew`, `OutOfRange`: no row; a value that is not finite
    pub fn standardise(&self, rows: ArrayView2<f64>) -> Result<Array2<f64>> {
        check_features(rows, self.features.len())?;
        check(rows)?;
        let mut out = rows.to_owned();
        out.axis_iter_mut(Axis(0)).into_par_iter().for_each(|row| {
            for (value, feature) in row.into_iter().zip(&self.features) {
                *value = feature.standardised(*value, self.reach);
            }
        });
        Ok(out)
    }

    /// Standardised rows, centroids say, back in the units of the features.
    ///
    /// # Errors
    /// - `Shape`: not as many features as were fitted
    /// - `TooFew`, `OutOfRange`: no row; a value that is not finite
    pub fn original(&self, standardised: ArrayView2<f64>) -> Result<Array2<f64>> {
        check_features(standardised, self.features.len())?;
        check(standardised)?;
        let original =
            |((_, column), value): ((usize, usize), &f64)| self.features[column].original(*value);
        let mut out = standardised.to_owned();
        for (to, from) in out
            .iter_mut()
            .zip(standardised.indexed_iter().map(original))
        {
            *to = from;
        }
        Ok(out)
    }

    /// All there is to store: `reach`, then of each feature `0.transform` (0 identity, 1 ln(1 + x),
    /// 2 normal score), `0.mean`, `0.deviation` and its quantiles, `0.quantile.0`…
    #[must_use]
    pub fn values(&self) -> Vec<(String, f64)> {
        let mut values = vec![("reach".to_owned(), self.reach)];
        for (at, feature) in self.features.iter().enumerate() {
            let code = TRANSFORMS
                .iter()
                .position(|known| *known == feature.transform);
            values.push((format!("{at}.transform"), code.unwrap_or_default() as f64));
            values.push((format!("{at}.mean"), feature.mean));
            values.push((format!("{at}.deviation"), feature.deviation));
            let quantiles = feature.quantiles.iter().enumerate();
            values
                .extend(quantiles.map(|(place, value)| (format!("{at}.quantile.{place}"), *value)));
        }
        values
    }

    /// What gave these [`values`](Self::values).
    ///
    /// # Errors
    /// `MissingParameter`: one of them is missing
    pub fn restore(features: usize, values: &[(String, f64)]) -> Result<Self> {
        let feature = |at: usize| {
            let find = |name: &str| find(values, &format!("{at}.{name}"));
            let transform = TRANSFORMS[(find("transform")? as usize).min(TRANSFORMS.len() - 1)];
            let kept = if transform == Transform::Normal {
                QUANTILES
            } else {
                0
            };
            Ok(Feature {
                transform,
                mean: find("mean")?,
                deviation: find("deviation")?,
                quantiles: (0..kept)
                    .map(|place| find(&format!("quantile.{place}")))
                    .collect::<Result<_>>()?,
            })
        };
        Ok(Self {
            features: (0..features).map(feature).collect::<Result<_>>()?,
            reach: find(values, "reach")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::{Fitted, Params, Transform, fit};
    use crate::Error;

    /// 0, 1, 2… of them, and their exponentials.
    fn skewed() -> Array2<f64> {
        Array2::from_shape_fn((400, 3), |(row, column)| match column {
            0 => row as f64,
            1 => (row as f64 / 40.0).exp(),
            _ => 7.3,
        })
    }

    #[test]
    fn a_skewed_feature_is_taken_as_its_logarithm_and_all_have_mean_0_and_deviation_1() {
        let rows = skewed();
        let fitted = fit(rows.view(), &Params::default()).expect("finite");
        let transforms: Vec<Transform> = fitted.features.iter().map(|one| one.transform).collect();
        assert_eq!(transforms[..2], [Transform::Identity, Transform::Log1p]);
        let out = fitted.standardise(rows.view()).expect("as fitted");
        for column in out.columns().into_iter().take(2) {
            assert!(column.sum().abs() < 1e-10);
            assert!((column.dot(&column) / 400.0 - 1.0).abs() < 1e-12);
        }
        assert!(out.column(2).iter().all(|value| *value == 0.0));
    }

    #[test]
    fn normal_scores_are_those_of_the_ranks_and_ties_share_theirs() {
        let params = Params {
            transforms: vec![(0, Transform::Normal), (1, Transform::Normal)],
            ..Params::default()
        };
        let rows = Array2::from_shape_fn((2001, 2), |(row, column)| match column {
            0 => (row as f64).powi(3),
            _ => f64::from(row >= 1000) * (row as f64 - 999.0),
        });
        let fitted = fit(rows.view(), &params).expect("finite");
        let out = fitted.standardise(rows.view()).expect("as fitted");
        let score = |row: usize, column: usize| {
            let feature = &fitted.features[column];
            feature.mean + feature.deviation * out[[row, column]]
        };
        // scipy.stats.norm.ppf(0.9), ppf(0.5)
        assert!((score(1800, 0) - 1.281_551_565_544_6).abs() < 1e-12);
        assert!(score(1000, 0).abs() < 1e-12);
        // Rows 0 to 999 are 0: quantiles 0 to 99 of 200 steps, in the middle ppf(0.2475).
        assert!((score(0, 1) + 0.682_386).abs() < 1e-5, "{}", score(0, 1));
    }

    #[test]
    fn outliers_end_at_the_reach() {
        let mut rows = Array2::from_shape_fn((1000, 1), |(row, _)| (row % 10) as f64 - 4.5);
        rows[[0, 0]] = 1e5;
        let fitted = fit(rows.view(), &Params::default()).expect("finite");
        let out = fitted.standardise(rows.view()).expect("as fitted");
        assert!((out[[0, 0]] - 4.0).abs() < 1e-15);
    }

    #[test]
    fn what_is_standardised_comes_back_also_after_storing() {
        let rows = skewed();
        let params = Params {
            transforms: vec![(0, Transform::Normal)],
            ..Params::default()
        };
        let fitted = fit(rows.view(), &params).expect("finite");
        let stored = Fitted::restore(3, &fitted.values()).expect("complete");
        assert_eq!(stored, fitted);
        let there = stored.standardise(rows.view()).expect("as fitted");
        let back = stored.original(there.view()).expect("as fitted");
        let inner = rows.rows().into_iter().zip(back.rows()).skip(4).take(392);
        for (row, back) in inner {
            for (a, b) in row.iter().zip(back) {
                assert!((a - b).abs() < 1e-9 * a.abs().max(1.0), "{row} {back}");
            }
        }
        assert!(matches!(
            Fitted::restore(4, &fitted.values()),
            Err(Error::MissingParameter { .. })
        ));
    }

    #[test]
    fn mistakes_are_told() {
        let fixed = Params {
            transforms: vec![(0, Transform::Log1p)],
            ..Params::default()
        };
        let negative = fit(array![[1.0], [-2.0]].view(), &fixed);
        assert!(matches!(negative, Err(Error::OutOfRange { row: 1, .. })));
        let reach = Params {
            reach: f64::NAN,
            ..Params::default()
        };
        let nowhere = fit(array![[1.0]].view(), &reach);
        assert!(matches!(
            nowhere,
            Err(Error::OutOfRange { name: "reach", .. })
        ));
        let fitted = fit(array![[1.0], [2.0]].view(), &Params::default()).expect("finite");
        let wide = fitted.standardise(array![[1.0, 2.0]].view());
        assert!(matches!(
            wide,
            Err(Error::Shape {
                found: 2,
                expected: 1,
                ..
            })
        ));
    }
}
