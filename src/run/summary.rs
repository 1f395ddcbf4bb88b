//! What a run says of itself when it is over: the one line on standard output.

use super::changed::Changed;
use crate::error::{Error, Result};
use crate::job::{Job, Parameters};
use crate::machine;
use crate::plan::{Skipped, Step};
use crate::publish::{OutputTable, Status};
use crate::read::Input;
use crate::stage::{ColumnFacts, Computed, Finding, Stage, Verdict};
use chrono::{DateTime, NaiveDate, Utc};
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

/// The tables that say whether memory did for the patterns that were asked for.
const MINED: &str = "mining_summary";

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
    /// Tables that are kept by the files they come from, with how many of these were read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<InPieces>,
    /// What could not be made.
    pub skipped: Vec<Skipped>,
    /// What a failed run of the date had made, and was not made again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resumed: Vec<String>,
    /// Earlier dates that would be different now, since lines came late.
    pub changed: Vec<Changed>,
    /// Seconds from begin to end.
    pub duration_seconds: f64,
    /// The most memory held at once.
    pub peak_memory_bytes: u64,
    /// The names of all pieces in the cache that were used; not part of the line.
    #[serde(skip)]
    pub pieces_used: Vec<String>,
    /// The columns of each published table; not part of the line.
    #[serde(skip)]
    pub columns: BTreeMap<String, Vec<ColumnFacts>>,
    /// When the run began; not part of the line.
    #[serde(skip)]
    pub started_at: DateTime<Utc>,
    /// Each table and its time, for logs; not part of the line.
    #[serde(skip)]
    pub steps: Vec<StepSummary>,
}

/// What was checked and what was set aside.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Quality {
    /// Checks that were made: of the job, promises and keys.
    pub checks: usize,
    /// Those that do not hold, which was told or made rows not count.
    pub told: Vec<Finding>,
    /// All checks, for the table of them; not part of the line.
    #[serde(skip)]
    pub findings: Vec<Finding>,
    /// Rows of the source by what became of them.
    pub rows: BTreeMap<String, i64>,
    /// Models that could not be fitted, and what was done instead.
    pub models: BTreeMap<String, String>,
    /// Patterns for which memory did not do, and the support count to which it was raised.
    pub raised_support: BTreeMap<String, i64>,
}

/// One table of a run.
#[derive(Debug, Clone, Serialize)]
pub struct StepSummary {
    /// The table.
    pub table: String,
    /// Rows of what it reads, if that is known.
    pub rows_in: Option<u64>,
    /// Its rows; none for a view.
    pub rows: Option<u64>,
    /// The length of its file, if it has one.
    pub bytes: Option<u64>,
    /// How long it took, with its checks.
    pub seconds: f64,
}

/// A table that is kept by the files that its rows come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InPieces {
    /// The table.
    pub table: String,
    /// Files of its source that were read.
    pub files_read: usize,
    /// Files whose rows came from the cache.
    pub files_cached: usize,
    /// Pieces in the cache that were damaged, and made again.
    pub damaged: usize,
}

impl InPieces {
    pub(super) fn new(table: String) -> Self {
        Self {
            table,
            files_read: 0,
            files_cached: 0,
            damaged: 0,
        }
    }
}

impl StepSummary {
    pub(super) fn new(
        step: &Step,
        rows_in: Option<u64>,
        computed: &Computed,
        took: Duration,
    ) -> Self {
        Self {
            table: step.file.table.to_string(),
            rows_in,
            rows: computed.rows,
            bytes: computed.file.as_ref().map(|file| file.bytes),
            seconds: took.as_secs_f64(),
        }
    }
}

impl Quality {
    /// Whether something is taken from the table of `step` for the summary.
    pub(super) fn reads(step: &Step) -> bool {
        [BALANCE, READINESS].contains(&step.file.table.table.as_str())
    }

    /// Takes note of a check.
    pub(super) fn note(&mut self, finding: Finding) {
        self.checks += 1;
        if matches!(finding.verdict, Verdict::Warned | Verdict::Rejected) {
            self.told.push(finding.clone());
        }
        self.findings.push(finding);
    }

    /// What a person should look at: checks that do not hold, models that could not be fitted, patterns cut short.
    #[must_use]
    pub fn attention(&self) -> Vec<String> {
        let checks = self
            .told
            .iter()
            .map(|finding| format!("{}: {}", finding.verdict.word(), told(finding)));
        let models = self
            .models
            .iter()
            .map(|(model, reason)| format!("{model} was not fitted: {reason}"));
        let raised = self.raised_support.iter().map(|(mined, count)| {
            format!("{mined}: memory did for what {count} have bought, and no rarer")
        });
        checks.chain(models).chain(raised).collect()
    }

    /// Stops a run whose checks have failed, with all of them.
    pub(super) fn hold(&self) -> Result<()> {
        let failed = self
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Failed);
        let failed: Vec<String> = failed.map(told).collect();
        if failed.is_empty() {
            Ok(())
        } else {
            Err(Error::Checks { failed })
        }
    }

    /// Takes note of what the table of `step` says of the source. What is neither a line nor rejected is later than
    /// the run date; where the files do not tell their rows, that is not known.
    pub(super) async fn add(&mut self, stage: &Stage, step: &Step, inputs: &[Input]) -> Result<()> {
        match step.file.table.table.as_str() {
            BALANCE => self.rows = stage.counts(&step.file, "part", "row_count").await?,
            READINESS => {
                self.models = stage.texts(&step.file, "model", "reason").await?;
                return Ok(());
            }
            MINED => {
                let raised = stage.counts(&step.file, "mined", "support_count_raised");
                self.raised_support.extend(raised.await?);
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

/// A finding in one line.
fn told(finding: &Finding) -> String {
    let what = format!(
        "{} ({}.{} {})",
        finding.name, finding.of, finding.columns, finding.test
    );
    match (finding.broken, finding.rows, finding.observed) {
        (Some(broken), Some(rows), _) => format!("{what}: {broken} of {rows} rows"),
        (.., Some(observed)) => format!("{what}: {observed}"),
        _ => format!("{what}: there is no row"),
    }
}

impl Summary {
    pub(super) fn new(job: &Job, run_id: String, run_date: NaiveDate) -> Result<Self> {
        Ok(Self {
            schema_version: SCHEMA_VERSION,
            status: None,
            job: job.name.clone(),
            run_id,
            run_date,
            engine_version: env!("CARGO_PKG_VERSION").to_owned(),
            config_sha256: config_sha256(job)?,
            parameters: job.parameters.clone(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            quality: Quality::default(),
            report: None,
            pieces: Vec::new(),
            skipped: Vec::new(),
            resumed: Vec::new(),
            changed: Vec::new(),
            duration_seconds: 0.0,
            peak_memory_bytes: 0,
            pieces_used: Vec::new(),
            columns: BTreeMap::new(),
            started_at: Utc::now(),
            steps: Vec::new(),
        })
    }

    pub(super) fn finish(&mut self) {
        let took = (Utc::now() - self.started_at).as_seconds_f64();
        self.duration_seconds = (took * 1000.0).round() / 1000.0;
        self.peak_memory_bytes = machine::peak_memory_bytes();
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
