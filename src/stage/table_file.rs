//! One Parquet file for a table: the file in which it is kept is the file that is published.
//!
//! Its columns are encoded side by side, which changes no byte of it.

use crate::plan::TableName;
use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const ROWS_PER_GROUP: usize = 1 << 20;
/// A third of the time of level 3, and hardly a byte more.
const ZSTD_LEVEL: i32 = 1;
const BUFFER_BYTES: usize = 1 << 20;

/// Where the file of a table stands in a scratch folder.
#[must_use]
pub fn file_of(scratch: &Path, table: &TableName) -> PathBuf {
    let name = format!("{}.parquet", table.table);
    scratch.join(table.chapter()).join(name)
}

/// What is written beside the rows. Nothing that differs between two runs of the same input.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// Key and value pairs of the file.
    pub pairs: Vec<(String, String)>,
    /// Columns that the rows are sorted by.
    pub sorted_by: Vec<String>,
    /// Each column's meaning.
    pub comments: Vec<(String, String)>,
}

/// A file that is being written.
pub(super) struct TableFile {
    path: PathBuf,
    is_published: bool,
    writer: SerializedFileWriter<Hashing>,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    /// The columns of the row group under way; none before its first row.
    columns: Vec<ArrowColumnWriter>,
    /// The rows in it.
    rows: usize,
}

/// A file that is complete, and safe on the disk if it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// Where it is.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its contents, in hexadecimal.
    pub sha256: String,
}

impl TableFile {
    /// A file for `notes`' readers; without notes it is the run itself that reads it back.
    pub(super) fn create(path: &Path, schema: &Schema, notes: Option<&Notes>) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let schema = Arc::new(commented(schema, notes.unwrap_or(&Notes::default())));
        let properties = match notes {
            Some(notes) => published(&schema, notes)?,
            None => scratch(),
        };
        let file = BufWriter::with_capacity(BUFFER_BYTES, File::create(path)?);
        let hashing = Hashing {
            file,
            hash: Sha256::new(),
            bytes: 0,
        };
        let writer = ArrowWriter::try_new(hashing, Arc::clone(&schema), Some(properties))?;
        let (writer, factory) = writer.into_serialized_writer()?;
        Ok(Self {
            path: path.to_path_buf(),
            is_published: notes.is_some(),
            writer,
            factory,
            schema,
            columns: Vec::new(),
            rows: 0,
        })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut start = 0;
        while start < batch.num_rows() {
            let length = (ROWS_PER_GROUP - self.rows).min(batch.num_rows() - start);
            self.encode(&batch.slice(start, length))?;
            start += length;
            if self.rows == ROWS_PER_GROUP {
                self.end_group()?;
            }
        }
        Ok(())
    }

    fn encode(&mut self, batch: &RecordBatch) -> Result<()> {
        if self.columns.is_empty() {
            let group = self.writer.flushed_row_groups().len();
            self.columns = self.factory.create_column_writers(group)?;
        }
        let fields = self.schema.fields().iter().zip(batch.columns());
        let leaves = fields.map(|(field, column)| compute_leaves(field, column));
        let leaves = leaves.collect::<Result<Vec<_>>>()?;
        let leaves: Vec<_> = leaves.iter().flatten().collect();
        let columns = self.columns.par_iter_mut().zip(leaves);
        columns.try_for_each(|(column, leaf)| column.write(leaf))?;
        self.rows += batch.num_rows();
        Ok(())
    }

    fn end_group(&mut self) -> Result<()> {
        let columns = std::mem::take(&mut self.columns).into_par_iter();
        let chunks = columns.map(ArrowColumnWriter::close);
        let chunks = chunks.collect::<Result<Vec<_>>>()?;
        let mut group = self.writer.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }

    /// Where it is written.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn finish(mut self) -> Result<Finished> {
        if self.rows > 0 {
            self.end_group()?;
        }
        let mut hashing = self.writer.into_inner()?;
        hashing.flush()?;
        // what only this run reads may go with the machine
        if self.is_published {
            hashing.file.get_ref().sync_all()?;
        }
        let sha256 = crate::hex(&hashing.hash.finalize());
        Ok(Finished {
            path: self.path,
            bytes: hashing.bytes,
            sha256,
        })
    }
}

fn commented(schema: &Schema, notes: &Notes) -> Schema {
    let fields = schema.fields().iter().map(|field| {
        let comment = notes.comments.iter().find(|(name, _)| name == field.name());
        let metadata = comment
            .map(|(_, text)| ("comment".to_owned(), text.clone()))
            .into_iter()
            .collect();
        let is_key = notes.sorted_by.contains(field.name());
        field
            .as_ref()
            .clone()
            .with_metadata(metadata)
            .with_nullable(!is_key)
    });
    Schema::new(fields.collect::<Vec<_>>())
}

/// Written in haste: read back a few times, by whom extremes are of no use.
fn scratch() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .build()
}

fn published(schema: &Schema, notes: &Notes) -> Result<WriterProperties> {
    let sorting = notes.sorted_by.iter().filter_map(|name| {
        let column_idx = i32::try_from(schema.index_of(name).ok()?).ok()?;
        Some(SortingColumn {
            column_idx,
            descending: false,
            nulls_first: false,
        })
    });
    let pairs = notes
        .pairs
        .iter()
        .map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .set_created_by(concat!("clientele ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_sorting_columns(Some(sorting.collect()))
        .set_key_value_metadata(Some(pairs.collect()))
        .build())
}

/// Counts and hashes what goes through, so that the file need not be read again.
struct Hashing {
    file: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// The system's word on why a file could not be written, if it was the system that refused.
pub(super) fn io_error(error: ParquetError) -> std::result::Result<std::io::Error, ParquetError> {
    match error {
        ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
            Ok(cause) => Ok(*cause),
            Err(cause) => Err(ParquetError::External(cause)),
        },
        other => Err(other),
    }
}
