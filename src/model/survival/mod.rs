//! Time until something happens, when for many it has not happened yet.

mod kaplan_meier;
mod log_rank;
mod risk;

pub use kaplan_meier::{Curve, Share, Step, kaplan_meier};
pub use log_rank::{LogRank, log_rank};
pub use risk::Observation;
