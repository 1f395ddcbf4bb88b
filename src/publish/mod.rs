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
mod verify;

pub use database::Database;
pub use gc::{Garbage, collect_garbage};
pub use ledger::{Entry, Ledger, OutputTable};
pub use lock::Lock;
pub(crate) use place::put;
pub use rows::rows;
pub use verify::{Verified, Which, verify};

use crate::error::{Error, Result};
use crate::job::OutputFormat;
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

/// Where Delta Lake tables stand below the output.
const DELTA: &str = OutputFormat::Delta.folder();

/// Where the file of a table of a date, `value.concentration`, stands below the output. As part of a Delta Lake table it
/// is named by its contents, since versions before keep their own.
#[must_use]
pub fn table_path(format: OutputFormat, table: &str, run_date: NaiveDate, sha256: &str) -> String {
    let part = match format {
        OutputFormat::Parquet => "0",
        OutputFormat::Delta => sha256.get(..16).unwrap_or(sha256),
    };
    let (folder, table) = (format.folder(), table.replace('.', "/"));
    format!("{folder}/{table}/run_date={run_date}/part-{part}.parquet")
}

/// The Delta Lake table that the file at `path` is part of, if it is, and where it stands below that.
fn delta_root(path: &str) -> Option<(&str, &str)> {
    let below = path.strip_prefix(DELTA)?.strip_prefix('/')?;
    let root = DELTA.len() + 1 + below.find("/run_date=")?;
    Some((&path[..root], &path[root + 1..]))
}

/// What one row of the table in a file is, as the file says.
#[cfg(any(feature = "delta", feature = "postgres"))]
fn about(file: &parquet::file::metadata::ParquetMetaData) -> &str {
    let mut notes = file
        .file_metadata()
        .key_value_metadata()
        .into_iter()
        .flatten();
    let about = notes.find(|note| note.key == ABOUT);
    about
        .and_then(|note| note.value.as_deref())
        .unwrap_or_default()
}

/// Publishes the tables of one run, and notes in `ready` which version of its table has each.
///
/// # Errors
/// [`Error::Superseded`] when another run took the date over, [`Error::Unknown`] when the store did not say whether the
/// run was entered, [`Error::Locked`] and [`Error::Log`] when a Delta Lake table does not take it, [`Error::Store`] and
/// [`Error::File`].
pub async fn publish(
    output: &Location,
    lock: &Lock,
    mut entry: Entry,
    ready: &mut [Ready],
) -> Result<Status> {
    let ledger = Ledger::new(output);
    let previous = ledger.last(entry.run_date).await?;
    // An entry says what was published; a run that died since may have put other tables in their places.
    let is_same = match &previous {
        Some(previous) if previous.holds(&entry.outputs) => {
            let files = entry.outputs.iter();
            let files = files.map(|table| (table.path.clone(), table));
            verify::broken(output, files).await?.is_empty()
        }
        _ => false,
    };
    for (count, made) in ready.iter_mut().enumerate() {
        made.table.version = match &previous {
            Some(previous) if is_same => previous.version_of(&made.table.table),
            _ => publish_table(output, &entry, made, count).await?,
        };
    }
    entry.outputs = ready.iter().map(|made| made.table.clone()).collect();
    if !is_same {
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
    }
    latest::advance(output, &entry, ready).await?;
    Ok(if is_same {
        Status::Unchanged
    } else {
        Status::Published
    })
}

/// Puts a table in its place, and answers with the version that has it if it is part of a Delta Lake table.
async fn publish_table(
    output: &Location,
    entry: &Entry,
    made: &Ready,
    count: usize,
) -> Result<Option<u64>> {
    failpoint::pass("table", count);
    put(&made.staged, &output.child(&made.table.path)).await?;
    if delta_root(&made.table.path).is_none() {
        return Ok(None);
    }
    failpoint::pass("commit", count);
    delta::commit(output, entry, made).await.map(Some)
}
