//! Segments: which customers are alike, under labels that stay from night to night.

mod clusters;
mod fit;
mod score;
mod segmentation;

pub(super) use fit::fit;
pub(super) use score::{judge, score};

/// Columns that are no features.
const APART: [&str; 1] = ["customer_id"];

/// The fitted segments, as their numbers are stored.
const FITS: &str = "scores.segment_fits";
const MODEL: &str = "segments";
