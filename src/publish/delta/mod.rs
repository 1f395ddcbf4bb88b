//! Tables in the format of Delta Lake: one commit of a table's log replaces the partition of a date.
//!
//! What is committed is the file that every format publishes, byte for byte, under a name by its contents: versions
//! before it stay readable, and the same contents are never committed twice.
//!
//! Every commit carries its run as application transaction, one sequence a date: what a run has committed is
//! recognised, however the store answered, and a run that was taken for dead comes too late. A commit that lost a race
//! is made again from the newest version: it touches one date only, and no other run may have that.

mod declared;
mod garbage;
mod log;

pub(super) use garbage::found;

use super::ledger::Entry;
use super::{Ready, delta_root};
use crate::error::{Error, Result};
use crate::store::Location;
use chrono::{DateTime, Utc};
use deltalake::kernel::transaction::CommitProperties;
use deltalake::kernel::{Action, Add, Transaction};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaResult, DeltaTable};
use std::collections::HashMap;

/// The column by which tables are partitioned.
const RUN_DATE: &str = "run_date";

/// Races that one commit may lose: at most as many as dates are run side by side.
const RACES: usize = 50;

/// Commits the file of `ready`, which stands in its place, and answers with a version of its table that holds it.
///
/// # Errors
/// [`Error::Superseded`] when a later run has committed the date, [`Error::Locked`] when others commit without end,
/// [`Error::Unknown`] when the store did not say whether this one is committed, [`Error::Log`], [`Error::Store`].
pub(super) async fn commit(output: &Location, entry: &Entry, ready: &Ready) -> Result<u64> {
    let (root, file) = delta_root(&ready.table.path).unwrap_or_default();
    let place = output.child(root);
    let mine = Replacement { entry, ready, file };
    let mut races = 0;
    loop {
        let looked = mine.look(&place).await;
        let (table, there) = looked.map_err(|error| log::failed(&place, error))?;
        if let Some(answer) = there {
            return answer;
        }
        let error = match mine.replace(&table).await {
            Ok(version) => return Ok(version),
            Err(error) if log::is_lost_race(&error) && races < RACES => {
                races += 1;
                continue;
            }
            Err(error) => error,
        };
        // the answer may be lost and the commit there all the same
        return match mine.look(&place).await {
            Ok((_, there)) => there.unwrap_or_else(|| Err(log::failed(&place, error))),
            Err(_) => Err(Error::Unknown {
                run_id: entry.run_id.clone(),
                url: place.url(),
                source: log::store_error(error),
            }),
        };
    }
}

/// A file that a run puts in place of those of its date.
struct Replacement<'run> {
    entry: &'run Entry,
    ready: &'run Ready,
    /// Where it stands below its table.
    file: &'run str,
}

impl Replacement<'_> {
    /// The table at `place`, and its version if that holds the file or whatever else the run has committed.
    async fn look(&self, place: &Location) -> DeltaResult<(DeltaTable, Option<Result<u64>>)> {
        let table = log::open(place).await?;
        let Ok(state) = table.snapshot() else {
            return Ok((table, None));
        };
        let number = self.number();
        let known = state
            .transaction_version(table.log_store().as_ref(), self.sequence())
            .await?;
        // a number of the future was written by a clock that was wrong
        let is_later = |known: i64| known > number && known <= Utc::now().timestamp_micros();
        let is_there = || state.log_data().iter().any(|file| file.path() == self.file);
        let there = if known.is_some_and(is_later) {
            Some(Err(Error::Superseded {
                run_date: self.entry.run_date.to_string(),
            }))
        } else {
            (known == Some(number) || is_there()).then(|| Ok(state.version()))
        };
        Ok((table, there))
    }

    async fn replace(&self, table: &DeltaTable) -> DeltaResult<u64> {
        let mut actions = declared::actions(table, self.ready)?;
        actions.extend(log::removals(table, |date| date == self.entry.run_date));
        actions.push(Action::Add(self.add()));
        let operation = DeltaOperation::Write {
            mode: SaveMode::Overwrite,
            partition_by: Some(vec![RUN_DATE.to_owned()]),
            predicate: Some(format!("{RUN_DATE} = '{}'", self.entry.run_date)),
        };
        let now = Utc::now().timestamp_millis();
        let run = Transaction::new_with_last_update(self.sequence(), self.number(), Some(now));
        let run_id = (
            "clientele.run_id".to_owned(),
            self.entry.run_id.clone().into(),
        );
        let properties = CommitProperties::default()
            .with_application_transaction(run)
            .with_metadata([run_id]);
        log::write(table, actions, operation, properties).await
    }

    /// Of a file the log says how many rows it has and no extremes, which would keep the ids of customers long after
    /// their rows are gone.
    fn add(&self) -> Add {
        let date = (RUN_DATE.to_owned(), Some(self.entry.run_date.to_string()));
        Add {
            path: self.file.to_owned(),
            partition_values: HashMap::from([date]),
            size: i64::try_from(self.ready.table.bytes).unwrap_or(i64::MAX),
            modification_time: Utc::now().timestamp_millis(),
            data_change: true,
            stats: Some(format!("{{\"numRecords\":{}}}", self.ready.table.rows)),
            tags: None,
            deletion_vector: None,
            base_row_id: None,
            default_row_commit_version: None,
            clustering_provider: None,
        }
    }

    fn sequence(&self) -> String {
        format!("clientele {RUN_DATE}={}", self.entry.run_date)
    }

    /// Runs of one date are numbered by the time at which they began.
    fn number(&self) -> i64 {
        let begun = DateTime::parse_from_rfc3339(&self.entry.started_at);
        begun.map_or(0, |begun| begun.timestamp_micros())
    }
}
