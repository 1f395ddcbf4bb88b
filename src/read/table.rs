//! The files of a source as a table of the engine, with the file's name and its folders' values as columns.

use super::files::SourceFiles;
use super::footers::Footer;
use crate::job::Format;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::config::CsvOptions;
use datafusion::common::stats::Precision;
use datafusion::common::{Result, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{
    CsvSource, FileGroup, FileScanConfigBuilder, FileSource, ParquetSource,
};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::scalar::ScalarValue;
use std::sync::Arc;

/// Name of the column that says which file a row came from.
pub(super) const SOURCE_FILE: &str = "source_file";

/// A fixed list of files.
#[derive(Debug)]
pub(super) struct FilesTable {
    store: ObjectStoreUrl,
    format: Format,
    delimiter: u8,
    schema: TableSchema,
    files: Vec<PartitionedFile>,
    statistics: Statistics,
}

impl FilesTable {
    /// The table of `found`, whose files share `file_schema`.
    ///
    /// # Errors
    /// When the store's address is not one.
    pub(super) fn try_new(
        found: &SourceFiles,
        footers: &[Footer],
        file_schema: Schema,
        delimiter: u8,
    ) -> Result<Self> {
        let folders = found
            .files
            .first()
            .map(|file| &file.partitions[..])
            .unwrap_or_default();
        let names = folders
            .iter()
            .map(|(name, _)| name.as_str())
            .chain([SOURCE_FILE]);
        let names = names
            .filter(|name| file_schema.column_with_name(name).is_none())
            .collect::<Vec<_>>();
        let partition_fields: Vec<FieldRef> = names
            .iter()
            .map(|name| Arc::new(Field::new(*name, DataType::Utf8View, true)))
            .collect();
        let files = found.files.iter().map(|file| {
            let value = |name: &&str| {
                let folder = file.partitions.iter().find(|(key, _)| key == name);
                let text = folder.map_or_else(
                    || file.meta.location.to_string(),
                    |(_, value)| value.clone(),
                );
                ScalarValue::Utf8View(Some(text))
            };
            PartitionedFile::new_from_meta(file.meta.clone())
                .with_partition_values(names.iter().map(value).collect())
        });
        let schema = TableSchema::builder(Arc::new(file_schema))
            .with_table_partition_cols(partition_fields)
            .build();
        let rows = footers
            .iter()
            .map(|footer| footer.rows)
            .sum::<Option<u64>>();
        let mut statistics = Statistics::new_unknown(schema.table_schema());
        if let Some(rows) = rows {
            statistics.num_rows = Precision::Exact(usize::try_from(rows).unwrap_or(usize::MAX));
        }
        Ok(Self {
            store: ObjectStoreUrl::parse(found.location.base.as_str())?,
            format: found.format,
            delimiter,
            files: files.collect(),
            schema,
            statistics,
        })
    }

    fn file_source(&self) -> Arc<dyn FileSource> {
        match self.format {
            Format::Parquet => Arc::new(ParquetSource::new(self.schema.clone())),
            Format::Csv => {
                let options = CsvOptions::default()
                    .with_has_header(true)
                    .with_delimiter(self.delimiter)
                    .with_newlines_in_values(false);
                Arc::new(CsvSource::new(self.schema.clone()).with_csv_options(options))
            }
        }
    }
}

#[async_trait]
impl TableProvider for FilesTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.schema.table_schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn statistics(&self) -> Option<Statistics> {
        Some(self.statistics.clone())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let groups =
            FileGroup::new(self.files.clone()).split_files(state.config().target_partitions());
        let config = FileScanConfigBuilder::new(self.store.clone(), self.file_source())
            .with_file_groups(groups)
            .with_statistics(self.statistics.clone())
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
