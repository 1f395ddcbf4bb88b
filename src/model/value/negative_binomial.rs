//! The negative binomial: purchases of customers whose rates differ, as long as nobody leaves.

use crate::numeric::gamma::ln_gamma;

/// The counts that matter, in rising order, each with its probability.
///
/// Purchases in `span` of a Poisson process with rate λ ~ Gamma(`shape`, `rate`). Counts more than
/// twelve deviations below the mean are left out, and those whose sum with all above is below 1e-14
/// of the chance of any purchase at all.
pub(crate) struct Counts {
    shape: f64,
    z: f64,
    enough: f64,
    count: f64,
    probability: f64,
    done: bool,
}

impl Counts {
    pub(crate) fn new(shape: f64, rate: f64, span: f64) -> Self {
        let z = span / (rate + span);
        let ln_none = -shape * (span / rate).ln_1p();
        let mut counts = Self {
            shape,
            z,
            enough: -1e-14 * ln_none.exp_m1(),
            count: 0.0,
            probability: ln_none.exp(),
            done: false,
        };
        if ln_none < -600.0 {
            // The chance of none underflows: begin well below the mean instead.
            let mean = shape * span / rate;
            let deviation = (mean / (1.0 - z)).sqrt();
            let n = (mean - 12.0 * deviation).floor().max(0.0);
            let ln_ways = ln_gamma(shape + n) - ln_gamma(shape) - ln_gamma(n + 1.0);
            counts.count = n;
            counts.probability = (ln_ways + n * z.ln() + ln_none).exp();
        }
        counts
    }
}

impl Iterator for Counts {
    type Item = (f64, f64);

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let item = (self.count, self.probability);
        let ratio = (self.shape + self.count) * self.z / (self.count + 1.0);
        self.probability *= ratio;
        self.count += 1.0;
        let decay = ratio.max(self.z);
        self.done = decay < 1.0 && self.probability * self.count <= self.enough * (1.0 - decay);
        Some(item)
    }
}

/// The time within which a share `q` of customers with rates ~ Gamma(`shape`, `rate`) buys.
pub(crate) fn waiting(shape: f64, rate: f64, q: f64) -> f64 {
    rate * (-f64::ln_1p(-q) / shape).exp_m1()
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn probabilities_sum_to_one_and_give_the_mean() {
        for (shape, rate, span) in [(0.2, 4.0, 39.0), (30.0, 20.0, 1.0), (10_000.0, 43.0, 39.0)] {
            let (mut whole, mut mean) = (0.0, 0.0);
            for (count, probability) in Counts::new(shape, rate, span) {
                whole += probability;
                mean += count * probability;
            }
            assert!((whole - 1.0).abs() < 1e-10, "{shape}: {whole}");
            assert!(
                (mean / (shape * span / rate) - 1.0).abs() < 1e-9,
                "{shape}: {mean}"
            );
        }
    }

    #[test]
    fn nothing_is_bought_in_no_time() {
        assert_eq!(Counts::new(0.5, 4.0, 0.0).collect::<Vec<_>>(), [(0.0, 1.0)]);
    }
}
