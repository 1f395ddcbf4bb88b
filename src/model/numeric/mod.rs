//! What several techniques need and no crate gives: derivatives carried through a formula, special
//! functions that hold at the edges, a maximum with its curvature, a quadrature rule, tails and quantiles of
//! the distributions that tests need.

pub(crate) mod distribution;
pub(crate) mod gamma;
pub(crate) mod hypergeometric;
pub(crate) mod jet;
pub(crate) mod matrix;
pub(crate) mod maximum;
pub(crate) mod quadrature;

pub(crate) use jet::{Jet, Real};
