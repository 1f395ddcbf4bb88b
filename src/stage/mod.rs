//! One SQL file, parameters bound, result registered under its name.
//!
//! A table that is read once, or that only looks at one row at a time, is a view. Any other is computed once and kept:
//! in memory while it is small, else in a file, which is also the file that is published.

mod answers;
mod copies;
mod distinct_count;
mod distinct_hashes;
mod functions;
mod gate_sql;
mod gates;
mod house_types;
mod keep;
mod kept_file;
mod key_check;
mod lineage;
mod models;
mod parameters;
mod pieces;
mod progress;
mod session;
mod table_file;

pub use gates::{Finding, Verdict};
pub use lineage::{ColumnFacts, Origins};
pub use models::{Given, Models, Rows};
pub use parameters::{Parameters, register_lists};
pub use pieces::Piece;
pub use progress::Progress;
pub use session::{Settings, open};
pub use table_file::{Finished, Notes, file_of};

use crate::error::{Error, Result};
use crate::plan::{SqlFile, Step, TableName};
use arrow::datatypes::Schema;
use arrow::util::pretty::pretty_format_batches;
use datafusion::catalog::TableProvider;
use datafusion::common::TableReference;
use datafusion::datasource::{MemTable, ViewTable};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::{DataFrame, SessionContext, ident};
use keep::{Keeper, Refusal, dealt};
use key_check::KeyCheck;
use parquet::errors::ParquetError;
use serde::{Deserialize, Serialize};
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

    /// Makes the table of `step` known under its name, and tells meanwhile how far that has come.
    ///
    /// # Errors
    /// [`Error::Stage`] when the query fails, [`Error::Verify`] when its key is not one, [`Error::File`] when its
    /// file cannot be written.
    pub async fn make(
        &mut self,
        step: &Step,
        notes: Notes,
        tell: &dyn Fn(Progress),
    ) -> Result<Computed> {
        self.stand_in_for_the_last_run(&step.file).await?;
        let plan = self.plan(&step.file).await?;
        let origins = lineage::by_column(&plan, &self.known);
        self.known.insert(step.file.table.to_string(), origins);
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
        let rows = offending.collect().await.map_err(failed)?;
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
        let is_costly = || Ok(!is_row_by_row(&self.context.state().optimize(plan)?));
        Ok(step.is_published
            || (step.readers > 1
                && is_costly().map_err(|source| stage_error(&step.file, source))?))
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
        notes: Notes,
        tell: &dyn Fn(Progress),
    ) -> Result<Computed> {
        let failed = |source| stage_error(&step.file, source);
        let path = file_of(&self.scratch, &step.file.table);
        let table = house_types::in_house_types(table).map_err(failed)?;
        let key = &step.file.head.key;
        let table = if step.is_published {
            sorted(table, key).map_err(failed)?
        } else {
            table
        };
        let task = Arc::new(table.task_ctx());
        let query = table.create_physical_plan().await.map_err(failed)?;
        let rows = execute_stream(Arc::clone(&query), task).map_err(failed)?;
        let schema = rows.schema();
        let check = if step.is_published {
            key_check(&schema, step)?
        } else {
            None
        };
        // what a model answers is worth keeping for a rerun
        let has_file = step.is_published || step.file.head.model.is_some();
        let keeper = Keeper::new(
            path.clone(),
            Arc::clone(&schema),
            notes,
            self.room_bytes,
            check,
            has_file,
        )
        .map_err(|error| write_error(step, &path, error))?;
        let tick = || tell(Progress::of(query.as_ref()));
        let kept = keeper.keep(rows, &tick).await;
        let kept = kept.map_err(|refusal| match refusal {
            Refusal::Query(error) => failed(error),
            Refusal::File(error) => write_error(step, &path, error),
            Refusal::Key(rows) => no_key(step, rows),
        })?;
        self.room_bytes -= kept.held_bytes;
        let computed = Computed {
            rows: Some(kept.rows),
            file: kept.file,
            columns: lineage::facts(&step.file, &schema, &self.known),
            held_bytes: kept.held_bytes,
        };
        let table: Arc<dyn TableProvider> = match (kept.held, &computed.file) {
            (None, Some(file)) => {
                let file = kept_file::scanned(file, kept.rows, &[]);
                Arc::new(kept_file::table(schema, vec![file]))
            }
            (held, _) => {
                let partitions = self.context.state().config().target_partitions();
                let batches = dealt(held.unwrap_or_default(), partitions);
                Arc::new(MemTable::try_new(schema, batches).map_err(failed)?)
            }
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

/// Whether computing the table again costs no more than reading it: no sums, no windows, no sorting, also not in the
/// views below it.
fn is_row_by_row(plan: &LogicalPlan) -> bool {
    let here = matches!(
        plan,
        LogicalPlan::Projection(_)
            | LogicalPlan::Filter(_)
            | LogicalPlan::SubqueryAlias(_)
            | LogicalPlan::Join(_)
            | LogicalPlan::Union(_)
            | LogicalPlan::EmptyRelation(_)
            | LogicalPlan::TableScan(_)
    );
    here && plan.inputs().into_iter().all(is_row_by_row)
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
