//! BG/NBD: purchases at random by customers who may leave after each repeat purchase.

use super::cnbd_k::CnbdK;

/// How often customers buy, and whether they have left; a one-time buyer can never be seen to have
/// left.
///
/// While alive, a customer buys at rate λ ~ Gamma(r, α), and leaves after each repeat purchase with
/// probability p ~ Beta(a, b): [`CnbdK`] with k = 1, which has the formulas.
///
/// Do not ask it who has left: every customer without a repeat purchase is alive with probability
/// 1.
///
/// # Source
/// Fader, Hardie & Lee (2005), Marketing Science 24(2); agrees with `CLVTools`, `BTYD` and
/// lifetimes.
///
/// # Example
/// ```
/// use clientele_model::value::{History, Process, bg_nbd};
///
/// let customer = History { x: 2, t_x: 30.43, age: 38.86 };
/// let alive = bg_nbd(0.243, 4.414, 0.793, 2.426).alive(&customer);
/// assert!((alive - 0.7266).abs() < 5e-4);
/// ```
#[must_use]
pub const fn bg_nbd(r: f64, alpha: f64, a: f64, b: f64) -> CnbdK {
    CnbdK {
        r,
        alpha,
        a,
        b,
        k: 1,
        at_first: false,
    }
}

#[cfg(test)]
mod tests {
    use super::bg_nbd;
    use crate::value::{CnbdK, History, Process};

    /// CDNOW, rounded as printed by Fader, Hardie & Lee (2005).
    const CDNOW: CnbdK = bg_nbd(0.243, 4.414, 0.793, 2.426);

    /// CDNOW, as `CLVTools` 0.12.1 fits it.
    const EXACT: CnbdK = bg_nbd(0.242_594_5, 4.413_601_9, 0.792_919_9, 2.425_888_1);

    #[test]
    fn expected_purchases_of_a_new_customer_are_those_of_the_paper() {
        // Weeks and E[X(t)], from the authors' worksheet; good to three decimals.
        for (span, expected) in [
            (0.1429, 0.0078),
            (1.0, 0.0532),
            (3.0, 0.1506),
            (31.8571, 1.0405),
            (78.0, 1.8576),
        ] {
            let found = EXACT.expected(&History::NEW, span);
            assert!((found - expected).abs() < 5e-4, "{span}: {found}");
        }
    }

    #[test]
    fn probabilities_of_counts_are_those_of_lifetimes() {
        // lifetimes 0.11, test_estimation.py: P(X(30) = 11…13), P(X(39) = 0), P(X(2) = 10).
        let exactly = |span, n: usize| {
            let tails = CDNOW.exceeds(&History::NEW, span, 1e-16);
            tails[n - 1] - tails[n]
        };
        for (n, wanted) in [
            (11, 0.001_999_521_4),
            (12, 0.001_517_023_6),
            (13, 0.001_163_315_0),
        ] {
            assert!((exactly(30.0, n) - wanted).abs() < 1e-9, "{n}");
        }
        assert!((exactly(2.0, 10) / 1.078_69e-7 - 1.0).abs() < 1e-5);
        assert!((CDNOW.none(&History::NEW, 39.0) - 0.573_786_4).abs() < 1e-7);
    }

    #[test]
    fn of_two_as_silent_customers_the_more_frequent_has_left() {
        // Expected purchases in 52 weeks after 39, the last one in week 20; BTYD 2.4.3.
        for (x, wanted) in [(10, 0.347_460), (20, 0.004_158_99), (40, 1.582_95e-7)] {
            let customer = History {
                x,
                t_x: 20.0,
                age: 39.0,
            };
            let expected = EXACT.alive(&customer) * EXACT.expected(&customer, 52.0);
            assert!((expected / wanted - 1.0).abs() < 1e-4, "{x}: {expected}");
        }
    }
}
