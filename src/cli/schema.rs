//! `clientele schema`.

use crate::error::Result;
use crate::job::Job;
use clap::Args;

/// Print the JSON Schema of a job, for editors
#[derive(Debug, Args)]
pub(super) struct Arguments {}

pub(super) fn execute(_: Arguments) -> Result<()> {
    super::print(&serde_json::to_string_pretty(&Job::schema()).unwrap_or_default())
}
