//! A kept table in its file, as the engine reads it back.
//!
//! The engine is told how many rows there are, which decides its joins, and nothing of their smallest and largest
//! values: with these, version 55 fails on differences of dates.

use super::table_file::Finished;
use super::{Computed, Stage, write_error};
use crate::error;
use crate::plan::Step;
use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{Result, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

impl Stage {
    /// Makes a table known that an earlier run has made, whose file is in the scratch folder.
    ///
    /// # Errors
    /// [`error::Error::File`] when the file cannot be read, [`error::Error::Stage`] when it is no table.
    pub fn adopt(&mut self, step: &Step, computed: Computed) -> error::Result<Computed> {
        let Some(file) = &computed.file else {
            return Ok(computed);
        };
        let origins = computed.columns.iter();
        let origins = origins.map(|column| (column.name.clone(), column.origins.clone()));
        self.known
            .insert(step.file.table.to_string(), origins.collect());
        let schema = schema(&file.path).map_err(|error| write_error(step, &file.path, error))?;
        let rows = computed.rows.unwrap_or_default();
        self.register(&step.file, Arc::new(KeptFile::new(file, schema, rows)))?;
        Ok(computed)
    }
}

/// The columns of the file at `path`.
fn schema(path: &Path) -> parquet::errors::Result<SchemaRef> {
    let file = File::open(path)?;
    let footer = ArrowReaderMetadata::load(&file, ArrowReaderOptions::default())?;
    let fields = footer.schema().fields().iter();
    let bare = fields.map(|field| field.as_ref().clone().with_metadata(HashMap::new()));
    Ok(Arc::new(Schema::new(bare.collect::<Vec<_>>())))
}

#[derive(Debug)]
pub(super) struct KeptFile {
    file: PartitionedFile,
    schema: SchemaRef,
    statistics: Statistics,
}

impl KeptFile {
    pub(super) fn new(file: &Finished, schema: SchemaRef, rows: u64) -> Self {
        let path = file.path.display().to_string();
        let mut statistics = Statistics::new_unknown(&schema);
        statistics.num_rows = Precision::Exact(usize::try_from(rows).unwrap_or(usize::MAX));
        let file = PartitionedFile::new(path.trim_start_matches('/'), file.bytes);
        Self {
            file,
            schema,
            statistics,
        }
    }
}

#[async_trait]
impl TableProvider for KeptFile {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn statistics(&self) -> Option<Statistics> {
        Some(self.statistics.clone())
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let source = Arc::new(ParquetSource::new(Arc::clone(&self.schema)));
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), source)
            .with_file(self.file.clone())
            .with_statistics(self.statistics.clone())
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
