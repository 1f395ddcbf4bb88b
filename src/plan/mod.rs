//! From the published tables back to the raw ones: what is computed, in which order, and what is skipped.

mod catalog;
mod gates;
mod sql_file;

pub use catalog::Catalog;
pub use gates::Gate;
pub use sql_file::{Head, Pieces, SqlFile, TableName};

use crate::error::{Error, Result};
use crate::job::Job;
use std::collections::{BTreeMap, BTreeSet};

/// The schema of the tables that the last run before this one published.
pub const LAST: &str = "last";

/// The schema of what a run says of itself: `run.checks`, `run.steps`. What reads it is made last.
pub const RUN: &str = "run";

/// Schemas that no SQL file makes: the sources, the lists of the job, what the last run published, this run itself.
const GIVEN: [&str; 4] = ["raw", "job", LAST, RUN];

/// The schema of the sources, cleaned.
const CLEAN: &str = "clean";

fn is_given(table: &TableName) -> bool {
    GIVEN.contains(&table.schema.as_str())
}

/// The work of a run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Tables, each behind everything it reads.
    pub steps: Vec<Step>,
    /// Published tables that cannot be made, with the source they lack.
    pub skipped: Vec<Skipped>,
    /// Checks of sources, which come before the first table.
    pub gates: Vec<Gate>,
}

/// One table.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its file.
    pub file: SqlFile,
    /// How many tables and promises read it.
    pub readers: usize,
    /// How many of them only say what pieces of other tables depend on.
    pub readers_for_pieces: usize,
    /// Whether pieces of other tables are computed through it, file by file, and it has none itself.
    pub is_below_pieces: bool,
    /// Whether people get it.
    pub is_published: bool,
    /// Promises that can be checked once this table is there.
    pub promises: Vec<SqlFile>,
    /// Checks of the job that can be made once this table is there.
    pub gates: Vec<Gate>,
    /// Whether it only says what pieces of other tables depend on.
    pub is_for_pieces: bool,
}

impl Step {
    /// Whether the table tells of the run itself.
    #[must_use]
    pub fn tells_of_the_run(&self) -> bool {
        tells_of_the_run(&self.file)
    }
}

/// A table that is left out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    /// The table.
    pub table: String,
    /// What it lacks.
    pub lacks: String,
}

/// What the command line picks out of the job.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Tables or chapters; `+` behind one adds what needs it. Empty: all that the job publishes.
    pub select: Vec<String>,
    /// Tables or chapters left out.
    pub exclude: Vec<String>,
}

impl Plan {
    /// What `job` needs of `catalog`.
    ///
    /// # Errors
    /// [`Error::Plan`] for a circle or a missing table; [`Error::Usage`] when a selection means no table.
    pub fn new(job: &Job, catalog: &Catalog, selection: &Selection) -> Result<Self> {
        let wanted = wanted(job, catalog, selection)?;
        let read = all_read(catalog, &wanted);
        let whole = catalog;
        let in_pieces = job.cache.as_ref().map(|_| catalog.in_pieces());
        let catalog = in_pieces.as_ref().unwrap_or(catalog);
        let mut order = Order {
            catalog,
            done: Vec::new(),
            open: Vec::new(),
            lacks: BTreeMap::new(),
            job,
        };
        let mut skipped = Vec::new();
        let is_last = |table: &&TableName| tells_of_the_run(&catalog.tables[*table]);
        let (last, first): (Vec<_>, Vec<_>) = wanted.iter().partition(is_last);
        for tables in [first, last] {
            for table in tables {
                if let Some(lacks) = order.visit(table)? {
                    skipped.push(Skipped {
                        table: table.published(),
                        lacks,
                    });
                }
            }
            order.visit_for_promises()?;
        }
        let done = order.done;
        let mut steps: Vec<Step> = done
            .iter()
            .map(|table| {
                let others = done.iter();
                let reads = |other: &&TableName| catalog.tables[*other].reads.contains(table);
                let readers: Vec<_> = others.filter(reads).collect();
                let for_pieces = readers.iter().filter(|other| !read.contains(**other));
                Step {
                    file: catalog.tables[table].clone(),
                    readers: readers.len(),
                    readers_for_pieces: for_pieces.count(),
                    is_below_pieces: is_below_pieces(whole, table),
                    is_published: wanted.contains(table),
                    promises: Vec::new(),
                    gates: Vec::new(),
                    is_for_pieces: !read.contains(table),
                }
            })
            .collect();
        attach_promises(&mut steps, catalog);
        let gates = gates::gates(job, catalog, &mut steps)?;
        Ok(Self {
            steps,
            skipped,
            gates,
        })
    }
}

/// The tables that people get.
fn wanted(job: &Job, catalog: &Catalog, selection: &Selection) -> Result<BTreeSet<TableName>> {
    let known = || catalog.tables.keys();
    let meant = |word: &str| {
        let tables: BTreeSet<_> = known()
            .filter(|table| table.is_meant_by(word))
            .cloned()
            .collect();
        if !tables.is_empty() {
            return Ok(tables);
        }
        let names: Vec<String> = known()
            .flat_map(|table| [table.published(), table.table.clone()])
            .collect();
        let nearest = crate::nearest(word, names.iter().map(String::as_str));
        let hint = nearest
            .map(|name| format!("; did you mean {name}?"))
            .unwrap_or_default();
        Err(Error::Usage(format!(
            "no table or chapter is called {word}{hint}"
        )))
    };
    let mut wanted = BTreeSet::new();
    if selection.select.is_empty() {
        for word in &job.output.publish {
            wanted.extend(meant(word)?);
        }
        for word in &job.output.except {
            let out = meant(word)?;
            wanted.retain(|table| !out.contains(table));
        }
    }
    for word in &selection.select {
        let tables = meant(word.trim_end_matches('+'))?;
        if word.ends_with('+') {
            wanted.extend(
                known()
                    .filter(|table| reads_any(catalog, table, &tables))
                    .cloned(),
            );
        }
        wanted.extend(tables);
    }
    for word in &selection.exclude {
        let out = meant(word)?;
        wanted.retain(|table| !out.contains(table));
    }
    Ok(wanted)
}

