//! A kept table in its files, as the engine reads it back.

use super::table_file::Finished;
use super::{Computed, Stage, write_error};
use crate::error;
use crate::plan::Step;
use crate::scan::{FileTable, ScannedFile};
use arrow::datatypes::{Schema, SchemaRef};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::ParquetSource;
use datafusion::execution::object_store::ObjectStoreUrl;
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
        let kept = table(schema, vec![scanned(file, rows, &[])]);
        self.register(&step.file, Arc::new(kept))?;
        Ok(computed)
    }
}

/// The columns of the file at `path`.
pub(super) fn schema(path: &Path) -> parquet::errors::Result<SchemaRef> {
    let file = File::open(path)?;
    let footer = ArrowReaderMetadata::load(&file, ArrowReaderOptions::default())?;
    let fields = footer.schema().fields().iter();
    let bare = fields.map(|field| field.as_ref().clone().with_metadata(HashMap::new()));
    Ok(Arc::new(Schema::new(bare.collect::<Vec<_>>())))
}

/// A file of ours with its rows, and the files of a source that they come from, if that is known.
pub(super) fn scanned(file: &Finished, rows: u64, source_files: &[String]) -> ScannedFile {
    let path = file.path.display().to_string();
    ScannedFile {
        file: PartitionedFile::new(path.trim_start_matches('/'), file.bytes),
        source_files: source_files.to_vec(),
        rows: Some(rows),
    }
}

/// Files of ours as a table.
pub(super) fn table(schema: SchemaRef, files: Vec<ScannedFile>) -> FileTable {
    let source = Arc::new(ParquetSource::new(Arc::clone(&schema)));
    FileTable::new(ObjectStoreUrl::local_filesystem(), source, schema, files)
}
