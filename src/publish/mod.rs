//! Tables to files that readers can trust.
//!
//! Nothing is visible before every table is complete and every promise holds. Then each table is put in its place by
//! one atomic step, and last comes the entry in the ledger, which is the mark of the whole run.
//!
//! ```text
//! OUTPUT/tables/CHAPTER/TABLE/run_date=D/part-0.parquet   one file per table and date
//! OUTPUT/latest/CHAPTER/TABLE.parquet                     the newest date once more
//! OUTPUT/runs/run_date=D/000001.json                      the ledger: the runs of a date, the last one counts
//! OUTPUT/reports/run_date=D/report.html                   what people read of it, if the job wants it
//! OUTPUT/locks/                                           who is at work
//! OUTPUT/.staging/RUN_ID/                                 what is not yet published (on this machine only)
//! ```

#[cfg_attr(not(feature = "postgres"), path = "no_database.rs")]
mod database;
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

/// Publishes the tables of one run.
///
/// # Errors
/// [`Error::Superseded`] when another run took the date over, [`Error::Unknown`] when the store did not say whether the
/// run was entered, [`Error::Store`] and [`Error::File`].
pub async fn publish(
    output: &Location,
    lock: &Lock,
    mut entry: Entry,
    ready: &[Ready],
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
    if !is_same {
        for (count, table) in ready.iter().enumerate() {
            failpoint::pass("table", count);
            put(&table.staged, &output.child(&table.table.path)).await?;
        }
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
