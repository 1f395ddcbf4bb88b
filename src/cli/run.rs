//! `clientele run`.

use super::job::{JobArguments, PublishedJob, SelectArguments, stores};
use super::log::Talk;
use crate::error::{Error, Result};
use crate::job::Job;
use crate::run::{self, Options, Summary};
use chrono::{Days, NaiveDate};
use clap::Args;
use std::path::PathBuf;
use tokio::signal::unix::{SignalKind, signal};

/// Run a job: read, compute, check, publish
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    job: JobArguments,

    /// Last day that counts, inclusive: a date, or yesterday
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

    #[command(flatten)]
    select: SelectArguments,
}

pub(super) async fn execute(arguments: Arguments, talk: &Talk) -> Result<()> {
    let mut job = arguments.job.load()?;
    if let Some(seconds) = arguments.lock_timeout {
        job.resources.lock_timeout_seconds = seconds;
    }
    for run_date in arguments.run_dates(&job)? {
        let options = Options {
            run_date,
            allow_incomplete_day: arguments.allow_incomplete_day,
            selection: arguments.select.selection(),
        };
        let summary = one(&job, &options, talk).await;
        talk.finish();
        let summary = match summary {
            Err(Error::NoInput { .. }) if arguments.skip_when_no_input => {
                return Err(Error::NothingToDo);
            }
            summary => summary?,
        };
        let line = summary.line();
        if let Some(path) = &arguments.summary_file {
            std::fs::write(path, &line).map_err(|source| Error::File {
                path: path.display().to_string(),
                source,
            })?;
        }
        super::print(&line)?;
        if talk.is_to_a_person() {
            news(&job, &summary).await?;
        }
    }
    Ok(())
}

impl Arguments {
    fn run_dates(&self, job: &Job) -> Result<Vec<Option<NaiveDate>>> {
        if let (Some(from), Some(to)) = (self.from, self.to) {
            let days = std::iter::successors(Some(from), |day| day.checked_add_days(Days::new(1)));
            return Ok(days.take_while(|day| *day <= to).map(Some).collect());
        }
        let Some(written) = &self.run_date else {
            return Ok(vec![None]);
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

async fn one(job: &Job, options: &Options, talk: &Talk) -> Result<Summary> {
    let label = run::run_date(job, options)?.to_string();
    let tell = |news: run::News<'_>| talk.tell(&label, &news);
    run::run(job, options, &stores(job), &tell, interrupted()).await
}

/// Tells a person what changed and what needs attention.
async fn news(job: &Job, summary: &Summary) -> Result<()> {
    let published = PublishedJob::of(job.clone())?;
    let report = published.report(Some(summary.run_date)).await?;
    Talk::say(&published.given().facts(&report).await?.news());
    for skipped in &summary.skipped {
        Talk::say(&format!(
            "{} was not made: the job lacks {}",
            skipped.table, skipped.lacks
        ));
    }
    if let Some(page) = &summary.report {
        Talk::say(page);
    }
    Ok(())
}

/// Waits for a signal to stop, and tells its number.
async fn interrupted() -> u8 {
    const INTERRUPT: u8 = 2;
    const TERMINATE: u8 = 15;
    match (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) {
        (Ok(mut interrupt), Ok(mut terminate)) => tokio::select! {
            _ = interrupt.recv() => INTERRUPT,
            _ = terminate.recv() => TERMINATE,
        },
        _ => std::future::pending().await,
    }
}
