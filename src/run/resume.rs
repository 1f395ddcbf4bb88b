//! What a run of the date had made when it failed, so that it need not be made again.
//!
//! Every table is noted in the scratch folder once its checks hold: its key, its rows, the hash of its file. The key is
//! a hash of all that the table depends on: the program, the run date, the files of the sources, what the last run
//! published, the job but for what changes no row, and the SQL of the table, of its promises and of everything below
//! it. A rerun takes over what dead runs have noted under the keys that are its own, and makes the rest. A table that
//! was in memory only is made again if something that is left to do reads it.

use super::keys::{Depends, keys, program, said};
use super::summary::Quality;
use crate::cache::sha256_of;
use crate::error::{Error, Result};
use crate::job::Job;
use crate::plan::{Gate, Plan, Step, TableName};
use crate::publish::Entry;
use crate::read::Input;
use crate::stage::{Computed, Finished, file_of};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Parts of the job that change no row of any table.
const CHANGES_NO_ROW: [&str; 6] = ["name", "output", "stores", "observe", "resources", "cache"];

/// A table that was made, and under which key.
#[derive(Serialize, Deserialize)]
struct Note {
    key: String,
    computed: Computed,
}

/// What has been made already, and the notes of what is made now.
pub(super) struct Resume {
    scratch: PathBuf,
    keys: BTreeMap<TableName, String>,
    made: BTreeMap<TableName, Computed>,
    needed: BTreeSet<TableName>,
}

/// A table that is not made again.
pub(super) enum Already {
    /// Its file is there.
    There(Computed),
    /// It is gone, and nothing that is left to do reads it.
    NotNeeded(Computed),
}

impl Resume {
    /// Notes below `scratch`, where nothing has been made yet.
    pub(super) fn new(plan: &Plan, base: &str, scratch: &Path) -> Result<Self> {
        fs::create_dir_all(scratch.join("notes")).map_err(|source| failed(scratch, source))?;
        Ok(Self {
            scratch: scratch.to_path_buf(),
            keys: keys_of(plan, base),
            made: BTreeMap::new(),
            needed: BTreeSet::new(),
        })
    }

    /// Takes over what earlier runs have left beside this one.
    pub(super) fn take_over(&mut self, plan: &Plan) -> Result<()> {
        let beside = self.scratch.parent().map(fs::read_dir);
        let mut folders: Vec<PathBuf> = beside
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|folder| *folder != self.scratch)
            .collect();
        folders.sort();
        for folder in folders {
            let tables: Vec<_> = self.keys.keys().cloned().collect();
            let mut is_ours = false;
            for table in tables {
                is_ours |= self.take(&table, &folder)?;
            }
            if is_ours {
                fs::remove_dir_all(&folder).map_err(|source| failed(&folder, source))?;
            }
        }
        self.needed = needed(plan, &self.made);
        Ok(())
    }

    /// Takes a table over from `folder`; says whether a run of the same keys has noted it there.
    fn take(&mut self, table: &TableName, folder: &Path) -> Result<bool> {
        let (there, here) = (note_of(folder, table), note_of(&self.scratch, table));
        let Some(note) = fs::read(&there)
            .ok()
            .and_then(|text| serde_json::from_slice::<Note>(&text).ok())
        else {
            return Ok(false);
        };
        if self.keys.get(table) != Some(&note.key) {
            return Ok(false);
        }
        let mut computed = note.computed;
        let (from, to) = (file_of(folder, table), file_of(&self.scratch, table));
        let is_whole = |file: &Finished| sha256_of(&from).is_ok_and(|hash| hash == file.sha256);
        computed.file = computed.file.filter(is_whole);
        if let Some(file) = &mut computed.file {
            let parent = to.parent().unwrap_or(&to);
            fs::create_dir_all(parent).map_err(|source| failed(parent, source))?;
            fs::rename(&from, &to).map_err(|source| failed(&to, source))?;
            file.path = to;
        }
        fs::rename(&there, &here).map_err(|source| failed(&here, source))?;
        self.made.insert(table.clone(), computed);
        Ok(true)
    }

    /// The table of `step`, if it need not be made.
    pub(super) fn already(&self, step: &Step) -> Option<Already> {
        let computed = self.made.get(&step.file.table)?.clone();
        match computed.file {
            Some(_) => Some(Already::There(computed)),
            None if self.needed.contains(&step.file.table) => None,
            None => Some(Already::NotNeeded(computed)),
        }
    }

    /// Notes that the table of `step` is there and keeps its promises.
    pub(super) fn note(&self, step: &Step, computed: &Computed) -> Result<()> {
        let Some(key) = self.keys.get(&step.file.table) else {
            return Ok(());
        };
        let note = Note {
            key: key.clone(),
            computed: computed.clone(),
        };
        let path = note_of(&self.scratch, &step.file.table);
        let text = serde_json::to_vec(&note).unwrap_or_default();
        fs::write(&path, text).map_err(|source| failed(&path, source))
    }
}

/// What every table of a run depends on.
pub(super) fn base(
    job: &Job,
    run_date: NaiveDate,
    inputs: &[Input],
    last: Option<&Entry>,
) -> Result<String> {
    let unreadable = |error: serde_json::Error| Error::Usage(error.to_string());
    let mut settings = serde_json::to_value(job).map_err(unreadable)?;
    if let Some(settings) = settings.as_object_mut() {
        settings.retain(|name, _| !CHANGES_NO_ROW.contains(&name.as_str()));
    }
    let fingerprints: Vec<_> = inputs.iter().map(|input| &input.fingerprint).collect();
    let last: Vec<_> = last
        .iter()
        .flat_map(|entry| &entry.outputs)
        .map(|table| (&table.table, &table.sha256))
        .collect();
    let base = serde_json::json!({
        "program": program(), "output": job.output.url, "run_date": run_date, "job": settings,
        "inputs": fingerprints, "last": last,
    });
    Ok(base.to_string())
}

/// The key of every table but those that tell of the run itself.
fn keys_of(plan: &Plan, base: &str) -> BTreeMap<TableName, String> {
    keys(plan, |step| {
        let files = [&step.file].into_iter().chain(&step.promises);
        let mut on = vec![base.to_owned(), step.is_published.to_string()];
        on.extend(files.clone().map(said));
        Depends {
            on,
            reads: files.flat_map(|file| &file.reads).collect(),
        }
    })
}

/// The tables that must be there for what is left to do.
fn needed(plan: &Plan, made: &BTreeMap<TableName, Computed>) -> BTreeSet<TableName> {
    let mut needed = BTreeSet::new();
    for step in plan.steps.iter().rev() {
        let table = &step.file.table;
        let already = made.get(table);
        let is_looked_at = step.is_published || !step.gates.is_empty() || Quality::reads(step);
        if already.is_some() && !is_looked_at && !needed.contains(table) {
            continue;
        }
        needed.insert(table.clone());
        needed.extend(step.gates.iter().flat_map(Gate::reads));
        if already.is_none_or(|computed| computed.file.is_none()) {
            let files = [&step.file].into_iter().chain(&step.promises);
            needed.extend(files.flat_map(|file| file.reads.clone()));
        }
    }
    needed
}

fn note_of(folder: &Path, table: &TableName) -> PathBuf {
    folder.join("notes").join(format!("{table}.json"))
}

fn failed(path: &Path, source: std::io::Error) -> Error {
    Error::File {
        path: path.display().to_string(),
        source,
    }
}
