//! The newest date once more, outside the tables' own folders, so that nobody counts it twice.

use super::ledger::{Entry, Ledger, OutputTable};
use super::lock::Lock;
use super::{Ready, failpoint, place, verify};
use crate::error::{Error, Result};
use crate::store::Location;
use std::time::Duration;

/// Says which run was moved there last.
const MARK: &str = "latest/run.json";

/// How long another run may take to move its own tables there.
const PATIENCE: Duration = Duration::from_mins(1);

/// Copies the tables of `entry` to `latest/`, unless a newer date has been published.
pub(super) async fn advance(output: &Location, entry: &Entry, ready: &[Ready]) -> Result<()> {
    let copies = ready.iter().map(|ready| &ready.table);
    if holds(output, entry).await? && broken(output, copies).await?.is_empty() {
        return Ok(());
    }
    let lock = Lock::acquire(output, "latest", &entry.run_id, PATIENCE).await?;
    let newest = Ledger::new(output).dates().await?.last().copied();
    let moved = match newest {
        Some(newest) if newest > entry.run_date => Ok(()),
        _ => copy(output, entry, ready).await,
    };
    lock.release().await?;
    moved
}

async fn copy(output: &Location, entry: &Entry, ready: &[Ready]) -> Result<()> {
    for (count, table) in ready.iter().enumerate() {
        failpoint::pass("latest", count);
        place::put(&table.staged, &output.child(&path(&table.table))).await?;
    }
    let text = serde_json::to_vec_pretty(entry);
    let text = text.map_err(|error| Error::Usage(error.to_string()))?;
    failpoint::pass("mark", 0);
    output.child(MARK).write(text).await?;
    failpoint::pass("mark", 1);
    Ok(())
}

/// Whether the tables of this run are those that were last moved to `latest/`.
pub(super) async fn holds(output: &Location, entry: &Entry) -> Result<bool> {
    let text = output.child(MARK).read().await?.unwrap_or_default();
    let there = serde_json::from_slice::<Entry>(&text);
    Ok(there.is_ok_and(|there| there.holds(&entry.outputs)))
}

/// The copies of `tables` that are missing or something else.
pub(super) async fn broken<'t>(
    output: &Location,
    tables: impl Iterator<Item = &'t OutputTable>,
) -> Result<Vec<String>> {
    verify::broken(output, tables.map(|table| (path(table), table))).await
}

fn path(table: &OutputTable) -> String {
    format!("latest/{}.parquet", table.table.replace('.', "/"))
}
