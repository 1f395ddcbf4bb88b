//! Whether a run was committed, and whether its tables are what the ledger says of them.

use super::latest;
use super::ledger::{Entry, Ledger, OutputTable};
use crate::error::{Error, Result};
use crate::store::Location;
use chrono::NaiveDate;
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Files that are hashed at once.
const AT_ONCE: usize = 8;

/// The run that is asked about.
#[derive(Debug, Clone)]
pub enum Which {
    /// The run of the newest date that counts.
    Newest,
    /// The run of this date that counts.
    Date(NaiveDate),
    /// The run of this name.
    Run(String),
}

/// What is found of a run that was committed.
#[derive(Debug, Serialize)]
pub struct Verified {
    /// The run.
    pub run_id: String,
    /// The last day that counted.
    pub run_date: NaiveDate,
    /// The run of the same date that was entered behind it, and whose tables count instead.
    pub followed_by: Option<String>,
    /// Tables of the date.
    pub tables: usize,
    /// Files that are missing, or not what the ledger says of them.
    pub broken: Vec<String>,
    /// Whether `latest/` holds these tables.
    pub is_latest: bool,
}

/// Looks the run up in the ledger of `output`, and hashes every table of its date, and the latest copies if they are its.
///
/// # Errors
/// [`Error::NoRun`] when the ledger has no such run: it was not committed. [`Error::Store`].
pub async fn verify(output: &Location, which: &Which) -> Result<Verified> {
    let ledger = Ledger::new(output);
    let (asked, last) = find(&ledger, which).await?.ok_or_else(|| Error::NoRun {
        what: which.to_string(),
        url: output.url(),
    })?;
    let tables = last.outputs.iter();
    let mut broken = broken(output, tables.map(|table| (table.path.clone(), table))).await?;
    // a run that failed while it put its tables there has left those of a newer date beside the mark of an older one
    let is_newest = ledger.dates().await?.last() == Some(&last.run_date);
    let is_latest = is_newest && latest::holds(output, &last).await?;
    if is_latest {
        broken.extend(latest::broken(output, last.outputs.iter()).await?);
    }
    Ok(Verified {
        followed_by: (asked != last.run_id).then(|| last.run_id.clone()),
        run_id: asked,
        run_date: last.run_date,
        tables: last.outputs.len(),
        broken,
        is_latest,
    })
}

/// The name of the run, and the entry of its date that counts.
async fn find(ledger: &Ledger, which: &Which) -> Result<Option<(String, Entry)>> {
    let newest_first = ledger.dates().await?.into_iter().rev();
    for date in newest_first {
        let entries = match which {
            Which::Date(wanted) if *wanted != date => continue,
            Which::Newest | Which::Date(_) => ledger.last(date).await?.into_iter().collect(),
            Which::Run(_) => ledger.entries(date).await?,
        };
        let is_it = |entry: &&Entry| match which {
            Which::Run(run_id) => entry.run_id == *run_id,
            Which::Newest | Which::Date(_) => true,
        };
        let asked = entries.iter().find(is_it).map(|entry| entry.run_id.clone());
        if let Some(found) = asked.zip(entries.into_iter().next_back()) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Of files and the tables that they should hold, those that do not.
pub(super) async fn broken<'t>(
    output: &Location,
    files: impl Iterator<Item = (String, &'t OutputTable)>,
) -> Result<Vec<String>> {
    let looked = futures::stream::iter(files).map(|(path, table)| async move {
        let is_whole = hash(&output.child(&path)).await?.as_ref() == Some(&table.sha256);
        Ok::<_, Error>((!is_whole).then_some(path))
    });
    let looked: Vec<_> = looked.buffered(AT_ONCE).try_collect().await?;
    Ok(looked.into_iter().flatten().collect())
}

/// SHA-256 of the object, if there is one.
async fn hash(place: &Location) -> Result<Option<String>> {
    let unread = |source| place.failed("read", source);
    let mut parts = match place.store.get(&place.path).await {
        Ok(object) => object.into_stream(),
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        Err(source) => return Err(unread(source)),
    };
    let mut hash = Sha256::new();
    while let Some(part) = parts.try_next().await.map_err(unread)? {
        hash.update(&part);
    }
    Ok(Some(crate::hex(&hash.finalize())))
}

impl std::fmt::Display for Which {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Newest => write!(out, "run"),
            Self::Date(date) => write!(out, "run of {date}"),
            Self::Run(run_id) => write!(out, "run {run_id}"),
        }
    }
}
