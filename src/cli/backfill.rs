//! `clientele backfill`.

use super::dates::Runs;
use super::job::{JobArguments, stores};
use super::log::Talk;
use crate::error::Result;
use crate::run::{Options, changed_dates};
use clap::Args;

/// Run published dates again whose lines have changed since: late data
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    job: JobArguments,

    /// Those dates whose lines have changed
    #[arg(long, required = true)]
    changed: bool,

    /// Only say which dates would change, and from which day on
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn execute(arguments: Arguments, talk: &Talk) -> Result<()> {
    let job = arguments.job.load()?;
    let changed = changed_dates(&job, &stores(&job)).await?;
    if arguments.dry_run || changed.is_empty() {
        return super::print(&serde_json::json!({ "changed": changed }).to_string());
    }
    let dates: Vec<_> = changed
        .iter()
        .map(|changed| Some(changed.run_date))
        .collect();
    let runs = Runs {
        job: &job,
        options: Options {
            allow_incomplete_day: true,
            ..Options::default()
        },
        summary_file: None,
        skip_when_no_input: false,
    };
    runs.execute(&dates, talk).await
}
