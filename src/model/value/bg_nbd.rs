//! BG/NBD: purchases at random by customers who may leave after each repeat purchase.

use super::cnbd_k::CnbdK;

/// How often customers buy, and whether they have left; a one-time buyer can never be seen to have left.
///
/// While alive, a customer buys at rate λ ~ Gamma(r, α), and leaves after each repeat purchase with probability
/// p ~ Beta(a, b): [`CnbdK`] with k = 1, which has the formulas.
///
/// Do not ask it who has left: every customer without a repeat purchase is alive with probability 1.
///
/// # Source
/// Fader, Hardie & Lee (2005), Marketing Science 24(2); agrees with `CLVTools`, `BTYD` and lifetimes.
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
