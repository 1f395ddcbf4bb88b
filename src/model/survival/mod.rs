//! Time until something happens, when for many it has not happened yet.

mod kaplan_meier;

pub use kaplan_meier::{Curve, LogRank, Observation, Step, kaplan_meier, log_rank};
