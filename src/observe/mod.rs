//! Who is told of a run: Prometheus, `OpenLineage`, Dagster. Nothing here can fail a run; what goes wrong is a warning.

mod metrics;
mod openlineage;
mod orchestrator;
mod pipes;
mod send;

pub use orchestrator::started_by;

use crate::error::{Error, Result};
use crate::job::Job;
use crate::run::Summary;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The environment in which the program was started.
pub type Environment = [(String, String)];

/// A run as it is known from its first moment.
#[derive(Debug, Clone)]
pub struct Started {
    /// The run.
    pub run_id: String,
    /// The last day that counts.
    pub run_date: NaiveDate,
    /// The orchestrator's own names for it.
    pub by: BTreeMap<String, String>,
}

/// Those who are told.
#[derive(Debug)]
pub struct Observers {
    metrics: Option<PathBuf>,
    lineage: Option<openlineage::Teller>,
    pipes: Option<pipes::Pipes>,
}

/// How a run ended.
type Outcome<'run> = std::result::Result<&'run Summary, &'run Error>;

impl Observers {
    /// Those that the job and the environment name.
    #[must_use]
    pub fn new(job: &Job, environment: &Environment) -> Self {
        Self {
            metrics: job.observe.metrics.as_ref().map(PathBuf::from),
            lineage: openlineage::Teller::new(job, environment),
            pipes: pipes::Pipes::new(environment),
        }
    }

    /// Tells that a run has begun.
    pub async fn begun(&self, run: &Started) {
        if let Some(lineage) = &self.lineage {
            lineage.begun(run).await;
        }
    }

    /// Tells how it ended.
    pub async fn ended(&self, run: &Started, outcome: &Result<Summary>) {
        let outcome: Outcome<'_> = outcome.as_ref();
        if let Some(path) = &self.metrics {
            let written = metrics::write(path, run, outcome);
            warn(
                "metrics",
                written.map_err(|error| format!("{}: {error}", path.display())),
            );
        }
        if let Some(lineage) = &self.lineage {
            lineage.ended(run, outcome).await;
        }
        if let (Some(pipes), Ok(summary)) = (&self.pipes, outcome) {
            warn(
                "dagster",
                pipes.tell(summary).map_err(|error| error.to_string()),
            );
        }
    }
}

/// The date of the partition that Dagster wants, if it started the program.
#[must_use]
pub fn partition_date(environment: &Environment) -> Option<NaiveDate> {
    pipes::Pipes::new(environment)?.partition_date()
}

fn warn(who: &str, outcome: std::result::Result<(), String>) {
    if let Err(error) = outcome {
        tracing::warn!("{who} could not be told of the run: {error}");
    }
}

fn variable<'e>(environment: &'e Environment, name: &str) -> Option<&'e str> {
    let found = environment
        .iter()
        .find(|(key, value)| key == name && !value.is_empty());
    found.map(|(_, value)| value.as_str())
}
