//! What the logs of Delta Lake tables hold on to, and what they let go.

use super::log;
use crate::error::Result;
use crate::publish::DELTA;
use crate::store::Location;
use chrono::{NaiveDate, Utc};
use deltalake::kernel::Action;
use deltalake::kernel::transaction::CommitProperties;
use deltalake::protocol::DeltaOperation;
use deltalake::{DeltaResult, DeltaTable, checkpoints};
use futures::TryStreamExt;
use object_store::ObjectMeta;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a table keeps files that its newest version has no longer, unless its properties say otherwise.
const WEEK: Duration = Duration::from_hours(7 * 24);

/// What was found in the tables of an output.
#[derive(Debug, Default)]
pub(in crate::publish) struct Found {
    /// Files of dates that were taken out of their table's newest version.
    pub(in crate::publish) expired: Vec<String>,
    /// Files that no version has which may still be read.
    pub(in crate::publish) unheld: Vec<ObjectMeta>,
}

/// Takes dates before `oldest_kept` out of every table, forgets what its log keeps beyond the time that its properties
/// say, and answers with what may be removed. A dry run changes nothing.
///
/// # Errors
/// [`crate::error::Error::Log`], [`crate::error::Error::Store`].
pub(in crate::publish) async fn found(
    output: &Location,
    oldest_kept: Option<NaiveDate>,
    is_dry_run: bool,
) -> Result<Found> {
    let mut found = Found::default();
    for root in tables(output).await? {
        let place = output.child(&root);
        let looked = look(&place, oldest_kept, is_dry_run).await;
        let (expired, held) = looked.map_err(|error| log::failed(&place, error))?;
        let named = expired.into_iter().map(|path| format!("{root}/{path}"));
        found.expired.extend(named);
        let prefix = format!("{}/", place.path);
        for object in place.list().await? {
            let below = object.location.as_ref().strip_prefix(&prefix);
            if below.is_some_and(|path| !path.starts_with('_') && !held.contains(path)) {
                found.unheld.push(object);
            }
        }
    }
    Ok(found)
}

/// Folders below the output that have a log.
async fn tables(output: &Location) -> Result<BTreeSet<String>> {
    let objects = output.child(DELTA).list().await?;
    let logs = objects
        .iter()
        .filter_map(|object| Some(object.location.as_ref().split_once("/_delta_log/")?.0));
    let below = |root: &str| {
        let root = root.strip_prefix(output.path.as_ref()).unwrap_or(root);
        root.trim_start_matches('/').to_owned()
    };
    Ok(logs.map(below).collect())
}

/// Files of dates that are too old, and all files that some version has which may still be read.
async fn look(
    place: &Location,
    oldest_kept: Option<NaiveDate>,
    is_dry_run: bool,
) -> DeltaResult<(Vec<String>, BTreeSet<String>)> {
    let table = log::open(place).await?;
    let held = held(&table).await?;
    let is_expired = |date| oldest_kept.is_some_and(|oldest| date < oldest);
    let removals = log::removals(&table, is_expired);
    let expired = removals.iter().filter_map(|action| match action {
        Action::Remove(remove) => Some(remove.path.clone()),
        _ => None,
    });
    let expired: Vec<String> = expired.collect();
    if !is_dry_run && !expired.is_empty() {
        let operation = DeltaOperation::Delete {
            predicate: oldest_kept.map(|oldest| format!("{} < '{oldest}'", super::RUN_DATE)),
        };
        log::write(&table, removals, operation, CommitProperties::default()).await?;
    }
    if !is_dry_run {
        checkpoints::cleanup_metadata(&table, None).await?;
    }
    Ok((expired, held))
}

/// Files of the newest version, and those that left it within the time that the table keeps them.
async fn held(table: &DeltaTable) -> DeltaResult<BTreeSet<String>> {
    let state = table.snapshot()?;
    let kept = state.table_config().deleted_file_retention_duration;
    let kept = i64::try_from(kept.unwrap_or(WEEK).as_millis()).unwrap_or(i64::MAX);
    let since = Utc::now().timestamp_millis().saturating_sub(kept);
    let files = state.log_data();
    let mut held: BTreeSet<String> = files.iter().map(|file| file.path().into_owned()).collect();
    let log = table.log_store();
    let mut removed = state.all_tombstones(log.as_ref());
    while let Some(file) = removed.try_next().await? {
        if file.deletion_timestamp().is_none_or(|at| at >= since) {
            held.insert(file.path().into_owned());
        }
    }
    Ok(held)
}
