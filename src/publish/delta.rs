//! A table in the format of Delta Lake: one commit of its log replaces the partition of a date.
//!
//! What is committed is the file that every format publishes, byte for byte, under a name by its contents: versions
//! before it stay readable, and the same contents are never committed twice. Of a file the log says how many rows it
//! has and no extremes, which would keep the ids of customers long after their rows are gone.
//!
//! Every commit carries its run as application transaction, one sequence a date: what a run has committed is
//! recognised, however the store answered, and a run that was taken for dead comes too late. A commit that lost a race
//! is made again from the newest version: it touches one date only, and no other run may have that.

use super::ledger::Entry;
use super::{Ready, delta_root};
use crate::error::{Error, Result};
use crate::store::Location;
use chrono::{DateTime, NaiveDate, Utc};
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties, TableReference};
use deltalake::kernel::{Action, Add, DataType, MetadataExt, StructField, StructType, Transaction};
use deltalake::kernel::{LogicalFileView, new_metadata};
use deltalake::logstore::{StorageConfig, default_logstore};
use deltalake::operations::vacuum::VacuumMode;
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaResult, DeltaTable, DeltaTableError};
use object_store::prefix::PrefixStore;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

/// The column by which tables are partitioned.
const RUN_DATE: &str = "run_date";

/// Properties of a new table: a checkpoint every ten versions, and no statistics of any column from other writers.
const PROPERTIES: [(&str, &str); 2] = [
    ("delta.checkpointInterval", "10"),
    ("delta.dataSkippingNumIndexedCols", "0"),
];

/// Races that one commit may lose: at most as many as dates are run side by side.
const RACES: usize = 50;

/// Commits the file of `ready`, which stands in its place, and answers with a version of its table that holds it.
///
/// # Errors
/// [`Error::Superseded`] when a later run has committed the date, [`Error::Unknown`] when the store did not say whether
/// this one is committed, [`Error::Store`].
pub(super) async fn commit(output: &Location, entry: &Entry, ready: &Ready) -> Result<u64> {
    let place = output.child(delta_root(&ready.table.path).unwrap_or_default());
    let mut lost = DeltaTableError::NotInitialized;
    for _ in 0..RACES {
        let looked = look(&place, entry, ready).await;
        let (table, there) = looked.map_err(|error| failed(&place, error))?;
        if let Some(answer) = there {
            return answer;
        }
        match replace(&table, entry, ready).await {
            Ok(version) => return Ok(version),
            Err(
                error @ (DeltaTableError::Transaction { .. }
                | DeltaTableError::VersionAlreadyExists(_)),
            ) => lost = error,
            // the answer may be lost and the commit there all the same
            Err(error) => {
                return match look(&place, entry, ready).await {
                    Ok((_, there)) => there.unwrap_or_else(|| Err(failed(&place, error))),
                    Err(_) => Err(Error::Unknown {
                        url: place.url(),
                        source: store_error(error),
                    }),
                };
            }
        }
    }
    Err(failed(&place, lost))
}

/// The table at `place`, and its version if that holds the file of `ready` or whatever else this run has committed.
async fn look(
    place: &Location,
    entry: &Entry,
    ready: &Ready,
) -> DeltaResult<(DeltaTable, Option<Result<u64>>)> {
    let table = open(place).await?;
    let Ok(state) = table.snapshot() else {
        return Ok((table, None));
    };
    let log = table.log_store();
    let known = state.transaction_version(log.as_ref(), sequence(entry.run_date));
    let is_there = || {
        let files = state.log_data();
        files.iter().any(|file| file.path() == file_name(ready))
    };
    let there = match known.await? {
        Some(number) if number > number_of(entry) => Some(Err(Error::Superseded {
            run_date: entry.run_date.to_string(),
        })),
        Some(number) if number == number_of(entry) => Some(Ok(state.version())),
        _ => is_there().then(|| Ok(state.version())),
    };
    Ok((table, there))
}

