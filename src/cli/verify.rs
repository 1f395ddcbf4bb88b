//! `clientele verify`.

use super::job::{JobArguments, stores};
use crate::error::{Error, Result};
use crate::publish::{Which, verify};
use chrono::NaiveDate;
use clap::Args;

/// Say whether a run was committed, and whether its tables are still what the ledger says of them
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    job: JobArguments,

    /// The run of this date; by default the newest
    #[arg(long, value_name = "DATE")]
    run_date: Option<NaiveDate>,

    /// The run of this name, as logs and errors name it
    #[arg(long, value_name = "RUN", conflicts_with = "run_date")]
    run_id: Option<String>,
}

pub(super) async fn execute(arguments: Arguments) -> Result<()> {
    let job = arguments.job.load()?;
    let output = stores(&job).open(&job.output.url)?;
    let which = match (arguments.run_id, arguments.run_date) {
        (Some(run_id), _) => Which::Run(run_id),
        (None, Some(date)) => Which::Date(date),
        (None, None) => Which::Newest,
    };
    let found = verify(&output, &which).await?;
    super::print(&serde_json::to_string(&found).unwrap_or_default())?;
    if found.broken.is_empty() {
        return Ok(());
    }
    Err(Error::Damaged {
        run_date: found.run_date.to_string(),
        files: found.broken,
    })
}
