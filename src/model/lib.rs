//! The mathematics of clientele: numbers in, numbers out.
//!
//! No files, no clock, no environment, no tables: slices and arrays go in, answers come out, the same ones
//! whatever the number of threads.

pub mod error;
pub mod pattern;

pub use error::{Error, Result};
