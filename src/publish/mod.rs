//! Tables to files that readers can trust.
//!
//! Nothing is visible before every table is complete and every promise holds. Then each table is put in its place by
//! one atomic step, and last comes the entry in the ledger, which is the mark of the whole run.
//!
//! ```text
//! OUTPUT/tables/CHAPTER/TABLE/run_date=D/part-0.parquet   one file per table and date
//! OUTPUT/delta/CHAPTER/TABLE/                             instead of that, a Delta Lake table with a partition a date
//! OUTPUT/latest/CHAPTER/TABLE.parquet                     the newest date once more
//! OUTPUT/runs/run_date=D/000001.json                      the ledger: the runs of a date, the last one counts
//! OUTPUT/reports/run_date=D/report.html                   what people read of it, if the job wants it
//! OUTPUT/locks/                                           who is at work
//! OUTPUT/.staging/RUN_ID/                                 what is not yet published (on this machine only)
//! ```

#[cfg_attr(not(feature = "postgres"), path = "no_database.rs")]
mod database;
#[cfg_attr(not(feature = "delta"), path = "no_delta.rs")]
mod delta;
pub(crate) mod failpoint;
mod gc;
mod latest;
mod ledger;
mod lock;
mod place;
mod rows;

pub use database::Database;
pub use gc::{Garbage, collect_garbage};
pub use ledger::{Entry, Ledger, OutputTable};
pub use lock::Lock;
pub use rows::rows;

use crate::error::{Error, Result};
use crate::store::Location;
use chrono::NaiveDate;
use std::path::PathBuf;

/// Under this name the file of a table says what one row is.
pub const ABOUT: &str = "clientele.about";

/// A table that is ready to be published.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Its complete file on this machine.
    pub staged: PathBuf,
    /// What the ledger will say of it.
    pub table: OutputTable,
}

/// Whether a run changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// New tables are there.
    Published,
    /// The tables that are there are the same to the last byte.
    Unchanged,
}

impl Status {
    /// The word for it in summaries.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Unchanged => "unchanged",
        }
    }
}

/// Where a table of a date stands below the output.
#[must_use]
pub fn table_path(chapter: &str, table: &str, run_date: NaiveDate) -> String {
    format!("tables/{chapter}/{table}/run_date={run_date}/part-0.parquet")
}

/// Where Delta Lake tables stand below the output.
const DELTA: &str = "delta";

/// Where the file of a table of a date stands below the output, as part of a Delta Lake table. It is named by its
/// contents, since the version before keeps its own file.
#[must_use]
pub fn delta_path(chapter: &str, table: &str, run_date: NaiveDate, sha256: &str) -> String {
    let name = sha256.get(..16).unwrap_or(sha256);
    format!("{DELTA}/{chapter}/{table}/run_date={run_date}/part-{name}.parquet")
}

/// The Delta Lake table that the file at `path` is part of, if it is.
fn delta_root(path: &str) -> Option<&str> {
    let (root, _) = path.split_once("/run_date=")?;
    root.starts_with(DELTA).then_some(root)
}

/// Publishes the tables of one run, and answers with them as the ledger has them.
///
/// # Errors
/// [`Error::Superseded`] when another run took the date over, [`Error::Unknown`] when the store did not say whether the
/// run was entered, [`Error::Store`] and [`Error::File`].
pub async fn publish(
    output: &Location,
    lock: &Lock,
    mut entry: Entry,
    ready: &[Ready],
) -> Result<(Status, Vec<OutputTable>)> {
    let ledger = Ledger::new(output);
    let status = match ledger.last(entry.run_date).await? {
        Some(previous) if previous.holds(&entry.outputs) => {
            entry.outputs = previous.outputs;
            Status::Unchanged
        }
        previous => {
            put_all(output, &mut entry, ready).await?;
            failpoint::pass("ledger", 0);
            if let Some(previous) = previous {
                entry.follow(previous);
            }
            if !lock.is_mine().await? {
                return Err(Error::Superseded {
                    run_date: entry.run_date.to_string(),
                });
            }
            ledger.enter(&entry).await?;
            failpoint::pass("ledger", 1);
            Status::Published
        }
    };
    latest::advance(output, &entry, ready).await?;
    let is_made = |table: &OutputTable| ready.iter().any(|made| made.table.table == table.table);
    entry.outputs.retain(is_made);
    Ok((status, entry.outputs))
}

/// Puts every table in its place, and enters the versions that have them.
async fn put_all(output: &Location, entry: &mut Entry, ready: &[Ready]) -> Result<()> {
    for (count, made) in ready.iter().enumerate() {
        failpoint::pass("table", count);
        place::put(&made.staged, &output.child(&made.table.path)).await?;
        if delta_root(&made.table.path).is_none() {
            continue;
        }
        failpoint::pass("commit", count);
        let version = delta::commit(output, entry, made).await?;
        let mut outputs = entry.outputs.iter_mut();
        if let Some(output) = outputs.find(|output| output.table == made.table.table) {
            output.version = Some(version);
        }
    }
    Ok(())
}
