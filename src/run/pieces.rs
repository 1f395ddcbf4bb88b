//! Tables whose rows are kept by the files they come from: a night computes those of new and changed files, and takes
//! the others from the cache.
//!
//! The key of a piece is a hash of the file (name, length, mark of the store), of the SQL of the table and of everything
//! below it, of the settings these name, and of what the table's head says that its rows are `as of`: for lines the
//! days of the file that are not later than the run date, and what is known of its products and customers.
//!
//! Many small files are slow to open, so the pieces of files that stand side by side are kept once more as one. Where
//! such a bundle ends is told by the name of a file, so that a file more or less changes one bundle and not all.

use super::keys;
use super::summary::InPieces;
use crate::cache::{Cache, Held};
use crate::error::{Error, Result};
use crate::job::Job;
use crate::plan::{Pieces as ByFile, Plan, Step, TableName};
use crate::read::{Input, InputFile};
use crate::stage::{Computed, Finished, Notes, Parameters, Piece, Progress, Stage};
use crate::store::Stores;
use chrono::NaiveDate;
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Files of a source that are read by one query, and their bytes: as many as keep all threads busy.
const FILES_AT_ONCE: usize = 64;
const BYTES_AT_ONCE: u64 = 256 << 20;

/// Pieces that are brought or kept at the same time.
const PIECES_AT_ONCE: usize = 16;

/// Of so many names of files one ends a bundle: then three years of daily files are as many bundles as each has files.
const FILES_IN_BUNDLE: u32 = 32;

/// A file of the source and the key of the piece that comes from it.
pub(super) type Keyed<'run> = (&'run InputFile, String);

/// A piece and its name in the cache.
type Named = (Piece, String);

/// The pieces of a run.
pub(super) struct Pieces<'run> {
    cache: Cache,
    pub(super) plan: &'run Plan,
    pub(super) inputs: &'run [Input],
    pub(super) parameters: Parameters,
    /// The whole job.
    pub(super) settings: serde_json::Value,
    pub(super) run_date: NaiveDate,
    folder: PathBuf,
}

/// A table that was made of its pieces.
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
        notes: Option<Notes>,
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
        let keyed = self.keyed(step, by_file, input, &states);
        let mut work = Work::begin(self, step, keyed).await?;
        work.take_bundles().await?;
        work.take_pieces().await?;
        work.make_pieces(stage, tell).await?;
        work.make_bundles().await?;
        let (pieces, mut used): (Vec<Piece>, Vec<String>) = work.pieces.into_values().unzip();
        used.extend(work.used);
        let computed = stage.unite(step, &pieces, notes, tell).await?;
        Ok(Some(Found {
            computed,
            told: work.told,
            used,
        }))
    }

    /// What is said of a table that had to be made of all files at once.
    pub(super) fn whole(&self, step: &Step) -> Option<InPieces> {
        let (_, input) = self.by_file(step)?;
        let mut told = InPieces::new(step.file.table.to_string());
        told.files_read = input.files;
        Some(told)
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
        let mut inputs = self.inputs.iter();
        let input = inputs.find(|input| input.name == by_file.source)?;
        Some((by_file, input))
    }

    pub(super) fn step(&self, table: &TableName) -> Option<&'run Step> {
        let mut steps = self.plan.steps.iter();
        steps.find(|step| step.file.table == *table)
    }
}

/// One table on its way to be made of its pieces.
struct Work<'run, 'step> {
    cache: &'step Cache,
    step: &'step Step,
    folder: PathBuf,
    keyed: Vec<Keyed<'run>>,
    held: BTreeMap<String, Held>,
    /// What there is already, by the place of its first file.
    pieces: BTreeMap<usize, Named>,
    /// The files of bundles that are there already, by their places.
    bundled: Vec<Range<usize>>,
    /// The names of pieces that stand behind bundles: what is left of a bundle when one of its files changes.
    used: Vec<String>,
    told: InPieces,
}

