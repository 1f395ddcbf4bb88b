//! One SQL file, parameters bound, result registered under its name.
//!
//! A table that is read once, or by few, only looks at one row at a time and sees the same each time, is a view. Any other
//! is computed once and kept: in memory while it is small, else in a file, which is also the file that is published.

mod answers;
pub(crate) mod copies;
mod distinct_count;
mod distinct_hashes;
pub(crate) mod each_batch;
pub(crate) mod functions;
mod gate_sql;
mod gates;
mod house_types;
mod keep;
mod kept_file;
mod key_check;
mod lineage;
mod memory;
mod models;
mod parameters;
mod pieces;
mod progress;
mod query;
mod session;
mod shared;
mod table_file;
mod try_out;
mod view;

pub use gates::{Finding, Verdict};
pub use lineage::{ColumnFacts, Origins};
pub use models::{Given, Models, Rows};
pub use parameters::{Parameters, register_lists};
pub use pieces::Piece;
pub use progress::Progress;
pub use session::{Cluster, Settings, open};
pub use table_file::{Finished, Notes, file_of};

use crate::error::{Error, Result};
use crate::plan::{SqlFile, Step, TableName};
use arrow::datatypes::Schema;
use arrow::util::pretty::pretty_format_batches;
use datafusion::catalog::TableProvider;
use datafusion::common::TableReference;
use datafusion::datasource::ViewTable;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{DataFrame, SessionContext, ident};
use keep::Place;
use key_check::KeyCheck;
use parquet::errors::ParquetError;
use serde::{Deserialize, Serialize};
use shared::Part;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Offending rows of a promise shown at most.
const SHOWN: usize = 10;

/// Computes tables, one after the other.
pub struct Stage {
    context: SessionContext,
    parameters: Parameters,
    models: Models,
    scratch: PathBuf,
    /// Bytes of kept tables for which there is still room in memory.
    room_bytes: usize,
    known: lineage::Known,
}

/// What became of a table.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Computed {
    /// Its rows; none for a view.
    pub rows: Option<u64>,
    /// Its file, if it has one.
    pub file: Option<Finished>,
    /// Its columns; none for a view.
    pub columns: Vec<ColumnFacts>,
    #[serde(skip)]
    held_bytes: usize,
    #[serde(skip)]
    parts: Vec<Part>,
}

impl Stage {
    /// Stages over the tables of `context`, which keeps at most `room_bytes` of tables in memory.
    #[must_use]
    pub fn new(
        context: SessionContext,
        parameters: Parameters,
        models: Models,
        scratch: PathBuf,
        room_bytes: usize,
    ) -> Self {
        Self {
            context,
            parameters,
            models,
            scratch,
            room_bytes,
            known: lineage::Known::new(),
        }
    }

    /// Makes the table of `step` known under its name, and tells meanwhile how far that has come. What is published has
    /// `notes`.
    ///
    /// # Errors
    /// [`Error::Stage`] when the query fails, [`Error::Verify`] when its key is not one, [`Error::File`] when its
    /// file cannot be written.
    pub async fn make(
        &mut self,
        step: &Step,
        notes: Option<Notes>,
        tell: &dyn Fn(Progress),
    ) -> Result<Computed> {
        self.stand_in_for_the_last_run(&step.file).await?;
        let plan = self.plan(&step.file).await?;
        let origins = lineage::by_column(&plan, &self.known);
        self.known.insert(step.file.table.to_string(), origins);
        let mut parts = Vec::new();
        let plan = self.share(step, plan, &mut parts).await?;
        let mut computed = self.keep_or_view(step, plan, notes, tell).await?;
        if computed.rows.is_some() {
            self.forget_parts(&parts)?;
        } else {
            computed.parts = parts;
        }
        Ok(computed)
    }

    async fn keep_or_view(
        &mut self,
        step: &Step,
        plan: LogicalPlan,
        notes: Option<Notes>,
        tell: &dyn Fn(Progress),
    ) -> Result<Computed> {
        if let Some(model) = &step.file.head.model {
            let rows = self.answer(model, &step.file, plan).await?;
            lineage::mix(&step.file, rows.schema(), &mut self.known);
            return self.keep(step, rows, notes, tell).await;
        }
        if self.is_kept(step, &plan)? {
            let table = DataFrame::new(self.context.state(), plan);
            return self.keep(step, table, notes, tell).await;
        }
        self.register(&step.file, Arc::new(ViewTable::new(plan, None)))?;
        Ok(Computed::default())
    }

    /// Forgets a table that nobody reads any more.
    ///
    /// # Errors
    /// [`Error::File`] when its scratch file cannot be removed.
    pub fn forget(&mut self, step: &Step, computed: &Computed) -> Result<()> {
        let forgotten = self.context.deregister_table(reference(&step.file.table));
        forgotten.map_err(|source| stage_error(&step.file, source))?;
        self.room_bytes += computed.held_bytes;
        self.forget_parts(&computed.parts)?;
        match &computed.file {
            Some(file) if !step.is_published => {
                std::fs::remove_file(&file.path).map_err(|source| file_error(&file.path, source))
            }
            _ => Ok(()),
        }
    }

