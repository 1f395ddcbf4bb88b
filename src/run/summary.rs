//! What a run says of itself when it is over: the one line on standard output.

use crate::error::{Error, Result};
use crate::job::{Job, Parameters};
use crate::plan::{Skipped, Step};
use crate::publish::{OutputTable, Status};
use crate::read::Input;
use crate::stage::{Computed, Stage};
use chrono::NaiveDate;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::Duration;

/// Version of the summary's and the ledger's format.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// The table that says what became of every row of the source.
const BALANCE: &str = "source_balance";

/// The table that says which models could be fitted.
const READINESS: &str = "readiness";

/// The part of the source that is not read yet.
const LATER: &str = "later than the run date";

/// A finished run.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Version of this format.
    pub schema_version: u32,
    /// Whether anything changed; none while the run is under way.
    pub status: Option<Status>,
    /// The job.
    pub job: String,
    /// The run.
    pub run_id: String,
    /// The last day that counted.
    pub run_date: NaiveDate,
    /// The program.
    pub engine_version: String,
    /// SHA-256 of the job with all its defaults, without secrets.
    pub config_sha256: String,
    /// The policies under which lines, orders and customers were counted.
    pub parameters: Parameters,
    /// What was read.
    pub inputs: Vec<Input>,
    /// What was published.
    pub outputs: Vec<OutputTable>,
    /// What was checked and what was set aside.
    pub quality: Quality,
    /// The page for people, if the job wants one.
    pub report: Option<String>,
    /// What could not be made.
    pub skipped: Vec<Skipped>,
    /// Seconds from begin to end.
    pub duration_seconds: f64,
    /// The most memory held at once.
    pub peak_memory_bytes: u64,
    /// Each table and its time, for logs; not part of the line.
    #[serde(skip)]
    pub steps: Vec<StepSummary>,
}

/// What was checked and what was set aside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Quality {
    /// Promises that were checked, and hold.
    pub checks: usize,
    /// Rows of the source by what became of them.
    pub rows: BTreeMap<String, i64>,
    /// Models that could not be fitted, and what was done instead.
    pub models: BTreeMap<String, String>,
}

/// One table of a run.
#[derive(Debug, Clone, Serialize)]
pub struct StepSummary {
    /// The table.
    pub table: String,
    /// Its rows; none for a view.
    pub rows: Option<u64>,
    /// The length of its file, if it has one.
    pub bytes: Option<u64>,
    /// How long it took, with its checks.
    pub seconds: f64,
}

impl StepSummary {
    pub(super) fn new(step: &Step, computed: &Computed, took: Duration) -> Self {
        Self {
            table: step.file.table.to_string(),
            rows: computed.rows,
            bytes: computed.file.as_ref().map(|file| file.bytes),
            seconds: took.as_secs_f64(),
        }
    }
}

impl Quality {
    /// Takes note of what the table of `step` says of the source. What is neither a line nor rejected is later than
    /// the run date; where the files do not tell their rows, that is not known.
    pub(super) async fn add(&mut self, stage: &Stage, step: &Step, inputs: &[Input]) -> Result<()> {
        match step.file.table.table.as_str() {
            BALANCE => self.rows = stage.counts(&step.file, "part", "row_count").await?,
            READINESS => {
                self.models = stage.texts(&step.file, "model", "reason").await?;
                return Ok(());
            }
            _ => return Ok(()),
        }
        let source = inputs.iter().find(|input| input.name == "transactions");
        if let Some(all) = source.and_then(|input| i64::try_from(input.rows?).ok()) {
            let later = all - self.rows.values().sum::<i64>();
            self.rows.insert(LATER.to_owned(), later);
        }
        Ok(())
    }
}

impl Summary {
    pub(super) fn new(job: &Job, run_date: NaiveDate) -> Result<Self> {
        Ok(Self {
            schema_version: SCHEMA_VERSION,
            status: None,
            job: job.name.clone(),
            run_id: uuid::Uuid::now_v7().to_string(),
            run_date,
            engine_version: env!("CARGO_PKG_VERSION").to_owned(),
            config_sha256: config_sha256(job)?,
            parameters: job.parameters.clone(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            quality: Quality::default(),
            report: None,
            skipped: Vec::new(),
            duration_seconds: 0.0,
            peak_memory_bytes: 0,
            steps: Vec::new(),
        })
    }

    pub(super) fn finish(&mut self, took: Duration) {
        self.duration_seconds = (took.as_secs_f64() * 1000.0).round() / 1000.0;
        self.peak_memory_bytes = super::peak_memory_bytes();
    }

    /// The summary as one line of JSON.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A secret stands in a job only as `env:NAME` or `file:PATH`, so the job can be hashed as it is.
fn config_sha256(job: &Job) -> Result<String> {
    let text = serde_json::to_vec(job).map_err(|error| Error::Usage(error.to_string()))?;
    Ok(crate::hex(&Sha256::digest(text)))
}
