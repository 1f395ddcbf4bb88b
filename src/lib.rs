//! What every customer of a shop is worth, where they stand, what they will do next, and what to do about it.
//!
//! The modules stand in the order in which a transaction line meets them.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that cannot go on says where")
)]

pub mod cache;
pub mod cli;
#[cfg_attr(not(feature = "cluster"), path = "no_cluster.rs")]
mod cluster;
pub mod error;
mod executor;
pub mod generate;
pub mod handoff;
pub mod job;
mod machine;
pub mod observe;
pub mod plan;
pub mod publish;
pub mod read;
pub mod report;
pub mod run;
mod scan;
pub mod score;
pub mod stage;
pub mod store;

pub use clientele_model as model;

/// The name among `known` that `written` was probably meant to be.
pub(crate) fn nearest<'k>(
    written: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    let distances = known
        .into_iter()
        .map(|name| (distance(written, name), name));
    distances
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .min()
        .map(|(_, name)| name)
}

/// Letters to change, add or drop to make one word of another.
fn distance(left: &str, right: &str) -> usize {
    datafusion::common::utils::datafusion_strsim::levenshtein(left, right)
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
