//! The ledger of runs: what belongs to each date, in the order in which it was published.

use crate::error::{Error, Result};
use crate::store::Location;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A published table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputTable {
    /// Its name: `value.concentration`.
    pub table: String,
    /// Where it stands below the output.
    pub path: String,
    /// Its rows.
    pub rows: u64,
    /// The length of its file.
    pub bytes: u64,
    /// SHA-256 of its file.
    pub sha256: String,
    /// The version of its Delta Lake table that has it, if it is part of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// One run of one date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Version of this format.
    pub schema_version: u32,
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
    /// Who started it, as an orchestrator says it: `airflow_dag_id`, `dagster_run_id`, ….
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub started_by: BTreeMap<String, String>,
    /// When the run began: with the seconds, what a published table cannot say, since it is the same at every rerun.
    #[serde(default)]
    pub started_at: String,
    /// Seconds until its tables were ready.
    #[serde(default)]
    pub seconds: f64,
    /// The most memory it held.
    #[serde(default)]
    pub peak_memory_bytes: u64,
    /// Rows of its sources, where the formats tell.
    #[serde(default)]
    pub source_rows: Option<u64>,
    /// Checks that do not hold, which was told.
    #[serde(default)]
    pub warned: Vec<String>,
    /// All tables of the date, also those that an earlier run of it made.
    pub outputs: Vec<OutputTable>,
}

impl Entry {
    /// Whether every one of `outputs` is already there, the same to the last byte.
    #[must_use]
    pub fn holds(&self, outputs: &[OutputTable]) -> bool {
        let has = |output: &OutputTable| {
            let mut here = self.outputs.iter();
            here.any(|there| (&there.path, &there.sha256) == (&output.path, &output.sha256))
        };
        outputs.iter().all(has)
    }

    /// The version that has `table`, if it is part of a Delta Lake table.
    pub(super) fn version_of(&self, table: &str) -> Option<u64> {
        let mut outputs = self.outputs.iter();
        outputs.find(|output| output.table == table)?.version
    }

    /// Takes over what an earlier run of the date made and this one did not.
    pub(super) fn follow(&mut self, previous: Self) {
        let mine: Vec<String> = self
            .outputs
            .iter()
            .map(|output| output.table.clone())
            .collect();
        self.outputs.extend(
            previous
                .outputs
                .into_iter()
                .filter(|output| !mine.contains(&output.table)),
        );
        self.outputs
            .sort_by(|left, right| left.table.cmp(&right.table));
    }
}

/// The ledger of an output.
#[derive(Debug)]
pub struct Ledger {
    folder: Location,
}

impl Ledger {
    /// The ledger below `output`.
    #[must_use]
    pub fn new(output: &Location) -> Self {
        Self {
            folder: output.child("runs"),
        }
    }

    /// Dates that have a run, oldest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn dates(&self) -> Result<Vec<NaiveDate>> {
        let objects = self.folder.list().await?;
        let folders = objects
            .iter()
            .flat_map(|object| object.location.parts().map(|part| part.as_ref().to_owned()));
        let mut dates: Vec<NaiveDate> = folders
            .collect::<Vec<_>>()
            .iter()
            .filter_map(|part| part.strip_prefix("run_date=")?.parse().ok())
            .collect();
        dates.sort_unstable();
        dates.dedup();
        Ok(dates)
    }

    /// The run of `run_date` that counts.
    ///
    /// # Errors
    /// [`Error::Store`]; an entry that cannot be read is an error too.
    pub async fn last(&self, run_date: NaiveDate) -> Result<Option<Entry>> {
        match self.numbers(run_date).await?.last() {
            Some(number) => self.read(run_date, *number).await,
            None => Ok(None),
        }
    }

    /// Every run of `run_date` in the order in which they were entered.
    pub(super) async fn entries(&self, run_date: NaiveDate) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for number in self.numbers(run_date).await? {
            entries.extend(self.read(run_date, number).await?);
        }
        Ok(entries)
    }

    /// Enters a run behind the others of its date.
    pub(super) async fn enter(&self, entry: &Entry) -> Result<()> {
        let number = self
            .numbers(entry.run_date)
            .await?
            .last()
            .map_or(1, |last| last + 1);
        let place = self.place(entry.run_date, number);
        let text = serde_json::to_vec_pretty(entry).unwrap_or_default();
        let answer = place.create(text).await;
        if let Ok(true) = answer {
            return Ok(());
        }
        // A repeated request can meet its own first try, and a lost answer can hide a success: ask what is there.
        let taken_over = Err(Error::Superseded {
            run_date: entry.run_date.to_string(),
        });
        match (self.read(entry.run_date, number).await, answer) {
            (Ok(Some(there)), _) if there.run_id == entry.run_id => Ok(()),
            (Ok(None), Err(source)) => Err(place.failed("write", source)),
            (Err(_), Err(source)) => Err(Error::Unknown {
                run_id: entry.run_id.clone(),
                url: place.url(),
                source,
            }),
            _ => taken_over,
        }
    }

    fn folder(&self, run_date: NaiveDate) -> Location {
        self.folder.child(&format!("run_date={run_date}"))
    }

    fn place(&self, run_date: NaiveDate, number: u32) -> Location {
        self.folder(run_date).child(&format!("{number:06}.json"))
    }

    async fn numbers(&self, run_date: NaiveDate) -> Result<Vec<u32>> {
        let objects = self.folder(run_date).list().await?;
        let names = objects
            .iter()
            .filter_map(|object| object.location.filename());
        Ok(names
            .filter_map(|name| name.strip_suffix(".json")?.parse().ok())
            .collect())
    }

    async fn read(&self, run_date: NaiveDate, number: u32) -> Result<Option<Entry>> {
        let place = self.place(run_date, number);
        let Some(text) = place.read().await? else {
            return Ok(None);
        };
        let entry = serde_json::from_slice(&text);
        entry.map(Some).map_err(|error| {
            let source = object_store::Error::Generic {
                store: "ledger",
                source: error.into(),
            };
            place.failed("read", source)
        })
    }
}
