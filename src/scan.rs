//! Files of one schema as a table of the engine: the files of a source, and those in which tables are kept.
//!
//! A table whose column `source_file` says which file of a source each row comes from opens, under a filter on that
//! column, only the files that the filter lets through.

use arrow::array::{AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{DFSchema, Result, Statistics, project_schema};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, FileSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::expr_rewriter::unnormalize_col;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// Name of the column that says which file of a source a row comes from.
pub(crate) const SOURCE_FILE: &str = "source_file";

/// One file of a table.
#[derive(Debug, Clone)]
pub(crate) struct ScannedFile {
    /// The file as the engine knows it.
    pub(crate) file: PartitionedFile,
    /// All that `source_file` says in its rows; empty if that is not known.
    pub(crate) source_files: Vec<String>,
    /// Its rows, where the format tells.
    pub(crate) rows: Option<u64>,
}

/// A fixed list of files.
pub(crate) struct FileTable {
    store: ObjectStoreUrl,
    source: Arc<dyn FileSource>,
    schema: SchemaRef,
    files: Vec<ScannedFile>,
}

impl FileTable {
    /// The rows of `files` in `store`, read as `source` does, whose columns with those of folders are `schema`.
    pub(crate) fn new(
        store: ObjectStoreUrl,
        source: Arc<dyn FileSource>,
        schema: SchemaRef,
        files: Vec<ScannedFile>,
    ) -> Self {
        Self {
            store,
            source,
            schema,
            files,
        }
    }

    /// Their number of rows and nothing else: version 55 fails on differences of dates when it knows extremes.
    fn statistics_of(&self, files: &[ScannedFile]) -> Statistics {
        let mut statistics = Statistics::new_unknown(&self.schema);
        if let Some(rows) = files.iter().map(|file| file.rows).sum::<Option<u64>>() {
            statistics.num_rows = Precision::Exact(usize::try_from(rows).unwrap_or(usize::MAX));
        }
        statistics
    }

    /// The files that `filters` let through.
    fn chosen(&self, state: &dyn Session, filters: &[Expr]) -> Result<Vec<ScannedFile>> {
        let Some(filter) = conjunction(filters.iter().cloned().map(unnormalize_col)) else {
            return Ok(self.files.clone());
        };
        let schema = Schema::new(vec![Field::new(SOURCE_FILE, DataType::Utf8View, true)]);
        let schema = DFSchema::try_from(schema)?;
        let files = self.files.iter().enumerate();
        let pairs = files.flat_map(|(place, file)| {
            let each = file.source_files.iter();
            each.map(move |name| (place, name))
        });
        let (places, names): (Vec<usize>, Vec<&String>) = pairs.unzip();
        let names: StringViewArray = names.into_iter().map(Some).collect();
        let names = RecordBatch::try_new(Arc::clone(schema.inner()), vec![Arc::new(names)])?;
        let filter = state.create_physical_expr(filter, &schema)?;
        let chosen = filter.evaluate(&names)?.into_array(names.num_rows())?;
        let chosen = places.into_iter().zip(chosen.as_boolean());
        let chosen = chosen.filter(|(_, is_chosen)| is_chosen.unwrap_or(false));
        let chosen: BTreeSet<usize> = chosen.map(|(place, _)| place).collect();
        Ok(chosen
            .into_iter()
            .map(|place| self.files[place].clone())
            .collect())
    }
}

impl fmt::Debug for FileTable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { store, files, .. } = self;
        write!(out, "{} files of {store}", files.len())
    }
}

#[async_trait]
impl TableProvider for FileTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn statistics(&self) -> Option<Statistics> {
        Some(self.statistics_of(&self.files))
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        let names = self.files.iter().map(|file| file.source_files.len());
        let is_named = names.clone().all(|names| names > 0);
        let is_apart = names.clone().all(|names| names == 1);
        let answer = |filter: &&Expr| {
            let columns = filter.column_refs();
            let is_of_file = columns.iter().all(|column| column.name == SOURCE_FILE);
            if !is_named || !is_of_file || columns.is_empty() {
                TableProviderFilterPushDown::Unsupported
            } else if is_apart {
                TableProviderFilterPushDown::Exact
            } else {
                TableProviderFilterPushDown::Inexact
            }
        };
        Ok(filters.iter().map(answer).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let chosen = self.chosen(state, filters)?;
        if chosen.is_empty() {
            let schema = project_schema(&self.schema, projection)?;
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let statistics = self.statistics_of(&chosen);
        let files = chosen.into_iter().map(|file| file.file).collect();
        let groups = FileGroup::new(files).split_files(state.config().target_partitions());
        let config = FileScanConfigBuilder::new(self.store.clone(), Arc::clone(&self.source))
            .with_file_groups(groups)
            .with_statistics(statistics)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
