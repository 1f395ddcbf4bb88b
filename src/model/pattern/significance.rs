//! Whether an association could be chance: Fisher's exact test and a Poisson tail.

use super::measures::RuleCounts;

/// Terms below this share of the sum no longer change it.
const NEGLIGIBLE: f64 = 1e-17;

impl RuleCounts {
    /// The chance that independent sides meet in at least as many baskets: Fisher's exact test,
    /// one-sided.
    ///
    /// # Formula
    /// ```text
    /// P(X ≥ a),  X hypergeometric: (a+b) drawn from n, of which (a+c) have the consequent
    /// ```
    /// # Numerics
    /// The first term comes from log-gammas, each next one from the ratio to the one before. The
    /// sum starts at the observed count and runs away from the mean, so that it never subtracts
    /// nearly equal numbers where p is small. Relative error about 10⁻¹⁵ n ln n.
    ///
    /// # Source
    /// Fisher (1935); agrees with R's `fisher.test(alternative = "greater")`.
    ///
    /// # Example
    /// ```
    /// use clientele_model::pattern::RuleCounts;
    /// // The lady tasting tea: 3 of 4 cups right, 17/70.
    /// let tea = RuleCounts { both: 3, antecedent: 4, consequent: 4, baskets: 8 };
    /// assert!((tea.fisher_p() - 17.0 / 70.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn fisher_p(&self) -> f64 {
        let [n, left, right, both] =
            [self.baskets, self.antecedent, self.consequent, self.both].map(f64::from);
        let upper = self.is_positive();
        let mut met = if upper { both } else { both - 1.0 };
        if met < f64::max(0.0, left + right - n) {
            return 1.0;
        }
        let mut term =
            (ln_choose(right, met) + ln_choose(n - right, left - met) - ln_choose(n, left)).exp();
        let mut sum = 0.0;
        while term > NEGLIGIBLE * sum {
            sum += term;
            if upper {
                term *=
                    (left - met) * (right - met) / ((met + 1.0) * (n - left - right + met + 1.0));
                met += 1.0;
            } else {
                term *= met * (n - left - right + met) / ((left - met + 1.0) * (right - met + 1.0));
                met -= 1.0;
            }
        }
        if upper {
            sum.min(1.0)
        } else {
            (1.0 - sum).max(0.0)
        }
    }
}

/// ln (n over k).
fn ln_choose(n: f64, k: f64) -> f64 {
    libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0)
}

/// The chance of at least `observed` events where `expected` are: the Poisson upper tail.
pub(super) fn poisson_upper_tail(observed: f64, expected: f64) -> f64 {
    if observed <= 0.0 {
        return 1.0;
    }
    let term = |events: f64| (events * expected.ln() - expected - libm::lgamma(events + 1.0)).exp();
    let upper = observed > expected;
    let mut events = if upper { observed } else { observed - 1.0 };
    let (mut term, mut sum) = (term(events), 0.0);
    while term > NEGLIGIBLE * sum && events >= 0.0 {
        sum += term;
        if upper {
            events += 1.0;
            term *= expected / events;
        } else {
            term *= events / expected;
            events -= 1.0;
        }
    }
    if upper {
        sum.min(1.0)
    } else {
        (1.0 - sum).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fisher_agrees_with_the_sum_over_all_tables() {
        let (n, left, right) = (30_u32, 11, 14);
        let choose =
            |n: u32, k: u32| (0..k).fold(1.0, |c, i| c * f64::from(n - i) / f64::from(i + 1));
        let term = |met: u32| choose(right, met) * choose(n - right, left - met) / choose(n, left);
        for both in 0..=left {
            let expected: f64 = (both..=left).map(term).sum();
            let rule = RuleCounts {
                both,
                antecedent: left,
                consequent: right,
                baskets: n,
            };
            let found = rule.fisher_p();
            assert!(
                (found / expected - 1.0).abs() < 1e-10,
                "{both}: {found} {expected}"
            );
        }
    }

    #[test]
    fn the_poisson_tail_agrees_with_r() {
        // ppois(k - 1, 3.5, lower.tail = FALSE) for k = 0, 2, 5, 20.
        for (observed, expected) in [
            (0.0, 1.0),
            (2.0, 0.864_111_775),
            (5.0, 0.274_555_047),
            (20.0, 1.131_426_24e-9),
        ] {
            let found = poisson_upper_tail(observed, 3.5);
            assert!((found / expected - 1.0).abs() < 1e-8, "{found} {expected}");
        }
    }
}
