//! From values to places.

/// The values between which a chart is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// From the least of the values to the greatest.
    pub(super) fn over(values: impl IntoIterator<Item = f64>) -> Self {
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        let (low, high) = values
            .into_iter()
            .fold(ends, |(low, high), value| (low.min(value), high.max(value)));
        Self { low, high }
    }

    /// With 0 in it.
    pub(super) fn from_zero(values: impl IntoIterator<Item = f64>) -> Self {
        Self::over(values.into_iter().chain([0.0]))
    }

    /// Where a value stands: 0 is the low end, 1 the high one.
    pub(super) fn place(&self, value: f64) -> f64 {
        let length = self.high - self.low;
        if length > 0.0 {
            (value - self.low) / length
        } else {
            0.0
        }
    }

    /// A few round values, and the scale made wide enough for the last of them.
    pub(super) fn with_ticks(self, count: f64) -> (Self, Vec<f64>) {
        let length = self.high - self.low;
        if !length.is_finite() || length <= 0.0 {
            return (self, vec![self.low]);
        }
        let rough = length / count;
        let unit = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|factor| factor * unit)
            .find(|step| *step >= rough * (1.0 - 1e-9))
            .unwrap_or(rough);
        let (low, high) = ((self.low / step).floor(), (self.high / step).ceil());
        let ticks: Vec<f64> = std::iter::successors(Some(low), |tick| Some(tick + 1.0))
            .take_while(|tick| *tick <= high)
            .map(|tick| tick * step)
            .collect();
        let scale = Self {
            low: low * step,
            high: high * step,
        };
        (scale, ticks)
    }
}
