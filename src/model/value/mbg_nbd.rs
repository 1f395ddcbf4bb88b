//! MBG/NBD: purchases at random by customers who may leave after each purchase, the first included.

use super::cnbd_k::CnbdK;

/// How often customers buy, and whether they have left, one-time buyers included.
///
/// While alive, a customer buys at rate λ ~ Gamma(r, α), and leaves after each purchase with
/// probability p ~ Beta(a, b): [`CnbdK`] with k = 1 and `at_first`, which has the formulas.
///
/// # Source
/// Batislam, Denizel & Filiztekin (2007), Int. J. of Research in Marketing 24(3); agrees with
/// `BTYDplus`.
///
/// # Example
/// ```
/// use clientele_model::value::{History, Process, mbg_nbd};
///
/// let once = History { x: 0, t_x: 0.0, age: 39.0 };
/// let alive = mbg_nbd(0.524844, 6.183093, 0.891388, 1.614048).alive(&once);
/// assert!((alive - 0.389327).abs() < 1e-6);
/// ```
#[must_use]
pub const fn mbg_nbd(r: f64, alpha: f64, a: f64, b: f64) -> CnbdK {
    CnbdK {
        r,
        alpha,
        a,
        b,
        k: 1,
        at_first: true,
    }
}
