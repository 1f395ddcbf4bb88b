//! The newest date once more, outside the tables' own folders, so that nobody counts it twice.

use super::ledger::{Entry, Ledger};
use super::lock::Lock;
use super::{Ready, failpoint, place};
use crate::error::{Error, Result};
use crate::store::Location;
use std::time::Duration;

/// How long another run may take to move its own tables there.
const PATIENCE: Duration = Duration::from_mins(1);

/// Copies the tables of `entry` to `latest/`, unless a newer date has been published.
pub(super) async fn advance(output: &Location, entry: &Entry, ready: &[Ready]) -> Result<()> {
    let mark = output.child("latest/run.json");
    if mark.read().await?.is_some_and(|text| is_of(&text, entry)) {
        return Ok(());
    }
    let lock = Lock::acquire(output, "latest", &entry.run_id, PATIENCE).await?;
    let newest = Ledger::new(output).dates().await?.last().copied();
    let moved = match newest {
        Some(newest) if newest > entry.run_date => Ok(()),
        _ => copy(output, entry, ready, &mark).await,
    };
    lock.release().await?;
    moved
}

async fn copy(output: &Location, entry: &Entry, ready: &[Ready], mark: &Location) -> Result<()> {
    for (count, table) in ready.iter().enumerate() {
        failpoint::pass("latest", count);
        let name = format!("latest/{}.parquet", table.table.table.replace('.', "/"));
        place::put(&table.staged, &output.child(&name)).await?;
    }
    let text = serde_json::to_vec_pretty(entry);
    let text = text.map_err(|error| Error::Usage(error.to_string()))?;
    failpoint::pass("mark", 0);
    mark.write(text).await?;
    failpoint::pass("mark", 1);
    Ok(())
}

/// Whether `latest/` already holds the outputs of this run.
fn is_of(text: &[u8], entry: &Entry) -> bool {
    serde_json::from_slice::<Entry>(text)
        .is_ok_and(|there| there.run_date >= entry.run_date && there.holds(&entry.outputs))
}