/// Whether `table` needs one of `tables`, directly or through others.
fn reads_any(catalog: &Catalog, table: &TableName, tables: &BTreeSet<TableName>) -> bool {
    catalog.tables.get(table).is_some_and(|file| {
        file.reads
            .iter()
            .any(|read| tables.contains(read) || reads_any(catalog, read, tables))
    })
}

/// Whether a table in pieces is computed through `table`, which has no pieces, from the source whose files they are of.
fn is_below_pieces(catalog: &Catalog, table: &TableName) -> bool {
    let is_whole = |file: &SqlFile| file.head.pieces.is_none();
    let below = BTreeSet::from([table.clone()]);
    catalog.tables.get(table).is_some_and(is_whole)
        && catalog.tables.iter().any(|(above, file)| {
            file.head.pieces.as_ref().is_some_and(|pieces| {
                let source = BTreeSet::from([TableName::new("raw", &pieces.source)]);
                reads_any(catalog, table, &source) && reads_any(catalog, above, &below)
            })
        })
}

/// What a need is met by: one source or one setting of several.
fn alternatives(need: &str) -> impl Iterator<Item = &str> {
    need.split(" or ")
}

struct Order<'plan> {
    catalog: &'plan Catalog,
    job: &'plan Job,
    done: Vec<TableName>,
    open: Vec<TableName>,
    lacks: BTreeMap<TableName, String>,
}

impl Order<'_> {
    /// Puts `table` behind all it reads; answers with the source it lacks, if it lacks one.
    fn visit(&mut self, table: &TableName) -> Result<Option<String>> {
        if is_given(table) || self.done.contains(table) {
            return Ok(None);
        }
        if let Some(lacks) = self.lacks.get(table) {
            return Ok(Some(lacks.clone()));
        }
        if self.open.contains(table) {
            let circle: Vec<_> = self
                .open
                .iter()
                .chain([table])
                .map(ToString::to_string)
                .collect();
            return Err(Error::Plan {
                file: circle.join(" → "),
                reason: "these tables read each other".into(),
            });
        }
        let Some(file) = self.catalog.tables.get(table) else {
            let reader = self
                .open
                .last()
                .and_then(|reader| self.catalog.tables.get(reader));
            let file = reader.map_or_else(|| table.to_string(), |file| file.path.clone());
            return Err(Error::Plan {
                file,
                reason: format!("reads {table}, which no file makes"),
            });
        };
        let missing = file
            .head
            .needs
            .iter()
            .find(|need| !alternatives(need).any(|one| self.job.has(one)));
        let mut lacks = missing.map(|need| {
            let named = alternatives(need).map(|one| {
                if one.contains('.') {
                    format!("{one} above 0")
                } else {
                    format!("the source {one}")
                }
            });
            named.collect::<Vec<_>>().join(" or ")
        });
        self.open.push(table.clone());
        for read in &file.reads {
            if lacks.is_none() {
                lacks = self.visit(read)?;
            }
        }
        self.open.pop();
        match &lacks {
            None => self.done.push(table.clone()),
            Some(lacks) => {
                self.lacks.insert(table.clone(), lacks.clone());
            }
        }
        Ok(lacks)
    }

    /// A promise about a table that is made brings what it compares it with: the sources, cleaned.
    fn visit_for_promises(&mut self) -> Result<()> {
        for promise in self.catalog.promises.values() {
            let reads = promise.reads.iter().filter(|read| !is_given(read));
            let (clean, made): (Vec<_>, Vec<_>) = reads.partition(|read| read.schema == CLEAN);
            if !made.is_empty() && made.iter().all(|table| self.done.contains(table)) {
                for table in clean {
                    self.visit(table)?;
                }
            }
        }
        Ok(())
    }
}

/// All that `tables` and the promises read, directly or through others.
fn all_read(catalog: &Catalog, tables: &BTreeSet<TableName>) -> BTreeSet<TableName> {
    let of_promises = catalog.promises.values().flat_map(|file| &file.reads);
    let mut open: Vec<&TableName> = tables.iter().chain(of_promises).collect();
    let mut read = BTreeSet::new();
    while let Some(table) = open.pop() {
        let file = catalog.tables.get(table);
        if let Some(file) = file.filter(|_| read.insert(table.clone())) {
            open.extend(&file.reads);
        }
    }
    read
}

/// A promise is checked as soon as the last of its tables is there; one about tables that are not made is not.
fn attach_promises(steps: &mut [Step], catalog: &Catalog) {
    for promise in catalog.promises.values() {
        let about = promise.reads.iter().filter(|table| !is_given(table));
        if let Some(last) = stand_before(steps, about) {
            steps[last].promises.push(promise.clone());
        }
    }
}

/// The step behind which all of `tables` are there, each of which has one reader more then; nothing unless all are made.
fn stand_before<'t>(
    steps: &mut [Step],
    tables: impl Iterator<Item = &'t TableName>,
) -> Option<usize> {
    let position = |table: &TableName| steps.iter().position(|step| step.file.table == *table);
    let positions: Vec<usize> = tables.map(position).collect::<Option<_>>()?;
    for position in &positions {
        steps[*position].readers += 1;
    }
    positions.into_iter().max()
}

fn tells_of_the_run(file: &SqlFile) -> bool {
    file.reads.iter().any(|read| read.schema == RUN)
}
