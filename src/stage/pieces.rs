//! A table in pieces: the rows that come from one file of a source, apart from those that come from others.
//!
//! A table has pieces if its query gives the same rows of a file whatever other files there are. That is not believed
//! but asked of the engine: it has to be able to move a filter on `source_file` from the top of the query down to every
//! scan of the source. A window or a sum across files holds such a filter up.

use super::kept_file::{scanned, schema, table};
use super::shared::parts_of;
use super::table_file::{Finished, Notes, TableFile};
use super::{
    Computed, Progress, Stage, house_types, lineage, query, reference, stage_error, write_error,
};
use crate::error::Result;
use crate::plan::Step;
use crate::scan::SOURCE_FILE;
use arrow::array::{AsArray, RecordBatch, UInt32Array};
use arrow::compute::{cast, take_record_batch};
use arrow::datatypes::{DataType, Schema};
use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, lit};
use datafusion::prelude::{DataFrame, ident};
use futures::StreamExt;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// A file that no other filter of a query can mean.
const SOME_FILE: &str = "some file of the source";

/// The rows of a table that come from one file of a source, or from several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The files of the source.
    pub source_files: Vec<String>,
    /// The file of the rows, on this machine.
    pub file: Finished,
    /// How many they are.
    pub rows: u64,
}

impl Stage {
    /// Whether the table of `step` has pieces. `depend` are the tables that depend on the source, and the source itself:
    /// what the query scans of them it must scan file by file.
    ///
    /// # Errors
    /// [`Error::Stage`](crate::error::Error::Stage) when the query makes no sense.
    pub async fn has_pieces(&self, step: &Step, depend: &BTreeSet<String>) -> Result<bool> {
        let failed = |error| stage_error(&step.file, error);
        let plan = self.plan(&step.file).await?;
        if !plan.schema().has_column_with_unqualified_name(SOURCE_FILE) {
            return Ok(false);
        }
        let plan = of_files(plan, &[SOME_FILE.to_owned()]);
        let plan = plan.and_then(|plan| self.context.state().optimize(&plan));
        let plan = plan.map_err(failed)?;
        let mut is_apart = true;
        let looked = plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node {
                let is_ours = |filter: &Expr| filter.to_string().contains(SOME_FILE);
                let name = scan.table_name.to_string();
                let is_part_of = |table: &String| name.starts_with(&parts_of(table));
                let is_dependent = depend.contains(&name) || depend.iter().any(is_part_of);
                is_apart &= !is_dependent || scan.filters.iter().any(is_ours);
            }
            Ok(TreeNodeRecursion::Continue)
        });
        looked.map_err(failed)?;
        Ok(is_apart)
    }

    /// The pieces of the table of `step` that come from `files`, written below `folder`.
    ///
    /// # Errors
    /// [`Error::Stage`](crate::error::Error::Stage) when the query fails, [`Error::File`](crate::error::Error::File)
    /// when a piece cannot be written.
    pub async fn pieces(
        &self,
        step: &Step,
        files: &[String],
        folder: &Path,
        tell: &dyn Fn(Progress),
    ) -> Result<Vec<Piece>> {
        let failed = |source| stage_error(&step.file, source);
        let plan = of_files(self.plan(&step.file).await?, files).map_err(failed)?;
        let rows = DataFrame::new(self.context.state(), plan);
        let rows = house_types::in_house_types(rows).map_err(failed)?;
        let (mut rows, running) = query::run(rows).await.map_err(failed)?;
        let mut writers = Writers::create(step, &rows.schema(), files, folder)?;
        while let Some(batch) = rows.next().await {
            writers.write(&batch.map_err(failed)?)?;
            tell(running.progress());
        }
        writers.finish()
    }

    /// Several pieces of the table of `step` as one, in the file at `path`.
    ///
    /// # Errors
    /// [`Error::File`](crate::error::Error::File), [`Error::Stage`](crate::error::Error::Stage).
    pub fn bundle(step: &Step, pieces: &[Piece], path: &Path) -> Result<Piece> {
        let bundled = || -> parquet::errors::Result<Finished> {
            let mut bundle = None;
            for piece in pieces {
                let file = File::open(&piece.file.path)?;
                let rows = ParquetRecordBatchReaderBuilder::try_new(file)?;
                let schema = Arc::clone(rows.schema());
                let bundle = match &mut bundle {
                    Some(bundle) => bundle,
                    None => {
                        bundle.insert(TableFile::create(path, &schema, Some(&Notes::default()))?)
                    }
                };
                for batch in rows.build()? {
                    bundle.write(&batch?)?;
                }
            }
            bundle
                .ok_or_else(|| ParquetError::General("no piece".to_owned()))?
                .finish()
        };
        Ok(Piece {
            source_files: pieces
                .iter()
                .flat_map(|piece| piece.source_files.clone())
                .collect(),
            file: bundled().map_err(|error| write_error(step, path, error))?,
            rows: pieces.iter().map(|piece| piece.rows).sum(),
        })
    }

    /// Makes the table of `step` known, whose rows are in `pieces`.
    ///
    /// # Errors
    /// As [`Stage::make`].
    pub async fn unite(
        &mut self,
        step: &Step,
        pieces: &[Piece],
        notes: Option<Notes>,
        tell: &dyn Fn(Progress),
    ) -> Result<Computed> {
        let plan = self.plan(&step.file).await?;
        let origins = lineage::by_column(&plan, &self.known);
        self.known.insert(step.file.table.to_string(), origins);
        let is_view = !self.is_kept(step, &plan)?;
        let whole = whole(step, pieces)?;
        if step.is_published {
            let failed = |source| stage_error(&step.file, source);
            let rows = self
                .context
                .read_table(Arc::clone(&whole))
                .map_err(failed)?;
            let computed = self.keep(step, rows, notes, tell).await?;
            // the file that is published does not tell the pieces apart, as those who read it want to
            let published = self.context.deregister_table(reference(&step.file.table));
            published.map_err(failed)?;
            self.register(&step.file, whole)?;
            return Ok(computed);
        }
        let columns = lineage::facts(&step.file, &whole.schema(), &self.known);
        self.register(&step.file, whole)?;
        // what a run says of its tables does not depend on whether they are in pieces
        Ok(Computed {
            rows: (!is_view).then(|| pieces.iter().map(|piece| piece.rows).sum()),
            columns: if is_view { Vec::new() } else { columns },
            ..Computed::default()
        })
    }
}

