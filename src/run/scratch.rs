//! The folder of one run for what is not yet published. It is gone when the run ends, however it ends.

use crate::error::{Error, Result};
use crate::job::Job;
use crate::store::Location;
use std::path::{Path, PathBuf};

pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// Beside the output where that is on this machine, so that publishing is a rename.
    pub(super) fn create(job: &Job, output: &Location, run_id: &str) -> Result<Self> {
        let beside = || output.child(".staging").local_path();
        let parent = job
            .resources
            .scratch
            .as_ref()
            .map(PathBuf::from)
            .or_else(beside);
        let parent = parent.unwrap_or_else(|| std::env::temp_dir().join("clientele"));
        let path = std::path::absolute(&parent).unwrap_or(parent).join(run_id);
        std::fs::create_dir_all(path.join("spill")).map_err(|source| Error::File {
            path: path.display().to_string(),
            source,
        })?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now, `clientele gc` removes later.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
