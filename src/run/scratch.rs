//! The folder of one run for what is not yet published. It is gone when the run ends, however it ends, unless a failed
//! run is to be resumed.

use crate::error::{Error, Result};
use crate::job::Job;
use crate::store::Location;
use std::path::{Path, PathBuf};

pub(super) struct Scratch {
    path: PathBuf,
    /// Whether it stays if the run ends now.
    stays: bool,
}

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
        Ok(Self { path, stays: false })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Lets the folder stay from here on, or no longer.
    pub(super) fn stay(&mut self, stays: bool) {
        self.stays = stays;
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.stays {
            // What cannot be removed now, `clientele gc` removes later.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
