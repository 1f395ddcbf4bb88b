//! Exponential smoothing as a state that moves with every period.

use super::technique::Form;
use crate::Result;
use crate::numeric::Real;
use crate::stored::find;

/// How fast the parts of a state follow what is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Smoothing<R = f64> {
    /// α: of the level.
    pub alpha: R,
    /// β: of the slope.
    pub beta: R,
    /// γ: of the seasons.
    pub gamma: R,
    /// φ: what is left of the slope after each period; 1 without damping.
    pub phi: R,
}

/// A series as exponential smoothing sees it after its last period.
///
/// # Formula
/// ```text
/// added:    μ = l + φb + s        l ← l + φb + αe       b ← φb + βe            s ← s + γe
/// factors:  μ = (l + φb) · s      l ← (l + φb)(1 + αε)  b ← φb + β(l + φb)ε    s ← s(1 + γε)
/// e = y − μ,   ε = (y − μ) / μ
/// ```
/// Without a season, s is 0 or 1 and stays. The naive techniques are the same with α or γ of 1, the
/// mean with all of them 0.
///
/// # Source
/// Hyndman, Koehler, Ord & Snyder (2008), Forecasting with Exponential Smoothing, tables 2.2, 2.3.
#[derive(Debug, Clone, PartialEq)]
pub struct Ets<R = f64> {
    /// Error, trend and season.
    pub form: Form,
    /// How fast it follows.
    pub smoothing: Smoothing<R>,
    /// l.
    pub level: R,
    /// b.
    pub slope: R,
    /// s, the next period's first; one for a series without season.
    pub seasons: Vec<R>,
    /// The variance of e or ε; infinite if it is unknown.
    pub variance: f64,
    /// Where the next period's s stands while periods go by.
    pub(crate) next: usize,
}

impl<R: Real> Ets<R> {
    fn base(&self) -> R {
        self.level + self.smoothing.phi * self.slope
    }

    /// μ of the next period.
    pub(crate) fn expected(&self) -> R {
        let season = self.seasons[self.next];
        if self.form.multiplicative {
            self.base() * season
        } else {
            self.base() + season
        }
    }

    /// Moves on by a period in which the error was e or ε.
    pub(crate) fn move_on(&mut self, error: R) {
        let Smoothing {
            alpha,
            beta,
            gamma,
            phi,
        } = self.smoothing;
        let base = self.base();
        let season = &mut self.seasons[self.next];
        let change = if self.form.multiplicative {
            *season = *season * (gamma * error + 1.0);
            base * error
        } else {
            *season = *season + gamma * error;
            error
        };
        self.level = base + alpha * change;
        self.slope = phi * self.slope + beta * change;
        self.next = (self.next + 1) % self.seasons.len();
    }

    /// The error e or ε if `value` is what comes.
    pub(crate) fn error(&self, value: f64) -> R {
        let (value, expected) = (R::constant(value), self.expected());
        if self.form.multiplicative {
            value / expected - 1.0
        } else {
            value - expected
        }
    }
}

impl Ets {
    /// What it expects of the coming periods.
    pub(crate) fn points(&self, horizon: usize) -> Vec<f64> {
        let mut state = self.clone();
        let one = |_| {
            let expected = state.expected();
            state.move_on(0.0);
            expected
        };
        (0..horizon).map(one).collect()
    }

    /// The variances of added errors' forecasts, h periods ahead.
    ///
    /// # Formula
    /// ```text
    /// v_h = σ² (1 + Σ_{j<h} c_j²),   c_j = α + β (φ + … + φʲ) + γ [j is whole seasons]
    /// ```
    /// # Source
    /// Hyndman et al. (2008), table 6.2.
    pub(crate) fn variances(&self, horizon: usize) -> Vec<f64> {
        let Smoothing {
            alpha,
            beta,
            gamma,
            phi,
        } = self.smoothing;
        let (mut sum, mut damped) = (1.0, 0.0);
        let mut variances = Vec::with_capacity(horizon);
        for ahead in 1..=horizon {
            variances.push(self.variance * sum);
            damped = phi * (1.0 + damped);
            let is_season = ahead.is_multiple_of(self.seasons.len());
            let weight = alpha + beta * damped + if is_season { gamma } else { 0.0 };
            sum += weight * weight;
        }
        variances
    }

    /// Where a path ends up in each coming period, if these standard normal shocks come.
    pub(crate) fn path(&self, shocks: &[f64]) -> Vec<f64> {
        let mut state = self.clone();
        let deviation = self.variance.sqrt();
        let one = |shock: &f64| {
            // A factor is never negative.
            let error = (deviation * shock).max(-1.0);
            let value = state.expected() * (1.0 + error);
            state.move_on(error);
            value
        };
        shocks.iter().map(one).collect()
    }

    /// The same series with the next period's season first, and seasons that are 0 or 1 on average.
    pub(crate) fn normalised(mut self) -> Self {
        self.seasons.rotate_left(self.next);
        self.next = 0;
        let mean = self.seasons.iter().sum::<f64>() / self.seasons.len() as f64;
        if self.form.multiplicative {
            self.seasons.iter_mut().for_each(|season| *season /= mean);
            self.level *= mean;
            self.slope *= mean;
        } else {
            self.seasons.iter_mut().for_each(|season| *season -= mean);
            self.level += mean;
        }
        self
    }

    pub(crate) fn values(&self) -> Vec<(String, f64)> {
        let Smoothing {
            alpha,
            beta,
            gamma,
            phi,
        } = self.smoothing;
        let named = [
            ("alpha", alpha),
            ("beta", beta),
            ("gamma", gamma),
            ("phi", phi),
            ("level", self.level),
            ("slope", self.slope),
            ("variance", self.variance),
        ];
        let named = named
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        let order = (0..self.seasons.len()).map(|at| (self.next + at) % self.seasons.len());
        let seasons = order.enumerate();
        named
            .chain(seasons.map(|(at, place)| (format!("season.{at}"), self.seasons[place])))
            .collect()
    }

    pub(crate) fn restore(form: Form, values: &[(String, f64)]) -> Result<Self> {
        let is_season = |(name, _): &&(String, f64)| name.starts_with("season.");
        let seasons = values.iter().filter(is_season).count().max(1);
        Ok(Self {
            form,
            smoothing: Smoothing {
                alpha: find(values, "alpha")?,
                beta: find(values, "beta")?,
                gamma: find(values, "gamma")?,
                phi: find(values, "phi")?,
            },
            level: find(values, "level")?,
            slope: find(values, "slope")?,
            seasons: (0..seasons)
                .map(|at| find(values, &format!("season.{at}")))
                .collect::<Result<_>>()?,
            variance: find(values, "variance")?,
            next: 0,
        })
    }
}
