//! `clientele show`.

use super::job::{JobArguments, stores};
use crate::error::{Error, Result};
use crate::plan::Catalog;
use crate::report::Report;
use crate::run;
use clap::Args;
use std::path::Path;

/// Show the newest tables: the most telling rows, or the first rows of one table
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    job: JobArguments,

    /// The table, such as value.concentration
    #[arg(long)]
    table: Option<String>,

    /// Rows of it
    #[arg(long, default_value_t = 20)]
    top: usize,
}

pub(super) async fn execute(arguments: Arguments) -> Result<()> {
    let job = arguments.job.load()?;
    let catalog = Catalog::load(job.sql.as_deref().map(Path::new))?;
    let output = stores(&job).open(&job.output.url)?;
    let settings = run::settings(&job, &std::env::temp_dir());
    let Some(report) = Report::open(&output, &catalog, &settings).await? else {
        return Err(Error::Usage(format!(
            "nothing has been published at {}",
            job.output.url
        )));
    };
    if let Some(table) = &arguments.table {
        return super::print(&report.table(table, arguments.top).await?);
    }
    for file in catalog.reports.values() {
        if let Some(rows) = report.figure(file).await? {
            super::print(&format!("{}\n{rows}\n", file.head.about))?;
        }
    }
    let entry = report.entry();
    let place = format!(
        "{}/tables/CHAPTER/TABLE/run_date={}/part-0.parquet",
        job.output.url, entry.run_date
    );
    super::print(&format!(
        "{} tables: {place}\nthe newest date: {}/latest/",
        entry.outputs.len(),
        job.output.url
    ))
}
