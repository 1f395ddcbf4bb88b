//! What four counts say about a rule: its measures, and how sure they are.

/// The four counts of a rule, as marginals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleCounts {
    /// Baskets with the antecedent and the consequent.
    pub both: u32,
    /// Baskets with the antecedent.
    pub antecedent: u32,
    /// Baskets with the consequent.
    pub consequent: u32,
    /// All baskets.
    pub baskets: u32,
}

/// The measures of a rule A → B.
///
/// | field | range | at independence |
/// | --- | --- | --- |
/// | `support` | 0 to 1 | P(A) P(B) |
/// | `confidence` | 0 to 1 | P(B) |
/// | `lift` | ≥ 0 | 1 |
/// | `leverage` | −¼ to ¼ | 0 |
/// | `conviction` | ≥ 0, ∞ when the rule never fails | 1 |
/// | `zhang` | −1 to 1 | 0 |
/// | `kulczynski`, `cosine`, `jaccard` | 0 to 1 | depends on P(A), P(B) |
/// | `imbalance` | 0 to 1 | 0 when A and B are as frequent as each other |
/// | `phi` | −1 to 1 | 0 |
/// | `chi_squared` | ≥ 0 | 0 |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// P(A ∧ B).
    pub support: f64,
    /// P(B | A).
    pub confidence: f64,
    /// How many times as often together as if independent.
    pub lift: f64,
    /// Share of baskets beyond what independence would give.
    pub leverage: f64,
    /// How many times as often the rule would fail if A and B were independent.
    pub conviction: f64,
    /// Zhang's metric: association −1 (never) to 1 (always).
    pub zhang: f64,
    /// Mean of P(B | A) and P(A | B).
    pub kulczynski: f64,
    /// |P(A) − P(B)| / P(A ∨ B).
    pub imbalance: f64,
    /// P(A ∧ B) / √(P(A) P(B)).
    pub cosine: f64,
    /// P(A ∧ B) / P(A ∨ B).
    pub jaccard: f64,
    /// Correlation of the two indicators.
    pub phi: f64,
    /// Pearson's statistic, one degree of freedom, no continuity correction.
    pub chi_squared: f64,
    /// Two-sided p-value of `chi_squared`.
    pub chi_squared_p: f64,
    /// 95 % interval of `confidence`.
    pub confidence_interval: [f64; 2],
    /// 95 % interval of `lift`.
    pub lift_interval: [f64; 2],
}

/// The 97.5 % quantile of the standard normal distribution.
pub(super) const Z_95: f64 = 1.959_963_984_540_054;

impl RuleCounts {
    /// How strong the rule is, in every measure in use, with 95 % intervals.
    ///
    /// a, b, c, d are the baskets with both sides, only A, only B, nunion; n their sum.
    ///
    /// # Formula
    /// ```text
    /// lift       = a n / ((a+b)(a+c))            leverage = a/n − (a+b)(a+c)/n²
    /// conviction = (a+b)(b+d) / (n b)            cosine   = a / √((a+b)(a+c))
    /// zhang      = (ad − bc) / max(a(c+d), (a+b) c)
    /// phi        = (ad − bc) / √((a+b)(a+c)(b+d)(c+d));   chi-squared = n phi²
    /// var(confidence) = p₁ p₂ / ((p₁+p₂)³ n)     p₁ = a/n, p₂ = b/n, p₃ = c/n, p₄ = d/n
    /// var(lift)       = p₁ (p₁² p₄ + p₂ p₃) / ((p₁+p₂)³ (p₁+p₃)³ n)
    /// ```
    /// # Missing
    /// A marginal that is 0, or all baskets, leaves some measures without a value: NaN, and
    /// conviction ∞ when b = 0. Rules from frequent itemsets have a > 0.
    ///
    /// # Numerics
    /// ad − bc is computed in integers, so that phi is exactly 0 at independence. Intervals are
    /// clipped to the range of the measure.
    ///
    /// # Source
    /// Delta-method intervals as in arules' `confint` (its variance of lift leaves out the factor
    /// 1 − p₁ at p₂p₃ and is that much wider). Zhang (2000); Wu, Chen & Han (2010) for
    /// Kulczynski and imbalance. Agrees with arules 1.7 on all of them.
    ///
    /// # Example
    /// ```
    /// use clientele_model::pattern::RuleCounts;
    /// let rule = RuleCounts { both: 102, antecedent: 174, consequent: 1903, baskets: 9835 };
    /// assert!((rule.measures().lift - 3.029608).abs() < 5e-7);
    /// ```
    #[must_use]
    pub fn measures(&self) -> Measures {
        let [n, with_a, with_b, both] =
            [self.baskets, self.antecedent, self.consequent, self.both].map(f64::from);
        let (fails, misses) = (with_a - both, with_b - both);
        let union = with_a + misses;
        let determinant = self.determinant();
        let lift = both * n / (with_a * with_b);
        let confidence = both / with_a;
        let phi = determinant / (with_a * with_b).sqrt() / ((n - with_a) * (n - with_b)).sqrt();
        let chi_squared = n * phi * phi;
        let confidence_error = (confidence * (1.0 - confidence) / with_a).sqrt();
        let lift_error = lift
            * ((both * both * (n - union) / n + fails * misses) / (both * with_a * with_b)).sqrt();
        Measures {
            support: both / n,
            confidence,
            lift,
            leverage: determinant / (n * n),
            conviction: with_a * (n - with_b) / (n * fails),
            zhang: determinant / f64::max(both * (n - with_a), with_a * misses),
            kulczynski: f64::midpoint(confidence, both / with_b),
            imbalance: (with_a - with_b).abs() / union,
            cosine: both / (with_a * with_b).sqrt(),
            jaccard: both / union,
            phi,
            chi_squared,
            chi_squared_p: libm::erfc((chi_squared / 2.0).sqrt()),
            confidence_interval: interval(confidence, confidence_error, 1.0),
            lift_interval: interval(lift, lift_error, f64::INFINITY),
        }
    }

