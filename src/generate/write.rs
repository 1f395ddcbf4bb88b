//! One Parquet file, written as it grows.

use std::fs::{File, create_dir_all};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde::Serialize;

use super::error::{Error, Result};

/// A written file.
#[derive(Debug, Clone, Serialize)]
pub struct FileSummary {
    /// Below the output folder.
    pub path: String,
    /// Rows in it.
    pub rows: u64,
}

/// A Parquet file that is still being written.
pub(super) struct TableWriter {
    path: PathBuf,
    name: String,
    rows: u64,
    writer: ArrowWriter<File>,
}

impl TableWriter {
    /// A new file below `out`, whose schema is that of its first rows.
    pub(super) fn create(out: &Path, name: &str, rows: &RecordBatch) -> Result<Self> {
        let path = out.join(name);
        if let Some(folder) = path.parent() {
            create_dir_all(folder).map_err(Error::io(folder))?;
        }
        let file = File::create(&path).map_err(Error::io(&path))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by("clientele generate".to_owned())
            .build();
        let writer = ArrowWriter::try_new(file, rows.schema(), Some(properties))
            .map_err(Error::parquet(&path))?;
        let mut table = Self {
            path,
            name: name.to_owned(),
            rows: 0,
            writer,
        };
        table.write(rows)?;
        Ok(table)
    }

    pub(super) fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        self.rows += rows.num_rows() as u64;
        self.writer.write(rows).map_err(Error::parquet(&self.path))
    }

    pub(super) fn close(self) -> Result<FileSummary> {
        self.writer.close().map_err(Error::parquet(&self.path))?;
        Ok(FileSummary {
            path: self.name,
            rows: self.rows,
        })
    }
}
