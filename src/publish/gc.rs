//! What nothing refers to any more: staging of dead runs, runs of dates that are too old.

use super::delta;
use super::ledger::Ledger;
use crate::error::{Error, Result};
use crate::store::Location;
use chrono::{Days, NaiveDate};
use object_store::ObjectMeta;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

/// Staging younger than this may belong to a run that is under way.
const AGE: Duration = Duration::from_hours(24);

/// What was found to be garbage.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Garbage {
    /// Staging folders of runs that ended without cleaning up.
    pub staging: Vec<String>,
    /// Tables, reports and ledger entries of dates older than are kept. Of a Delta Lake table they are in earlier
    /// versions still, as long as its properties say.
    pub expired: Vec<String>,
    /// Tables that no entry of the ledger names; of Delta Lake tables, what no version has that may still be read.
    pub orphans: Vec<String>,
    /// What is kept in the cache of files that no recent run has read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<String>,
}

/// Finds garbage below `output`, and removes it unless `is_dry_run`. Dates more than `keep_days` before the newest one
/// are garbage too, if that is given.
///
/// # Errors
/// [`Error::Store`], [`Error::File`].
pub async fn collect_garbage(
    output: &Location,
    keep_days: Option<u64>,
    is_dry_run: bool,
) -> Result<Garbage> {
    let ledger = Ledger::new(output);
    let dates = ledger.dates().await?;
    let oldest_kept = dates
        .last()
        .zip(keep_days)
        .and_then(|(last, days)| last.checked_sub_days(Days::new(days)));
    let named = named(&ledger, &dates).await?;
    let mut garbage = Garbage {
        staging: stale_staging(output, is_dry_run)?,
        ..Garbage::default()
    };
    let below = |object: &ObjectMeta| {
        let path = object.location.as_ref();
        let path = path.strip_prefix(output.path.as_ref()).unwrap_or(path);
        path.trim_start_matches('/').to_owned()
    };
    let is_orphan = |path: &String, object: &ObjectMeta| {
        !named.contains(path) && is_old(object.last_modified.into())
    };
    for folder in ["tables", "reports", "runs"] {
        for object in output.child(folder).list().await? {
            let path = below(&object);
            let date = date_of(&path);
            if date
                .zip(oldest_kept)
                .is_some_and(|(date, oldest)| date < oldest)
            {
                garbage.expired.push(path);
            } else if folder == "tables" && is_orphan(&path, &object) {
                garbage.orphans.push(path);
            }
        }
    }
    let found = delta::found(output, oldest_kept, is_dry_run).await?;
    let unheld = found.unheld.iter().map(|object| (below(object), object));
    let orphans = unheld.filter(|(path, object)| is_orphan(path, object));
    garbage.orphans.extend(orphans.map(|(path, _)| path));
    if !is_dry_run {
        for path in garbage.expired.iter().chain(&garbage.orphans) {
            output.child(path).delete().await?;
        }
    }
    // their files may still be read in earlier versions
    garbage.expired.extend(found.expired);
    Ok(garbage)
}

/// What the last run of each date has put somewhere.
async fn named(ledger: &Ledger, dates: &[NaiveDate]) -> Result<BTreeSet<String>> {
    let mut named = BTreeSet::new();
    for date in dates {
        let entry = ledger.last(*date).await?;
        let outputs = entry.into_iter().flat_map(|entry| entry.outputs);
        named.extend(outputs.map(|table| table.path));
    }
    Ok(named)
}

fn date_of(path: &str) -> Option<NaiveDate> {
    path.split('/')
        .find_map(|part| part.strip_prefix("run_date=")?.parse().ok())
}

fn is_old(modified: SystemTime) -> bool {
    modified.elapsed().is_ok_and(|age| age > AGE)
}

fn stale_staging(output: &Location, is_dry_run: bool) -> Result<Vec<String>> {
    let Some(folder) = output.child(".staging").local_path() else {
        return Ok(Vec::new());
    };
    let failed = |source| Error::File {
        path: folder.display().to_string(),
        source,
    };
    let mut stale = Vec::new();
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(stale),
        Err(error) => return Err(failed(error)),
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if is_old(
            entry
                .metadata()
                .and_then(|metadata| metadata.modified())
                .map_err(failed)?,
        ) {
            if !is_dry_run {
                std::fs::remove_dir_all(entry.path()).map_err(failed)?;
            }
            stale.push(entry.path().display().to_string());
        }
    }
    stale.sort();
    Ok(stale)
}