/// The log of the table at `place`, loaded if there is one.
async fn open(place: &Location) -> DeltaResult<DeltaTable> {
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

/// Commits the file of `ready` in place of those of its date.
async fn replace(table: &DeltaTable, entry: &Entry, ready: &Ready) -> DeltaResult<u64> {
    let schema = schema(&ready.staged)?;
    let add = Action::Add(add(entry, ready));
    let state = table.snapshot().ok();
    let mut actions = match state {
        None => new_table(&schema, &ready.table.table)?,
        Some(state) if *state.schema() == schema => Vec::new(),
        Some(state) => vec![Action::Metadata(
            state.metadata().clone().with_schema(&schema)?,
        )],
    };
    actions.extend(removals(table, |date| date == entry.run_date));
    actions.push(add);
    let operation = DeltaOperation::Write {
        mode: SaveMode::Overwrite,
        partition_by: Some(vec![RUN_DATE.to_owned()]),
        predicate: Some(format!("{RUN_DATE} = '{}'", entry.run_date)),
    };
    let run = Transaction::new(sequence(entry.run_date), number_of(entry));
    let told = [("clientele.run_id".to_owned(), entry.run_id.clone().into())];
    let properties = CommitProperties::default()
        .with_application_transaction(run)
        .with_metadata(told);
    write(table, actions, operation, properties).await
}

async fn write(
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

fn new_table(schema: &StructType, name: &str) -> DeltaResult<Vec<Action>> {
    let protocol = serde_json::json!({"minReaderVersion": 1, "minWriterVersion": 2});
    let metadata = new_metadata(schema, [RUN_DATE], PROPERTIES)?;
    Ok(vec![
        Action::Protocol(serde_json::from_value(protocol)?),
        Action::Metadata(metadata.with_name(name.to_owned())?),
    ])
}

/// The columns of the file with their comments, and the date behind them.
fn schema(staged: &Path) -> DeltaResult<StructType> {
    let file = std::fs::File::open(staged).map_err(DeltaTableError::from)?;
    let footer = ArrowReaderMetadata::load(&file, ArrowReaderOptions::default())?;
    let fields = footer.schema().fields().iter();
    let mut fields = fields
        .map(|field| field.as_ref().try_into_kernel())
        .collect::<std::result::Result<Vec<StructField>, _>>()?;
    let date = StructField::nullable(RUN_DATE, DataType::DATE);
    fields.push(date.with_metadata([("comment", "the last day that counts")]));
    Ok(StructType::try_new(fields)?)
}

fn add(entry: &Entry, ready: &Ready) -> Add {
    let date = (RUN_DATE.to_owned(), Some(entry.run_date.to_string()));
    Add {
        path: file_name(ready).to_owned(),
        partition_values: HashMap::from([date]),
        size: i64::try_from(ready.table.bytes).unwrap_or(i64::MAX),
        modification_time: Utc::now().timestamp_millis(),
        data_change: true,
        stats: Some(format!("{{\"numRecords\":{}}}", ready.table.rows)),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    }
}

/// Removes every file of the dates that are meant.
fn removals(table: &DeltaTable, is_meant: impl Fn(NaiveDate) -> bool) -> Vec<Action> {
    let is_meant = |file: &LogicalFileView| {
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
        .filter(is_meant)
        .map(|file| Action::Remove(file.remove_action(true)))
        .collect()
}

/// Where the file stands below its table.
fn file_name(ready: &Ready) -> &str {
    let root = delta_root(&ready.table.path).unwrap_or_default();
    ready.table.path[root.len()..].trim_start_matches('/')
}

fn sequence(run_date: NaiveDate) -> String {
    format!("clientele {RUN_DATE}={run_date}")
}

/// Runs of one date by the time at which they began.
fn number_of(entry: &Entry) -> i64 {
    DateTime::parse_from_rfc3339(&entry.started_at).map_or(0, |begin| begin.timestamp_micros())
}

fn failed(place: &Location, error: DeltaTableError) -> Error {
    place.failed("commit to", store_error(error))
}

/// What a store said keeps its own meaning.
fn store_error(error: DeltaTableError) -> object_store::Error {
    match error {
        DeltaTableError::ObjectStore { source } => source,
        error => object_store::Error::Generic {
            store: "delta",
            source: Box::new(error),
        },
    }
}

/// Takes dates before `oldest_kept` out of every table, then removes the files that no version of the last week has and
/// those that no version ever had. Answers with both, or with what they would be.
///
/// # Errors
/// [`Error::Store`].
pub(super) async fn collect_garbage(
    output: &Location,
    oldest_kept: Option<NaiveDate>,
    is_dry_run: bool,
) -> Result<(Vec<String>, Vec<String>)> {
    let objects = output.child(super::DELTA).list().await?;
    let roots: BTreeSet<&str> = objects
        .iter()
        .filter_map(|object| Some(object.location.as_ref().split_once("/_delta_log/")?.0))
        .collect();
    let (mut expired, mut orphans) = (Vec::new(), Vec::new());
    for root in roots {
        let below = root.strip_prefix(output.path.as_ref()).unwrap_or(root);
        let below = below.trim_start_matches('/');
        let place = output.child(below);
        let wrong = |error| failed(&place, error);
        if let Some(oldest) = oldest_kept {
            let dates = expire(&place, oldest, is_dry_run).await.map_err(wrong)?;
            expired.extend(dates.into_iter().map(|path| format!("{below}/{path}")));
        }
        let files = vacuum(&place, is_dry_run).await.map_err(wrong)?;
        orphans.extend(files.into_iter().map(|path| format!("{below}/{path}")));
    }
    Ok((expired, orphans))
}

async fn expire(place: &Location, oldest: NaiveDate, is_dry_run: bool) -> DeltaResult<Vec<String>> {
    let table = open(place).await?;
    let actions = removals(&table, |date| date < oldest);
    let paths = actions.iter().filter_map(|action| match action {
        Action::Remove(remove) => Some(remove.path.clone()),
        _ => None,
    });
    let paths: Vec<String> = paths.collect();
    if !paths.is_empty() && !is_dry_run {
        let operation = DeltaOperation::Delete {
            predicate: Some(format!("{RUN_DATE} < '{oldest}'")),
        };
        write(&table, actions, operation, CommitProperties::default()).await?;
    }
    Ok(paths)
}

/// A table without such files gets no version more.
async fn vacuum(place: &Location, is_dry_run: bool) -> DeltaResult<Vec<String>> {
    let vacuum = |table: DeltaTable| table.vacuum().with_mode(VacuumMode::Full);
    let found = vacuum(open(place).await?).with_dry_run(true).await?.1;
    if !found.files_deleted.is_empty() && !is_dry_run {
        vacuum(open(place).await?).await?;
    }
    Ok(found.files_deleted)
}
