//! The mathematics of clientele: numbers in, numbers out.
//!
//! No files, no clock, no environment, no tables: slices and arrays go in, answers come out, the same ones
//! whatever the number of threads.

#![allow(
    clippy::cast_precision_loss,
    reason = "counts become rates; a count beyond 2^53 does not occur"
)]

pub mod error;
pub mod pattern;

pub use error::{Error, Result};
