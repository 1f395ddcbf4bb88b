//! Demand that comes now and then: how much at a time, and how often.

use statrs::function::erf::erfc_inv;

use super::technique::Technique;
use crate::Result;
use crate::stored::find;

/// Smoothing constants that are tried; the least squared error of one step counts.
const TRIED: [f64; 5] = [0.05, 0.1, 0.15, 0.2, 0.3];

/// Demand as Croston's technique sees it after its last period.
///
/// # Formula
/// ```text
/// with demand:     z ← z + α (y − z),   p ← p + α (q − p), q periods after the demand before
/// forecast:        Croston z / p,   SBA (1 − α/2) z / p
/// TSB:             1/p is a probability π, and in every period π ← π + α ([y > 0] − π); forecast π z
/// ```
/// # Source
/// Croston (1972), Operational Research Quarterly 23; Syntetos & Boylan (2005), International
/// Journal of Forecasting 21; Teunter, Syntetos & Babai (2011), EJOR 214.
#[derive(Debug, Clone, PartialEq)]
pub struct Intermittent {
    /// Croston, SBA or TSB.
    pub technique: Technique,
    /// α.
    pub alpha: f64,
    /// z.
    pub size: f64,
    /// p, or 1/π.
    pub interval: f64,
    /// Periods since the last demand.
    pub waited: f64,
    /// The squared coefficient of variation of the sizes.
    pub variation: f64,
}

impl Intermittent {
    /// The best of [`TRIED`]; nothing for a series with a negative value or fewer than two demands.
    pub(crate) fn fit(technique: Technique, series: &[f64]) -> Option<Self> {
        if series.iter().any(|value| *value < 0.0) {
            return None;
        }
        let with = |alpha| Self::run(technique, alpha, series);
        let runs: Option<Vec<(f64, Self)>> = TRIED.into_iter().map(with).collect();
        runs?
            .into_iter()
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, fitted)| fitted)
    }

    /// The squared errors of one step from the first demand on, and the state at the end.
    pub(crate) fn run(technique: Technique, alpha: f64, series: &[f64]) -> Option<(f64, Self)> {
        let sizes: Vec<f64> = series
            .iter()
            .copied()
            .filter(|value| *value > 0.0)
            .collect();
        let first = series.iter().position(|value| *value > 0.0)?;
        if sizes.len() < 2 {
            return None;
        }
        let mean = sizes.iter().sum::<f64>() / sizes.len() as f64;
        let squares: f64 = sizes.iter().map(|size| (size - mean).powi(2)).sum();
        let mut state = Self {
            technique,
            alpha,
            size: series[first],
            interval: (first + 1) as f64,
            waited: 0.0,
            variation: squares / (sizes.len() - 1) as f64 / (mean * mean),
        };
        let mut sum = 0.0;
        for value in &series[first + 1..] {
            sum += (value - state.expected()).powi(2);
            state.observe(*value);
        }
        Some((sum, state))
    }

    /// Moves on by a period.
    pub(crate) fn observe(&mut self, value: f64) {
        let (alpha, is_demand) = (self.alpha, value > 0.0);
        self.waited += 1.0;
        if self.technique == Technique::Tsb {
            let probability = 1.0 / self.interval;
            self.interval = 1.0 / (probability + alpha * (f64::from(is_demand) - probability));
        }
        if is_demand {
            self.size += alpha * (value - self.size);
            if self.technique != Technique::Tsb {
                self.interval += alpha * (self.waited - self.interval);
            }
            self.waited = 0.0;
        }
    }

    /// What it expects of any coming period.
    pub(crate) fn expected(&self) -> f64 {
        let rate = self.size / self.interval;
        if self.technique == Technique::Sba {
            (1.0 - 0.5 * self.alpha) * rate
        } else {
            rate
        }
    }

    /// The variance of demand in any coming period.
    pub(crate) fn variance(&self) -> f64 {
        let probability = 1.0 / self.interval.max(1.0);
        self.size * self.size * probability * (1.0 + self.variation - probability)
    }

    /// What demand stays below with this probability: nothing mostly, else a size, taken as
    /// log-normal.
    pub(crate) fn quantile(&self, probability: f64) -> f64 {
        let none = 1.0 - 1.0 / self.interval.max(1.0);
        if probability <= none {
            return 0.0;
        }
        let share = (probability - none) / (1.0 - none);
        let spread = self.variation.ln_1p();
        let normal = -std::f64::consts::SQRT_2 * erfc_inv(2.0 * share);
        self.size * (normal * spread.sqrt() - 0.5 * spread).exp()
    }

    pub(crate) fn values(&self) -> Vec<(String, f64)> {
        let named = [
            ("alpha", self.alpha),
            ("size", self.size),
            ("interval", self.interval),
            ("waited", self.waited),
            ("variation", self.variation),
        ];
        named.map(|(name, value)| (name.to_owned(), value)).into()
    }

    pub(crate) fn restore(technique: Technique, values: &[(String, f64)]) -> Result<Self> {
        Ok(Self {
            technique,
            alpha: find(values, "alpha")?,
            size: find(values, "size")?,
            interval: find(values, "interval")?,
            waited: find(values, "waited")?,
            variation: find(values, "variation")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Intermittent, Technique};

    const SPARSE: [f64; 15] = [
        0.0, 2.0, 0.0, 0.0, 1.0, 0.0, 4.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 2.0, 0.0,
    ];

    fn at(technique: Technique) -> Intermittent {
        Intermittent::run(technique, 0.1, &SPARSE)
            .expect("demand")
            .1
    }

    #[test]
    fn croston_is_that_of_r() {
        // forecast 8.20: croston(y, alpha = 0.1) gives 0.922214; SBA is 95 % of it.
        let croston = at(Technique::Croston).expected();
        assert!((croston - 0.922_214).abs() < 5e-7, "{croston}");
        assert!((at(Technique::Sba).expected() / croston - 0.95).abs() < 1e-12);
    }

    #[test]
    fn only_tsb_forgets_demand_that_has_died_out() {
        let dead: Vec<f64> = SPARSE.into_iter().chain([0.0; 60]).collect();
        let after = |technique| {
            let (_, fitted) = Intermittent::run(technique, 0.1, &dead).expect("demand");
            fitted.expected() / at(technique).expected()
        };
        assert!((after(Technique::Croston) - 1.0).abs() < 1e-12);
        // π falls by 0.9 in every period without demand.
        assert!((after(Technique::Tsb) / 0.9_f64.powi(60) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn quantiles_are_zero_as_often_as_there_is_no_demand() {
        let fitted = at(Technique::Tsb);
        let none = 1.0 - 1.0 / fitted.interval;
        assert!(fitted.quantile(none - 1e-9).abs() < 1e-15);
        assert!(fitted.quantile(none + 1e-3) > 0.0);
        assert!(fitted.quantile(0.975) > fitted.quantile(0.9));
        // The mean over all quantiles is what is expected.
        let mean: f64 = (0..20_000)
            .map(|at| fitted.quantile((f64::from(at) + 0.5) / 20_000.0))
            .sum::<f64>()
            / 20_000.0;
        assert!((mean / fitted.expected() - 1.0).abs() < 2e-3, "{mean}");
    }

    #[test]
    fn nothing_is_fitted_without_two_demands() {
        assert_eq!(
            Intermittent::fit(Technique::Sba, &[0.0, 3.0, 0.0, 0.0]),
            None
        );
        assert_eq!(
            Intermittent::fit(Technique::Sba, &[0.0, 3.0, -1.0, 2.0]),
            None
        );
    }
}
