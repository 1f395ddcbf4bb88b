//! The log of a Delta Lake table in a store of ours.

use super::RUN_DATE;
use crate::error::Error;
use crate::store::Location;
use chrono::NaiveDate;
use deltalake::kernel::transaction::{
    CommitBuilder, CommitProperties, TableReference, TransactionError,
};
use deltalake::kernel::{Action, LogicalFileView};
use deltalake::logstore::{StorageConfig, default_logstore};
use deltalake::protocol::DeltaOperation;
use deltalake::{DeltaResult, DeltaTable, DeltaTableError};
use object_store::prefix::PrefixStore;
use std::sync::Arc;

/// The table at `place`, loaded if it has a log.
pub(super) async fn open(place: &Location) -> DeltaResult<DeltaTable> {
    let mut url = place.base.clone();
    url.set_path(&format!("/{}/", place.path));
    let below = PrefixStore::new(Arc::clone(&place.store), place.path.clone());
    let root = Arc::clone(&place.store);
    let log = default_logstore(Arc::new(below), root, &url, &StorageConfig::default());
    let mut table = DeltaTable::new(log);
    if table.verify_deltatable_existence().await? {
        table.load().await?;
    }
    Ok(table)
}

/// The version that has `actions`. Whoever loses a race for it decides for themselves what to do next.
pub(super) async fn write(
    table: &DeltaTable,
    actions: Vec<Action>,
    operation: DeltaOperation,
    properties: CommitProperties,
) -> DeltaResult<u64> {
    let state = table.snapshot().ok();
    let commit = CommitBuilder::from(properties.with_max_retries(0))
        .with_actions(actions)
        .build(
            state.map(|state| state as &dyn TableReference),
            table.log_store(),
            operation,
        );
    Ok(commit.await?.version())
}

/// Takes every file of the dates that are meant out of the table.
pub(super) fn removals(table: &DeltaTable, is_meant: impl Fn(NaiveDate) -> bool) -> Vec<Action> {
    let of_date = |file: &LogicalFileView| {
        let values = file.partition_values_map();
        let date = values.get(RUN_DATE).cloned().flatten();
        date.and_then(|date| date.parse().ok())
            .is_some_and(&is_meant)
    };
    let state = table.snapshot().ok();
    let files = state
        .into_iter()
        .flat_map(|state| state.log_data().iter().collect::<Vec<_>>());
    files
        .filter(of_date)
        .map(|file| Action::Remove(file.remove_action(true)))
        .collect()
}

/// Whether another commit took the version.
pub(super) fn is_lost_race(error: &DeltaTableError) -> bool {
    use TransactionError::{CommitConflict, MaxCommitAttempts};
    matches!(
        error,
        DeltaTableError::VersionAlreadyExists(_)
            | DeltaTableError::Transaction {
                source: CommitConflict(_) | MaxCommitAttempts(_)
            }
    )
}

/// A race can be run again; what is wrong with a table stays so; all else is the store's.
pub(super) fn failed(place: &Location, error: DeltaTableError) -> Error {
    match error {
        error if is_lost_race(&error) => Error::Locked {
            what: place.url(),
            holder: "others commit to it without end".to_owned(),
        },
        DeltaTableError::Transaction { .. }
        | DeltaTableError::SchemaMismatch { .. }
        | DeltaTableError::InvalidJsonLog { .. } => Error::Log {
            url: place.url(),
            source: Box::new(error),
        },
        error => place.failed("commit to", store_error(error)),
    }
}

/// What a store said keeps its own meaning.
pub(super) fn store_error(error: DeltaTableError) -> object_store::Error {
    match error {
        DeltaTableError::ObjectStore { source } => source,
        error => object_store::Error::Generic {
            store: "delta",
            source: Box::new(error),
        },
    }
}