    /// ad − bc = a n − (a+b)(a+c), exact.
    fn determinant(&self) -> f64 {
        let [both, left, right, n] =
            [self.both, self.antecedent, self.consequent, self.baskets].map(i128::from);
        (both * n - left * right) as f64
    }

    /// Whether the rule is more confident than the consequent is frequent: lift above 1.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        let [both, left, right, n] =
            [self.both, self.antecedent, self.consequent, self.baskets].map(u64::from);
        u128::from(both) * u128::from(n) > u128::from(left) * u128::from(right)
    }

    /// Whether the rule is at least so confident, and more than chance: a lift above 1.
    #[must_use]
    pub fn holds(&self, min_confidence: f64) -> bool {
        f64::from(self.both) >= min_confidence * f64::from(self.antecedent) && self.is_positive()
    }

    /// Money that the rule brings beyond chance, per 1,000 baskets.
    ///
    /// `value` is what one basket with the consequent is worth (its margin, say).
    #[must_use]
    pub fn value_per_thousand(&self, value: f64) -> f64 {
        1000.0 * self.measures().leverage * value
    }
}

/// The normal 95 % interval, clipped to the range from 0 to `most`.
fn interval(estimate: f64, error: f64, most: f64) -> [f64; 2] {
    [
        (estimate - Z_95 * error).max(0.0),
        (estimate + Z_95 * error).min(most),
    ]
}

#[cfg(test)]
#[expect(
    clippy::unreadable_literal,
    reason = "figures as printed in the source"
)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 5e-7, "{found} is not {expected}");
    }

    #[test]
    fn measures_of_one_rule_agree_with_arules() {
        // Groceries, {…} => {other vegetables}; 102, 72, 1,801 and 7,860 baskets.
        let rule = RuleCounts {
            both: 102,
            antecedent: 174,
            consequent: 1903,
            baskets: 9835,
        };
        let measures = rule.measures();
        close(measures.support, 0.010371);
        close(measures.confidence, 0.586207);
        close(measures.lift, 3.029608);
        close(measures.leverage, 0.006948);
        close(measures.conviction, 1.949059);
        close(measures.cosine, 0.177258);
        close(measures.jaccard, 0.051646);
        close(measures.kulczynski, 0.319903);
        close(measures.imbalance, 0.875443);
        close(measures.phi, 0.133415);
        close(measures.chi_squared, 175.058066);
        close(measures.zhang, 0.681990);
        close(measures.confidence_interval[0], 0.513027);
        close(measures.confidence_interval[1], 0.659387);
        close(measures.lift_interval[0], 2.650067);
        close(measures.lift_interval[1], 3.409150);
    }

    #[test]
    fn an_independent_rule_is_neutral_in_every_measure() {
        let rule = RuleCounts {
            both: 6,
            antecedent: 20,
            consequent: 30,
            baskets: 100,
        };
        let measures = rule.measures();
        for (found, expected) in [
            (measures.lift, 1.0),
            (measures.conviction, 1.0),
            (measures.leverage, 0.0),
            (measures.zhang, 0.0),
            (measures.phi, 0.0),
            (measures.chi_squared_p, 1.0),
            (rule.value_per_thousand(5.0), 0.0),
        ] {
            close(found, expected);
        }
        assert!(!rule.is_positive());
    }

    #[test]
    fn a_rule_that_never_fails_has_infinite_conviction() {
        let rule = RuleCounts {
            both: 10,
            antecedent: 10,
            consequent: 30,
            baskets: 100,
        };
        assert!(rule.measures().conviction.is_infinite());
        // 1 − P(B | not A) = 1 − 20/90
        close(rule.measures().zhang, 7.0 / 9.0);
        close(rule.measures().confidence_interval[1], 1.0);
    }
}
