//! `clientele query`.

use super::job::{JobArguments, PublishedJob};
use crate::error::Result;
use chrono::NaiveDate;
use clap::Args;

/// Ask the published tables of a run in SQL
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    job: JobArguments,

    /// A query over the published tables
    sql: String,

    /// The run of this date; by default the newest
    #[arg(long, value_name = "DATE")]
    run_date: Option<NaiveDate>,
}

pub(super) async fn execute(arguments: Arguments) -> Result<()> {
    let published = PublishedJob::load(&arguments.job)?;
    let report = published.report(arguments.run_date).await?;
    super::print(&report.query(&arguments.sql).await?)
}
