//! Rows that come from one file of a source, kept from night to night.
//!
//! ```text
//! CACHE/pieces/TABLE/KEY.ROWS.SHA256.parquet   the rows of a table that come from one file, under the key of both
//! CACHE/used/RUN_ID.json                       what a run used; what no recent run did is garbage
//! ```
//!
//! A name says what must be inside: what is damaged is not taken, and two runs that make the same piece at once write
//! two files, either of which will do.

use crate::error::{Error, Result};
use crate::publish;
use crate::store::Location;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// What no run has used for so long is garbage, unless it was the last run.
const RECENT: Duration = Duration::from_hours(8 * 24);

/// Pieces younger than this may belong to a run that is under way.
const UNDER_WAY: Duration = Duration::from_hours(24);

/// Where pieces are kept.
#[derive(Debug, Clone)]
pub struct Cache {
    place: Location,
}

/// A piece that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its name below the cache.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its contents, in hexadecimal.
    pub sha256: String,
}

impl Cache {
    /// Pieces below `place`.
    #[must_use]
    pub fn new(place: Location) -> Self {
        Self { place }
    }

    /// The pieces of `table` by their keys.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn pieces(&self, table: &str) -> Result<BTreeMap<String, Held>> {
        let folder = format!("pieces/{table}");
        let objects = self.place.child(&folder).list().await?;
        let piece = |name: &str, bytes| {
            let mut parts = name.strip_suffix(".parquet")?.split('.');
            let (key, rows, sha256) = (parts.next()?, parts.next()?, parts.next()?);
            let held = Held {
                name: format!("{folder}/{name}"),
                rows: rows.parse().ok()?,
                bytes,
                sha256: sha256.to_owned(),
            };
            Some((key.to_owned(), held))
        };
        let pieces = objects
            .iter()
            .filter_map(|object| piece(object.location.filename()?, object.size));
        Ok(pieces.collect())
    }

    /// Brings a piece to the file `to`; says whether it is there and whole.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::File`].
    pub async fn fetch(&self, held: &Held, to: &Path) -> Result<bool> {
        if !self.place.child(&held.name).bring(to).await? {
            return Ok(false);
        }
        let path = to.to_path_buf();
        let hashed = tokio::task::spawn_blocking(move || sha256_of(&path)).await;
        let failed = |source| Error::File {
            path: to.display().to_string(),
            source,
        };
        let sha256 = hashed.map_err(std::io::Error::other);
        let sha256 = sha256.and_then(|hash| hash).map_err(failed)?;
        Ok(sha256 == held.sha256)
    }

    /// Removes a piece that is not what its name says.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn discard(&self, held: &Held) -> Result<()> {
        self.place.child(&held.name).delete().await
    }

    /// Keeps the file at `from` as the piece of `table` under `key`, and answers with its name.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::File`].
    pub async fn keep(
        &self,
        table: &str,
        key: &str,
        from: &Path,
        (rows, sha256): (u64, &str),
    ) -> Result<String> {
        let name = format!("pieces/{table}/{key}.{rows}.{sha256}.parquet");
        publish::put(from, &self.place.child(&name)).await?;
        Ok(name)
    }

    /// Notes what a run has used.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn used(&self, run_id: &str, names: &[String]) -> Result<()> {
        let text = serde_json::to_vec(names).unwrap_or_default();
        let note = self.place.child(&format!("used/{run_id}.json"));
        note.write(text).await
    }

    /// The pieces that no recent run has used, which are removed unless `is_dry_run`.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn collect_garbage(&self, is_dry_run: bool) -> Result<Vec<String>> {
        let notes = self.place.child("used").list().await?;
        let last = notes.last().map(|note| note.location.clone());
        let mut used = BTreeSet::new();
        let mut garbage = Vec::new();
        for note in notes {
            let name = self.below(note.location.as_ref());
            let is_last = Some(&note.location) == last.as_ref();
            if is_last || !is_older(note.last_modified.into(), RECENT) {
                let text = self.place.child(&name).read().await?.unwrap_or_default();
                used.extend(serde_json::from_slice::<Vec<String>>(&text).unwrap_or_default());
            } else {
                garbage.push(name);
            }
        }
        for piece in self.place.child("pieces").list().await? {
            let name = self.below(piece.location.as_ref());
            if !used.contains(&name) && is_older(piece.last_modified.into(), UNDER_WAY) {
                garbage.push(name);
            }
        }
        if !is_dry_run {
            for name in &garbage {
                self.place.child(name).delete().await?;
            }
        }
        Ok(garbage)
    }

    fn below(&self, path: &str) -> String {
        let below = path.strip_prefix(self.place.path.as_ref());
        below.unwrap_or(path).trim_start_matches('/').to_owned()
    }
}

fn is_older(modified: SystemTime, than: Duration) -> bool {
    modified.elapsed().is_ok_and(|age| age > than)
}

/// SHA-256 of a file's contents, in hexadecimal.
pub(crate) fn sha256_of(path: &Path) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    std::io::copy(&mut File::open(path)?, &mut hash)?;
    Ok(crate::hex(&hash.finalize()))
}
