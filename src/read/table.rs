//! The files of a source as a table of the engine, with the file's name and its folders' values as columns.

use super::files::SourceFiles;
use super::footers::Footer;
use crate::job::Format;
use crate::scan::{FileTable, SOURCE_FILE, ScannedFile};
use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use datafusion::common::Result;
use datafusion::common::config::CsvOptions;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{CsvSource, FileSource, ParquetSource};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::scalar::ScalarValue;
use std::sync::Arc;

/// The table of `found`, whose files share `file_schema`.
///
/// # Errors
/// When the store's address is not one.
pub(super) fn table(
    found: &SourceFiles,
    footers: &[Footer],
    file_schema: Schema,
    delimiter: u8,
) -> Result<FileTable> {
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
    let files = found.files.iter().zip(footers).map(|(file, footer)| {
        let location = file.meta.location.to_string();
        let value = |name: &&str| {
            let folder = file.partitions.iter().find(|(key, _)| key == name);
            let text = folder.map_or_else(|| location.clone(), |(_, value)| value.clone());
            ScalarValue::Utf8View(Some(text))
        };
        let scanned = PartitionedFile::new_from_meta(file.meta.clone())
            .with_partition_values(names.iter().map(value).collect());
        ScannedFile {
            file: scanned,
            source_files: names
                .contains(&SOURCE_FILE)
                .then_some(location)
                .into_iter()
                .collect(),
            rows: footer.rows,
        }
    });
    let schema = TableSchema::builder(Arc::new(file_schema))
        .with_table_partition_cols(partition_fields)
        .build();
    Ok(FileTable::new(
        ObjectStoreUrl::parse(found.location.base.as_str())?,
        file_source(found.format, &schema, delimiter),
        Arc::clone(schema.table_schema()),
        files.collect(),
    ))
}

fn file_source(format: Format, schema: &TableSchema, delimiter: u8) -> Arc<dyn FileSource> {
    match format {
        Format::Parquet => Arc::new(ParquetSource::new(schema.clone())),
        Format::Csv => {
            let options = CsvOptions::default()
                .with_has_header(true)
                .with_delimiter(delimiter)
                .with_newlines_in_values(false);
            Arc::new(CsvSource::new(schema.clone()).with_csv_options(options))
        }
    }
}
