//! The mathematics of clientele: numbers in, numbers out.
//!
//! No files, no clock, no environment, no tables: slices and arrays go in, answers come out, the
//! same ones whatever the number of threads.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts become floats and back, far below 2^53"
)]
#![allow(clippy::many_single_char_names, reason = "the symbols of the papers")]

pub mod error;
pub mod experiment;
pub mod forecast;
pub mod group;
mod numeric;
pub mod pattern;
pub mod predict;
pub mod referral;
pub mod significance;
mod stored;
pub mod survival;
mod traits;
pub mod value;

pub use error::{Error, Result};