impl<'run, 'step> Work<'run, 'step> {
    async fn begin(
        pieces: &'step Pieces<'run>,
        step: &'step Step,
        keyed: Vec<Keyed<'run>>,
    ) -> Result<Self> {
        let table = step.file.table.to_string();
        let folder = pieces.folder.join(&table);
        std::fs::create_dir_all(&folder).map_err(|source| Error::File {
            path: folder.display().to_string(),
            source,
        })?;
        Ok(Self {
            cache: &pieces.cache,
            step,
            folder,
            keyed,
            held: pieces.cache.pieces(&table).await?,
            pieces: BTreeMap::new(),
            bundled: Vec::new(),
            used: Vec::new(),
            told: InPieces::new(table),
        })
    }

    /// Takes the bundles that are held and whole.
    async fn take_bundles(&mut self) -> Result<()> {
        let bundles = bundles(&self.keyed);
        let there = bundles.into_iter().filter_map(|(files, key)| {
            let held = self.held.get(&key)?.clone();
            Some((files, held))
        });
        let there: Vec<_> = there.collect();
        for files in self.bring(there).await? {
            let keys = self.keyed[files.clone()].iter().map(|(_, key)| key);
            let behind = keys.filter_map(|key| Some(self.held.get(key)?.name.clone()));
            self.used.extend(behind);
            self.bundled.push(files);
        }
        Ok(())
    }

    /// Takes the pieces of all other files that are held and whole.
    async fn take_pieces(&mut self) -> Result<()> {
        let is_bundled = |place: &usize| self.bundled.iter().any(|files| files.contains(place));
        let places = (0..self.keyed.len()).filter(|place| !is_bundled(place));
        let there = places.filter_map(|place| {
            let held = self.held.get(&self.keyed[place].1)?.clone();
            Some((place..place + 1, held))
        });
        let there: Vec<_> = there.collect();
        self.bring(there).await?;
        Ok(())
    }

    /// Brings pieces to this machine, and answers with the files of those that are whole.
    async fn bring(&mut self, wanted: Vec<(Range<usize>, Held)>) -> Result<Vec<Range<usize>>> {
        let (cache, folder) = (self.cache, &self.folder);
        let bringing = stream::iter(wanted).map(|(files, held)| async move {
            let path = folder.join(format!("{}-{}.parquet", files.start, files.end));
            let is_whole = cache.fetch(&held, &path).await?;
            if !is_whole {
                cache.discard(&held).await?;
            }
            Ok::<_, Error>((files, held, is_whole.then_some(path)))
        });
        let brought: Vec<_> = bringing.buffered(PIECES_AT_ONCE).try_collect().await?;
        let mut whole = Vec::new();
        for (files, held, path) in brought {
            let Some(path) = path else {
                self.told.damaged += 1;
                continue;
            };
            let of = self.keyed[files.clone()].iter();
            let piece = Piece {
                source_files: of.map(|(file, _)| file.path.clone()).collect(),
                file: Finished {
                    path,
                    bytes: held.bytes,
                    sha256: held.sha256,
                },
                rows: held.rows,
            };
            self.told.files_cached += files.len();
            self.pieces.insert(files.start, (piece, held.name));
            whole.push(files);
        }
        Ok(whole)
    }

