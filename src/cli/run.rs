//! `clientele run`.

use super::dates::Runs;
use super::job::{JobArguments, SelectArguments};
use super::log::Talk;
use crate::error::{Error, Result};
use crate::job::Job;
use crate::observe;
use crate::run::{self, Options};
use chrono::{Days, NaiveDate};
use clap::Args;
use std::path::PathBuf;

/// Run a job: read, compute, check, publish
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    job: JobArguments,

    /// Last day that counts, inclusive: a date, or yesterday; by default Dagster's partition or the job's
    #[arg(long, value_name = "DATE", conflicts_with_all = ["from", "to"], env = "CLIENTELE_RUN_DATE")]
    run_date: Option<String>,

    /// First date of a backfill, inclusive
    #[arg(long, value_name = "DATE", requires = "to")]
    from: Option<NaiveDate>,

    /// Last date of a backfill, inclusive
    #[arg(long, value_name = "DATE", requires = "from")]
    to: Option<NaiveDate>,

    /// Take a day that is not over
    #[arg(long)]
    allow_incomplete_day: bool,

    /// Leave with 99 and not with 66 when there is no input
    #[arg(long)]
    skip_when_no_input: bool,

    /// Seconds to wait for a run of the same date that is under way
    #[arg(long, value_name = "SECONDS")]
    lock_timeout: Option<u64>,

    /// Write the summary to this file too
    #[arg(long, value_name = "FILE")]
    summary_file: Option<PathBuf>,

    /// Take over what a failed run of the date has made from the same input, and leave behind what this one makes if it fails
    #[arg(long)]
    resume: bool,

    #[command(flatten)]
    select: SelectArguments,
}

pub(super) async fn execute(arguments: Arguments, talk: &Talk) -> Result<()> {
    let mut job = arguments.job.load()?;
    if let Some(seconds) = arguments.lock_timeout {
        job.resources.lock_timeout_seconds = seconds;
    }
    let dates = arguments.run_dates(&job)?;
    let runs = Runs {
        job: &job,
        options: Options {
            allow_incomplete_day: arguments.allow_incomplete_day,
            selection: arguments.select.selection(),
            resume: arguments.resume,
            ..Options::default()
        },
        summary_file: arguments.summary_file,
        skip_when_no_input: arguments.skip_when_no_input,
    };
    runs.execute(&dates, talk).await
}

impl Arguments {
    fn run_dates(&self, job: &Job) -> Result<Vec<Option<NaiveDate>>> {
        if let (Some(from), Some(to)) = (self.from, self.to) {
            let days = std::iter::successors(Some(from), |day| day.checked_add_days(Days::new(1)));
            return Ok(days.take_while(|day| *day <= to).map(Some).collect());
        }
        let Some(written) = &self.run_date else {
            let environment: Vec<_> = std::env::vars().collect();
            return Ok(vec![observe::partition_date(&environment)]);
        };
        match written.as_str() {
            "yesterday" => Ok(vec![Some(run::last_finished_day(job, chrono::Utc::now()))]),
            date => match date.parse() {
                Ok(date) => Ok(vec![Some(date)]),
                Err(_) => Err(Error::Usage(format!(
                    "--run-date {date}: write a date such as 2025-12-31, or yesterday"
                ))),
            },
        }
    }
}
