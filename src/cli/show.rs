//! `clientele show`.

use super::job::{JobArguments, PublishedJob};
use crate::error::Result;
use crate::job::OutputFormat;
use chrono::NaiveDate;
use clap::Args;

/// Show what a run found: its answers, or the rows of one table
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    job: JobArguments,

    /// The table, such as value.concentration; by default all answers
    table: Option<String>,

    /// Only rows for which this holds, in SQL: "tier = 'gold'"
    #[arg(long = "where", value_name = "CONDITION", requires = "table")]
    condition: Option<String>,

    /// Rows at most
    #[arg(long, value_name = "ROWS", default_value_t = 20)]
    top: usize,

    /// The run of this date; by default the newest
    #[arg(long, value_name = "DATE")]
    run_date: Option<NaiveDate>,
}

pub(super) async fn execute(arguments: Arguments) -> Result<()> {
    let published = PublishedJob::load(&arguments.job)?;
    let report = published.report(arguments.run_date).await?;
    if let Some(table) = &arguments.table {
        let rows = report.table(table, arguments.condition.as_deref(), arguments.top);
        return super::print(&rows.await?);
    }
    let story = published.given().story(&report).await?;
    let (entry, output) = (report.entry(), &published.job.output);
    let (url, run_date) = (&output.url, entry.run_date);
    let table = format!("{url}/{}/CHAPTER/TABLE", output.format.folder());
    let place = match output.format {
        OutputFormat::Parquet => format!("{table}/run_date={run_date}/part-0.parquet"),
        OutputFormat::Delta => format!("{table} where run_date = '{run_date}'"),
    };
    super::print(&format!(
        "{}{} tables: {place}\nthe newest date: {url}/latest/",
        story.text(),
        entry.outputs.len(),
    ))
}
