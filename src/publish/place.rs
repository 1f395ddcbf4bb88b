//! One complete file to its place in a store, in one atomic step.

use crate::error::{Error, Result};
use crate::store::Location;
use object_store::buffered::BufWriter;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncWriteExt, copy};

/// Bytes of a part of an upload.
const PART_BYTES: usize = 16 << 20;

/// Puts the file at `staged` to `place`; what was there before stays readable until then.
///
/// # Errors
/// [`Error::File`], [`Error::Store`].
pub(crate) async fn put(staged: &Path, place: &Location) -> Result<()> {
    match place.local_path() {
        Some(target) => {
            let moved = link_and_rename(staged, &target);
            moved.map_err(|source| Error::File {
                path: target.display().to_string(),
                source,
            })
        }
        None => upload(staged, place).await,
    }
}

/// A second name for the file is moved to its place, so that it can be put to another place too.
fn link_and_rename(staged: &Path, target: &Path) -> std::io::Result<()> {
    let folder = target.parent().unwrap_or(Path::new("/"));
    std::fs::create_dir_all(folder)?;
    let second = staged.with_extension("ready");
    let _ = std::fs::remove_file(&second);
    std::fs::hard_link(staged, &second).or_else(|_| std::fs::copy(staged, &second).map(|_| ()))?;
    std::fs::rename(&second, target)?;
    std::fs::File::open(folder)?.sync_all()
}

/// The object appears when the last part is confirmed, whole.
async fn upload(staged: &Path, place: &Location) -> Result<()> {
    let failed = |source: std::io::Error| match source.downcast::<object_store::Error>() {
        Ok(source) => place.failed("write", source),
        Err(source) => Error::File {
            path: staged.display().to_string(),
            source,
        },
    };
    let mut file = tokio::fs::File::open(staged).await.map_err(failed)?;
    let mut writer =
        BufWriter::with_capacity(Arc::clone(&place.store), place.path.clone(), PART_BYTES);
    match copy(&mut file, &mut writer).await {
        Ok(_) => writer.shutdown().await.map_err(failed),
        Err(error) => {
            let _ = writer.abort().await;
            Err(failed(error))
        }
    }
}
