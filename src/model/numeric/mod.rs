//! What several techniques need and no crate gives: derivatives carried through a formula, special
//! functions that hold at the edges, tails and quantiles of the distributions that tests need, a
//! maximum with its curvature, least squares, a quadrature rule.

pub(crate) mod distribution;
pub(crate) mod dual;
pub(crate) mod gamma;
pub(crate) mod hypergeometric;
pub(crate) mod jet;
pub(crate) mod least_squares;
pub(crate) mod matrix;
pub(crate) mod maximum;
pub(crate) mod quadrature;

pub(crate) use dual::Dual;
pub(crate) use jet::{Expansion, Jet, Real};