    /// Checks that no row breaks a promise.
    ///
    /// # Errors
    /// [`Error::Verify`] with the first offending rows.
    pub async fn verify(&self, promise: &SqlFile) -> Result<()> {
        let failed = |source| stage_error(promise, source);
        let plan = self.plan(promise).await?;
        let offending = DataFrame::new(self.context.state(), plan)
            .limit(0, Some(SHOWN))
            .map_err(failed)?;
        let rows = query::all(offending).await.map_err(failed)?;
        if rows.iter().all(|batch| batch.num_rows() == 0) {
            return Ok(());
        }
        let shown = pretty_format_batches(&rows).map_err(|error| failed(error.into()))?;
        Err(Error::Verify {
            promise: promise.claim(),
            file: promise.path.clone(),
            rows: shown.to_string(),
        })
    }

    /// Whether the rows of `plan` are computed once, and not wherever they are read.
    fn is_kept(&self, step: &Step, plan: &LogicalPlan) -> Result<bool> {
        let is_view = view::serves(plan, step, &self.context.state());
        let is_view = is_view.map_err(|source| stage_error(&step.file, source))?;
        Ok(step.is_published || !is_view)
    }

    async fn plan(&self, file: &SqlFile) -> Result<LogicalPlan> {
        let statement = self.parameters.bind(&file.statement, &file.path)?;
        let planned = self.context.state().statement_to_plan(statement).await;
        planned.map_err(|source| stage_error(file, source))
    }

    async fn keep(
        &mut self,
        step: &Step,
        table: DataFrame,
        notes: Option<Notes>,
        tell: &dyn Fn(Progress),
    ) -> Result<Computed> {
        let failed = |source| stage_error(&step.file, source);
        let table = house_types::in_house_types(table).map_err(failed)?;
        let key = &step.file.head.key;
        let (table, check) = if step.is_published {
            let table = sorted(table, key).map_err(failed)?;
            let check = key_check(table.schema().as_arrow(), step)?;
            (table, check)
        } else {
            (table, None)
        };
        let place = Place {
            path: file_of(&self.scratch, &step.file.table),
            notes,
            check,
            // what a model answers is worth keeping for a rerun
            has_file: step.is_published || step.file.head.model.is_some(),
        };
        let (kept, table) = self.compute(step, table, place, tell).await?;
        let computed = Computed {
            rows: Some(kept.rows),
            file: kept.file,
            columns: lineage::facts(&step.file, &table.schema(), &self.known),
            held_bytes: kept.held_bytes,
            parts: Vec::new(),
        };
        self.register(&step.file, table)?;
        Ok(computed)
    }

    fn register(&self, file: &SqlFile, table: Arc<dyn TableProvider>) -> Result<()> {
        let registered = self.context.register_table(reference(&file.table), table);
        registered
            .map(|_| ())
            .map_err(|source| stage_error(file, source))
    }
}

fn no_key(step: &Step, rows: String) -> Error {
    let key = step.file.head.key.join(", ");
    Error::Verify {
        promise: format!("{} has one row per {key}", step.file.table),
        file: step.file.path.clone(),
        rows,
    }
}

fn key_check(schema: &Schema, step: &Step) -> Result<Option<KeyCheck>> {
    let key = &step.file.head.key;
    if key.is_empty() {
        return Ok(None);
    }
    KeyCheck::new(schema, key)
        .map(Some)
        .map_err(|error| stage_error(&step.file, error.into()))
}

/// A list without a key is sorted by all its columns, so that it too is the same every time.
fn sorted(table: DataFrame, key: &[String]) -> datafusion::error::Result<DataFrame> {
    let all: Vec<String> = table
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    let by = if key.is_empty() { &all } else { key };
    table.sort(
        by.iter()
            .map(|name| ident(name).sort(true, false))
            .collect(),
    )
}

fn reference(name: &TableName) -> TableReference {
    TableReference::partial(name.schema.as_str(), name.table.as_str())
}

fn stage_error(file: &SqlFile, source: DataFusionError) -> Error {
    let table = file.table.to_string();
    let file = file.path.clone();
    match models::reason(&source) {
        Some(source) => Error::Model {
            table,
            file,
            source,
        },
        None => Error::Stage {
            table,
            file,
            source: Box::new(source),
        },
    }
}

fn file_error(path: &Path, source: std::io::Error) -> Error {
    Error::File {
        path: path.display().to_string(),
        source,
    }
}

fn write_error(step: &Step, path: &Path, error: ParquetError) -> Error {
    match table_file::io_error(error) {
        Ok(source) => file_error(path, source),
        Err(error) => stage_error(&step.file, error.into()),
    }
}
