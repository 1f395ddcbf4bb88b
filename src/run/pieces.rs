//! Tables whose rows are kept by the files they come from: a night computes those of new and changed files, and takes
//! the others from the cache.
//!
//! The key of a piece is a hash of the file (name, length, mark of the store), of the SQL of the table and of everything
//! below it, of the settings these name, and of what the table's head says that its rows are `as of`: for lines the
//! days of the file that are not later than the run date, and what is known of its products and customers.

use super::keys::{self, Depends, keys, program, said};
use super::summary::InPieces;
use crate::cache::{Cache, Held};
use crate::error::{Error, Result};
use crate::job::{Job, Otherwise};
use crate::plan::{Gate, Pieces as ByFile, Plan, Step, TableName};
use crate::read::{Input, InputFile};
use crate::stage::{Computed, Finished, Notes, Parameters, Piece, Progress, Stage};
use crate::store::Stores;
use chrono::NaiveDate;
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Files of a source that are read by one query, and their bytes: as many as keep all threads busy.
const FILES_AT_ONCE: usize = 64;
const BYTES_AT_ONCE: u64 = 256 << 20;

/// Pieces that are brought or kept at the same time.
const PIECES_AT_ONCE: usize = 16;

/// The date that every run has and that no other setting stands for.
const RUN_DATE: &str = "run_date";

/// The pieces of a run.
pub(super) struct Pieces<'run> {
    cache: Cache,
    plan: &'run Plan,
    inputs: &'run [Input],
    parameters: Parameters,
    /// The settings of the job that change rows, whatever the SQL.
    settings: serde_json::Value,
    run_date: NaiveDate,
    folder: PathBuf,
}

/// What became of the pieces of a table.
pub(super) struct Found {
    pub(super) computed: Computed,
    pub(super) told: InPieces,
    /// The names of all its pieces in the cache.
    pub(super) used: Vec<String>,
}

impl<'run> Pieces<'run> {
    /// The pieces of the tables of `plan`, brought below `scratch`; none if the job keeps none.
    pub(super) fn new(
        job: &Job,
        run_date: NaiveDate,
        (plan, inputs): (&'run Plan, &'run [Input]),
        stores: &Stores,
        scratch: &Path,
    ) -> Result<Option<Self>> {
        let Some(url) = &job.cache else {
            return Ok(None);
        };
        let settings = serde_json::to_value(job);
        Ok(Some(Self {
            cache: Cache::new(stores.open(url)?),
            plan,
            inputs,
            parameters: Parameters::new(job, run_date)?,
            settings: settings.map_err(|error| Error::Usage(error.to_string()))?,
            run_date,
            folder: scratch.join("pieces"),
        }))
    }

    /// Makes the table of `step` of its pieces; nothing if it has none, or depends on several files at once.
    pub(super) async fn make(
        &self,
        stage: &mut Stage,
        step: &Step,
        notes: Notes,
        tell: &dyn Fn(Progress),
    ) -> Result<Option<Found>> {
        let Some((by_file, input)) = self.by_file(step) else {
            return Ok(None);
        };
        if !stage.has_pieces(step, &self.dependent(input)).await? {
            return Ok(None);
        }
        let states = match by_file.as_of.as_ref().and_then(|table| self.step(table)) {
            Some(as_of) => stage.texts(&as_of.file, "source_file", "state").await?,
            None => BTreeMap::new(),
        };
        let table = step.file.table.to_string();
        let folder = self.folder.join(&table);
        std::fs::create_dir_all(&folder).map_err(|source| Error::File {
            path: folder.display().to_string(),
            source,
        })?;
        let keyed = self.keyed(step, by_file, input, &states);
        let (mut pieces, damaged) = self.bring(&table, &keyed, &folder).await?;
        let missing = keyed.iter().enumerate();
        let missing: Vec<_> = missing
            .filter(|(place, _)| !pieces.contains_key(place))
            .collect();
        let read = missing.len();
        for (number, files) in at_once(&missing).into_iter().enumerate() {
            let folder = folder.join(format!("new-{number}"));
            let names: Vec<_> = files
                .iter()
                .map(|(_, (file, _))| file.path.clone())
                .collect();
            let made = stage.pieces(step, &names, &folder, tell).await?;
            pieces.extend(self.keep(&table, files, made).await?);
        }
        let (pieces, used): (Vec<Piece>, Vec<String>) = pieces.into_values().unzip();
        let computed = stage.unite(step, &pieces, notes, tell).await?;
        Ok(Some(Found {
            computed,
            told: InPieces {
                table,
                files_read: read,
                files_cached: keyed.len() - read,
                files_damaged: damaged,
            },
            used,
        }))
    }

