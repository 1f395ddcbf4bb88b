//! `clientele gc`.

use super::job::{JobArguments, stores};
use crate::cache::Cache;
use crate::error::Result;
use crate::publish::collect_garbage;
use clap::Args;

/// Remove what nothing refers to: staging of dead runs, tables without a ledger entry, dates that are too old, unused pieces of the cache
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    job: JobArguments,

    /// Remove dates more than so many days before the newest one
    #[arg(long, value_name = "DAYS")]
    keep_days: Option<u64>,

    /// Only say what would be removed
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn execute(arguments: Arguments) -> Result<()> {
    let job = arguments.job.load()?;
    let stores = stores(&job);
    let output = stores.open(&job.output.url)?;
    let mut garbage = collect_garbage(&output, arguments.keep_days, arguments.dry_run).await?;
    if let Some(url) = &job.cache {
        let cache = Cache::new(stores.open(url)?);
        garbage.pieces = cache.collect_garbage(arguments.dry_run).await?;
    }
    super::print(&serde_json::to_string(&garbage).unwrap_or_default())
}
