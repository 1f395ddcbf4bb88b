//! `clientele generate`.

use super::log::Talk;
use crate::error::Result;
use clap::Args;

/// Write a synthetic shop with known truth
#[derive(Debug, Args)]
pub(super) struct Arguments {}

pub(super) fn execute(_: Arguments, _: &Talk) -> Result<()> {
    Ok(())
}
