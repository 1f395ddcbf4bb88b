//! One run after the other, each with its own summary; of several dates the last line tells what became of each.

use super::job::{PublishedJob, stores};
use super::log::Talk;
use crate::error::{Detail, Error, Result};
use crate::job::Job;
use crate::observe::{self, Observers, Started};
use crate::run::{self, Options, Summary};
use chrono::NaiveDate;
use serde::Serialize;
use std::path::PathBuf;
use tokio::signal::unix::{SignalKind, signal};

/// Faults of one date that say nothing of the next: its input or its checks.
const OF_ONE_DATE: [u8; 2] = [65, 66];

/// What the runs of all dates share.
pub(super) struct Runs<'job> {
    pub(super) job: &'job Job,
    pub(super) options: Options,
    pub(super) summary_file: Option<PathBuf>,
    pub(super) skip_when_no_input: bool,
}

/// What became of one date.
#[derive(Serialize)]
struct Dated {
    run_date: Option<NaiveDate>,
    status: String,
    exit_code: u8,
    error: Option<String>,
}

impl Runs<'_> {
    /// Runs each of `dates`; nothing stands for the date of the job.
    ///
    /// # Errors
    /// The first fault. Later dates are tried all the same if it is one of the date alone.
    pub(super) async fn execute(&self, dates: &[Option<NaiveDate>], talk: &Talk) -> Result<()> {
        let mut results = Vec::new();
        let mut fault = None;
        for run_date in dates {
            let outcome = self.one(*run_date, talk).await;
            let code = outcome.as_ref().err().map_or(0, Error::exit_code);
            results.push(dated(*run_date, &outcome));
            match outcome {
                Ok(summary) => {
                    self.tell(&summary.line())?;
                    if talk.is_to_a_person() {
                        news(self.job, &summary).await?;
                    }
                }
                Err(error) => fault = fault.or(Some(error)),
            }
            if code != 0 && !OF_ONE_DATE.contains(&code) {
                break;
            }
        }
        if dates.len() > 1 {
            let left = dates.iter().skip(results.len());
            results.extend(left.map(|date| not_run(*date)));
            let line = serde_json::json!({ "dates": results });
            self.tell(&line.to_string())?;
        }
        fault.map_or(Ok(()), Err)
    }

    async fn one(&self, run_date: Option<NaiveDate>, talk: &Talk) -> Result<Summary> {
        let mut options = self.options.clone();
        options.run_date = run_date;
        let environment: Vec<_> = std::env::vars().collect();
        let run = Started {
            run_id: run::new_run_id(),
            run_date: run::run_date(self.job, &options)?,
            by: observe::started_by(&environment),
        };
        options.run_id = Some(run.run_id.clone());
        options.started_by.clone_from(&run.by);
        let observers = Observers::new(self.job, &environment);
        talk.begun(&run);
        observers.begun(&run).await;
        let tell = |news: run::News<'_>| talk.tell(&run, &news);
        let stores = stores(self.job);
        let outcome = run::run(self.job, &options, &stores, &tell, interrupted()).await;
        talk.finish();
        observers.ended(&run, &outcome).await;
        match outcome {
            Err(Error::NoInput { .. }) if self.skip_when_no_input => Err(Error::NothingToDo),
            Err(error) => {
                talk.failed(&run, &error);
                Err(error)
            }
            Ok(summary) => {
                if !summary.resumed.is_empty() {
                    let tables = summary.resumed.len();
                    tracing::info!(tables, "made by an earlier run and not made again");
                }
                if let Some(pieces) = summary.pieces.first() {
                    let (read, cached) = (pieces.files_read, pieces.files_cached);
                    tracing::info!(read, cached, "files of transactions");
                }
                let damaged = summary.pieces.iter().map(|pieces| pieces.damaged);
                let damaged: usize = damaged.sum();
                if damaged > 0 {
                    tracing::warn!(damaged, "pieces in the cache were damaged and made again");
                }
                if let Some(oldest) = summary.changed.last() {
                    let (dates, first_day) = (summary.changed.len(), &oldest.first_day);
                    tracing::warn!(
                        dates,
                        first_day,
                        "lines came late: earlier dates would change; see clientele backfill --changed"
                    );
                }
                Ok(summary)
            }
        }
    }

    fn tell(&self, line: &str) -> Result<()> {
        if let Some(path) = &self.summary_file {
            std::fs::write(path, line).map_err(|source| Error::File {
                path: path.display().to_string(),
                source,
            })?;
        }
        super::print(line)
    }
}

fn dated(run_date: Option<NaiveDate>, outcome: &Result<Summary>) -> Dated {
    let status = match outcome {
        Ok(summary) => summary.status.map_or("", crate::publish::Status::word),
        Err(Error::NothingToDo) => "nothing to do",
        Err(_) => "failed",
    };
    let error = outcome.as_ref().err();
    Dated {
        run_date,
        status: status.to_owned(),
        exit_code: error.map_or(0, Error::exit_code),
        error: error.map(|error| error.told(Detail::NoValues)),
    }
}

fn not_run(run_date: Option<NaiveDate>) -> Dated {
    Dated {
        run_date,
        status: "not run".to_owned(),
        exit_code: 0,
        error: None,
    }
}

/// Tells a person what changed and what needs attention.
async fn news(job: &Job, summary: &Summary) -> Result<()> {
    let published = PublishedJob::of(job.clone())?;
    let report = published.report(Some(summary.run_date)).await?;
    Talk::say(&published.given().facts(&report).await?.news());
    for line in summary.quality.attention() {
        Talk::say(&line);
    }
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
pub(super) async fn interrupted() -> u8 {
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
