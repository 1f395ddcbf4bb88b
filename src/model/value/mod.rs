//! What customers are worth: purchase models (how often they buy, whether they have left) and
//! spend.
//!
//! Cells of equal customers go into [`fit`]; a [`Fitted`] answers through its [`Predictor`].

mod bg_bb;
mod bg_nbd;
mod clumpiness;
mod cnbd_k;
mod discount;
mod estimate;
mod fit;
mod fitted;
mod futures;
mod gamma_gamma;
mod history;
mod holdout;
mod lifetime_value;
mod mbg_nbd;
mod nbd;
mod negative_binomial;
mod objective;
mod pareto_nbd;
mod predictor;
mod process;
mod season;
mod technique;

pub use bg_bb::BgBb;
pub use bg_nbd::bg_nbd;
pub use clumpiness::clumpiness_p_value;
pub use cnbd_k::CnbdK;
pub use discount::Discount;
pub use estimate::{Estimate, Parameter};
pub use fit::{Params, Segment, fit, fit_groups, fit_rhythm};
pub use fitted::Fitted;
pub use gamma_gamma::{FittedSpend, GammaGamma, Spend, fit_spend};
pub use history::{Cell, History, collapse};
pub use holdout::{Holdout, holdout_log_likelihood, most_likely};
pub use lifetime_value::{LifetimeValue, lifetime_values};
pub use mbg_nbd::mbg_nbd;
pub use nbd::Nbd;
pub use pareto_nbd::ParetoNbd;
pub use predictor::Predictor;
pub use process::Process;
pub use season::{Clock, Season};
pub use technique::Technique;