    /// What is said of a table that had to be made of all files at once.
    pub(super) fn whole(&self, step: &Step) -> Option<InPieces> {
        let (_, input) = self.by_file(step)?;
        Some(InPieces {
            table: step.file.table.to_string(),
            files_read: input.files,
            files_cached: 0,
            files_damaged: 0,
        })
    }

    /// How many files of the source `input` have been read by an earlier run: all that is known before a row is read.
    pub(super) async fn known(&self, input: &Input) -> Result<Option<usize>> {
        let steps = self.plan.steps.iter();
        let mut first = steps.filter_map(|step| {
            let (by_file, of) = self.by_file(step)?;
            (by_file.as_of.is_none() && of.name == input.name).then_some((step, by_file))
        });
        let Some((step, by_file)) = first.next() else {
            return Ok(None);
        };
        let held = self.cache.pieces(&step.file.table.to_string()).await?;
        let keyed = self.keyed(step, by_file, input, &BTreeMap::new());
        let known = keyed.iter().filter(|(_, key)| held.contains_key(key));
        Ok(Some(known.count()))
    }

    /// Notes in the cache what the run has used.
    pub(super) async fn used(&self, run_id: &str, names: &[String]) -> Result<()> {
        self.cache.used(run_id, names).await
    }

    fn by_file<'step>(&self, step: &'step Step) -> Option<(&'step ByFile, &'run Input)> {
        let by_file = step.file.head.pieces.as_ref()?;
        let input = self
            .inputs
            .iter()
            .find(|input| input.name == by_file.source)?;
        Some((by_file, input))
    }

    fn step(&self, table: &TableName) -> Option<&'run Step> {
        self.plan
            .steps
            .iter()
            .find(|step| step.file.table == *table)
    }

    /// The pieces that are held and whole, by the place of their file, with their names; and how many are damaged.
    async fn bring(
        &self,
        table: &str,
        keyed: &[(&InputFile, String)],
        folder: &Path,
    ) -> Result<(BTreeMap<usize, (Piece, String)>, usize)> {
        let held = self.cache.pieces(table).await?;
        let there = keyed.iter().enumerate();
        let there = there.filter_map(|(place, (file, key))| Some((place, *file, held.get(key)?)));
        let brought = stream::iter(there).map(|(place, file, held)| async move {
            let to = folder.join(format!("{place}.parquet"));
            let piece = self.bring_one(file, held, to).await?;
            Ok::<_, Error>(piece.map(|piece| (place, (piece, held.name.clone()))))
        });
        let brought: Vec<_> = brought.buffered(PIECES_AT_ONCE).try_collect().await?;
        let damaged = brought.iter().filter(|piece| piece.is_none()).count();
        Ok((brought.into_iter().flatten().collect(), damaged))
    }

    /// The piece of `file`, brought to `to`; nothing if it is damaged.
    async fn bring_one(&self, file: &InputFile, held: &Held, to: PathBuf) -> Result<Option<Piece>> {
        if !self.cache.fetch(held, &to).await? {
            self.cache.discard(held).await?;
            return Ok(None);
        }
        let file_of_rows = Finished {
            path: to,
            bytes: held.bytes,
            sha256: held.sha256.clone(),
        };
        Ok(Some(Piece {
            source_file: file.path.clone(),
            file: file_of_rows,
            rows: held.rows,
        }))
    }

    /// Keeps pieces that were made, by the place of their file, with their names.
    async fn keep(
        &self,
        table: &str,
        files: &[(usize, &(&InputFile, String))],
        made: Vec<Piece>,
    ) -> Result<BTreeMap<usize, (Piece, String)>> {
        let kept = stream::iter(made).map(|piece: Piece| async move {
            let mut files = files.iter();
            let Some((place, (_, key))) =
                files.find(|(_, (file, _))| file.path == piece.source_file)
            else {
                return Ok::<_, Error>(None);
            };
            let contents = (piece.rows, piece.file.sha256.as_str());
            let name = self
                .cache
                .keep(table, key, &piece.file.path, contents)
                .await?;
            Ok(Some((*place, (piece, name))))
        });
        let kept: Vec<_> = kept.buffered(PIECES_AT_ONCE).try_collect().await?;
        Ok(kept.into_iter().flatten().collect())
    }
}

/// What pieces depend on.
impl<'run> Pieces<'run> {
    /// Every file of `input` with the key of the piece of `step` that comes from it.
    fn keyed(
        &self,
        step: &Step,
        by_file: &ByFile,
        input: &'run Input,
        states: &BTreeMap<String, String>,
    ) -> Vec<(&'run InputFile, String)> {
        let table = self.key(step, by_file, input);
        let key = |file: &InputFile| {
            let state = states.get(&file.path).cloned().unwrap_or_default();
            let identity = format!("{} {} {}", file.path, file.bytes, file.version);
            keys::hash(&[table.clone(), identity, state])
        };
        input.each.iter().map(|file| (file, key(file))).collect()
    }