/// The table whose rows are in `pieces`.
fn whole(step: &Step, pieces: &[Piece]) -> Result<Arc<dyn TableProvider>> {
    let Some(first) = pieces.first() else {
        let source = DataFusionError::Plan("its source has no file".to_owned());
        return Err(stage_error(&step.file, source));
    };
    let path = &first.file.path;
    let schema = schema(path).map_err(|error| write_error(step, path, error))?;
    let files = pieces
        .iter()
        .map(|piece| scanned(&piece.file, piece.rows, &piece.source_files));
    Ok(Arc::new(table(schema, files.collect())))
}

/// The rows of `plan` that come from `files`.
fn of_files(plan: LogicalPlan, files: &[String]) -> datafusion::error::Result<LogicalPlan> {
    let files = files.iter().map(|file| lit(file.as_str())).collect();
    LogicalPlanBuilder::from(plan)
        .filter(ident(SOURCE_FILE).in_list(files, false))?
        .build()
}

/// The files of some pieces that are being written.
struct Writers<'step> {
    step: &'step Step,
    pieces: BTreeMap<String, (TableFile, u64)>,
}

impl<'step> Writers<'step> {
    fn create(step: &'step Step, schema: &Schema, files: &[String], folder: &Path) -> Result<Self> {
        let mut pieces = BTreeMap::new();
        for (number, file) in files.iter().enumerate() {
            let path = folder.join(format!("{number}.parquet"));
            let writer = TableFile::create(&path, schema, Some(&Notes::default()));
            let writer = writer.map_err(|error| write_error(step, &path, error))?;
            pieces.insert(file.clone(), (writer, 0));
        }
        Ok(Self { step, pieces })
    }

    /// Each row to the piece of its file.
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let failed = |source: DataFusionError| stage_error(&self.step.file, source);
        let names = batch.schema().index_of(SOURCE_FILE);
        let names = names.and_then(|index| cast(batch.column(index), &DataType::Utf8));
        let names = names.map_err(|error| failed(error.into()))?;
        let mut rows: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (row, name) in (0..).zip(names.as_string::<i32>()) {
            rows.entry(name.unwrap_or_default()).or_default().push(row);
        }
        for (name, rows) in rows {
            let Some((writer, count)) = self.pieces.get_mut(name) else {
                let stranger = format!("a row says that it comes from {name}, which was not read");
                return Err(failed(DataFusionError::Execution(stranger)));
            };
            let part = take_record_batch(batch, &UInt32Array::from(rows));
            let part = part.map_err(|error| failed(error.into()))?;
            *count += part.num_rows() as u64;
            let written = writer.write(&part);
            written.map_err(|error| write_error(self.step, writer.path(), error))?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<Piece>> {
        let finish = |(source_file, (writer, rows)): (String, (TableFile, u64))| {
            let path = writer.path().to_path_buf();
            let file = writer.finish();
            let file = file.map_err(|error| write_error(self.step, &path, error))?;
            Ok(Piece {
                source_files: vec![source_file],
                file,
                rows,
            })
        };
        self.pieces.into_iter().map(finish).collect()
    }
}