    /// Makes the pieces of files that have none.
    async fn make_pieces(&mut self, stage: &Stage, tell: &dyn Fn(Progress)) -> Result<()> {
        let is_bundled = |place: &usize| self.bundled.iter().any(|files| files.contains(place));
        let places = 0..self.keyed.len();
        let missing = places.filter(|place| !is_bundled(place) && !self.pieces.contains_key(place));
        let missing: Vec<usize> = missing.collect();
        self.told.files_read = missing.len();
        for (number, places) in at_once(&missing, &self.keyed).into_iter().enumerate() {
            let folder = self.folder.join(format!("new-{number}"));
            let files = places.iter().map(|place| self.keyed[*place].0.path.clone());
            let files: Vec<String> = files.collect();
            let made = stage.pieces(self.step, &files, &folder, tell).await?;
            let place_of = |piece: &Piece| {
                let is_of = |place: &&usize| piece.source_files[0] == self.keyed[**place].0.path;
                places.iter().find(is_of).copied()
            };
            let made = made
                .into_iter()
                .filter_map(|piece| Some((place_of(&piece)?, piece)));
            let made = made.map(|(place, piece)| (place, self.keyed[place].1.clone(), piece));
            let made: Vec<_> = made.collect();
            self.keep(made).await?;
        }
        Ok(())
    }

    /// Puts the pieces of files that stand side by side together where they are not yet.
    async fn make_bundles(&mut self) -> Result<()> {
        for (files, key) in bundles(&self.keyed) {
            if self.bundled.contains(&files) {
                continue;
            }
            let apart: Vec<Named> = files
                .clone()
                .filter_map(|place| self.pieces.remove(&place))
                .collect();
            let (pieces, names): (Vec<Piece>, Vec<String>) = apart.into_iter().unzip();
            let path = self.folder.join(format!("bundle-{}.parquet", files.start));
            let bundle = Stage::bundle(self.step, &pieces, &path)?;
            self.used.extend(names);
            self.keep(vec![(files.start, key, bundle)]).await?;
        }
        Ok(())
    }

    /// Keeps what was made under its keys.
    async fn keep(&mut self, made: Vec<(usize, String, Piece)>) -> Result<()> {
        let (cache, table) = (self.cache, self.step.file.table.to_string());
        let table = table.as_str();
        let keeping = stream::iter(made).map(|(place, key, piece)| async move {
            let contents = (piece.rows, piece.file.sha256.as_str());
            let name = cache.keep(table, &key, &piece.file.path, contents).await?;
            Ok::<_, Error>((place, (piece, name)))
        });
        let kept: Vec<_> = keeping.buffered(PIECES_AT_ONCE).try_collect().await?;
        self.pieces.extend(kept);
        Ok(())
    }
}

/// The files whose pieces are bundled, by their places, and the key of each bundle.
fn bundles(keyed: &[Keyed<'_>]) -> Vec<(Range<usize>, String)> {
    let mut bundles = Vec::new();
    let (mut begin, mut bytes) = (0, 0);
    for (place, (file, _)) in keyed.iter().enumerate() {
        bytes += file.bytes;
        if !ends_bundle(file) {
            continue;
        }
        let files = begin..place + 1;
        if files.len() > 1 && bytes <= BYTES_AT_ONCE {
            let keys: Vec<String> = keyed[files.clone()]
                .iter()
                .map(|(_, key)| key.clone())
                .collect();
            bundles.push((files, keys::hash(&keys)));
        }
        (begin, bytes) = (place + 1, 0);
    }
    bundles
}

fn ends_bundle(file: &InputFile) -> bool {
    let digits = keys::hash(std::slice::from_ref(&file.path));
    let number = u32::from_str_radix(&digits[..8], 16);
    number.is_ok_and(|number| number.is_multiple_of(FILES_IN_BUNDLE))
}

/// Files in groups that are read by one query each.
fn at_once<'a>(files: &'a [usize], keyed: &[Keyed<'_>]) -> Vec<&'a [usize]> {
    let mut groups = Vec::new();
    let (mut begin, mut bytes) = (0, 0);
    for (at, place) in files.iter().enumerate() {
        let more = keyed[*place].0.bytes;
        if at > begin && (at - begin == FILES_AT_ONCE || bytes + more > BYTES_AT_ONCE) {
            groups.push(&files[begin..at]);
            (begin, bytes) = (at, 0);
        }
        bytes += more;
    }
    groups.extend((begin < files.len()).then(|| &files[begin..]));
    groups
}