    /// The key of the table of `step`, but for the files it comes from. What the table reads that its pieces are as of
    /// stands for the sources that this reads, and for the run date if that is named there.
    fn key(&self, step: &Step, by_file: &ByFile, input: &Input) -> String {
        let as_of = by_file.as_of.as_ref();
        let told = as_of.map(|table| self.reads(table)).unwrap_or_default();
        let named = |table: &TableName| {
            self.step(table)
                .map(|step| self.parameters.named(&step.file.statement))
        };
        let has_run_date = told
            .iter()
            .filter_map(named)
            .any(|named| named.contains_key(RUN_DATE));
        let keys = keys(self.plan, |step| {
            let mut settings = self.parameters.named(&step.file.statement);
            if has_run_date {
                settings.remove(RUN_DATE);
            }
            let mut on = vec![said(&step.file), format!("{settings:?}")];
            let reads: Vec<_> = step.file.reads.iter().collect();
            let given = reads.iter().filter(|table| !told.contains(**table));
            on.extend(given.filter_map(|table| self.given(table, input)));
            Depends { on, reads }
        });
        let of_table = keys.get(&step.file.table).cloned().unwrap_or_default();
        keys::hash(&[self.of_every_table(input), of_table])
    }

    /// What every row of a source depends on beside its file.
    fn of_every_table(&self, input: &Input) -> String {
        let source = &self.settings["sources"][input.name];
        let how = ["format", "delimiter", "columns", "reject"].map(|setting| &source[setting]);
        let rejecting =
            |gate: &&Gate| gate.check.otherwise == Otherwise::Reject && gate.of.table == input.name;
        let checks: Vec<_> = self.plan.gates.iter().filter(rejecting).collect();
        let compared = checks
            .iter()
            .filter_map(|gate| self.given(&gate.known_in.as_ref()?.0, input));
        let compared: Vec<String> = compared.collect();
        let days = ["time_zone", "day_starts_at_hour"].map(|setting| &self.settings[setting]);
        format!(
            "{} {how:?} {days:?} {:?} {checks:?} {compared:?}",
            program(),
            input.columns
        )
    }

    /// What a table is that no SQL file makes; nothing for the source whose files are told apart.
    fn given(&self, table: &TableName, of: &Input) -> Option<String> {
        match table.schema.as_str() {
            "raw" if table.table == of.name => None,
            "raw" => {
                let input = self.inputs.iter().find(|input| input.name == table.table);
                Some(
                    input
                        .map_or("absent", |input| &input.fingerprint)
                        .to_owned(),
                )
            }
            "job" => Some(self.settings.to_string()),
            "last" | "run" => Some(self.run_date.to_string()),
            _ => None,
        }
    }

    /// All that `table` reads, directly or through others.
    fn reads(&self, table: &TableName) -> BTreeSet<TableName> {
        let mut read = BTreeSet::new();
        let mut open = vec![table.clone()];
        while let Some(table) = open.pop() {
            let step = self.step(&table);
            if read.insert(table) {
                open.extend(
                    step.into_iter()
                        .flat_map(|step| step.file.reads.iter().cloned()),
                );
            }
        }
        read
    }

    /// The source and all tables that depend on it, as a query names what it scans.
    fn dependent(&self, input: &Input) -> BTreeSet<String> {
        let source = TableName::new("raw", input.name);
        let mut dependent = BTreeSet::from([&source]);
        for step in &self.plan.steps {
            if step.file.reads.iter().any(|read| dependent.contains(read)) {
                dependent.insert(&step.file.table);
            }
        }
        let names = dependent.into_iter().map(ToString::to_string);
        names.chain([input.name.to_owned()]).collect()
    }
}

/// Files in groups that are read by one query each.
fn at_once<'a, 'f>(
    files: &'a [(usize, &'f (&'f InputFile, String))],
) -> Vec<&'a [(usize, &'f (&'f InputFile, String))]> {
    let mut groups = Vec::new();
    let (mut begin, mut bytes) = (0, 0);
    for (place, (_, (file, _))) in files.iter().enumerate() {
        if place > begin && (place - begin == FILES_AT_ONCE || bytes + file.bytes > BYTES_AT_ONCE) {
            groups.push(&files[begin..place]);
            (begin, bytes) = (place, 0);
        }
        bytes += file.bytes;
    }
    groups.extend((begin < files.len()).then(|| &files[begin..]));
    groups
}
