//! What the files say of themselves: columns, types, rows. No row is read.

use super::files::{SourceFile, SourceFiles};
use crate::error::{Error, Result};
use crate::job::{Format, Source};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::datasource::physical_plan::parquet::transform_schema_to_view;
use datafusion::error::DataFusionError;
use datafusion::execution::cache::cache_manager::FileMetadataCache;
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;
use parquet::errors::ParquetError;
use std::sync::Arc;

/// Files whose footers are read at once.
const AT_ONCE: usize = 16;

/// Bytes of a CSV file in which its header must end.
const HEADER_BYTES: u64 = 1 << 20;

/// What one file says of itself.
#[derive(Debug)]
pub(super) struct Footer {
    /// Its columns.
    pub(super) schema: Schema,
    /// Its rows, where the format tells.
    pub(super) rows: Option<u64>,
}

/// The footers of all files, in their order. The cache is the engine's, so that it need not read them again.
///
/// # Errors
/// [`Error::Contract`] with every file that is no readable file of its format; [`Error::Store`].
pub(super) async fn read(
    name: &str,
    delimiter: u8,
    found: &SourceFiles,
    cache: &Arc<FileMetadataCache>,
) -> Result<Vec<Footer>> {
    let reading = futures::stream::iter(&found.files).map(|file| async move {
        let footer = match found.format {
            Format::Parquet => parquet_footer(found, file, cache).await?,
            Format::Csv => csv_header(delimiter, found, file).await?,
        };
        Ok::<_, Error>(footer.map_err(|reason| format!("{}: {reason}", file.meta.location)))
    });
    let mut footers = Vec::new();
    let mut problems = Vec::new();
    for footer in reading.buffered(AT_ONCE).try_collect::<Vec<_>>().await? {
        footer.map_or_else(
            |problem| problems.push(problem),
            |footer| footers.push(footer),
        );
    }
    if problems.is_empty() {
        return Ok(footers);
    }
    Err(super::broken(name, &problems))
}

/// The outer error is the store's, the inner one the file's.
type Read = Result<std::result::Result<Footer, String>>;

async fn parquet_footer(
    found: &SourceFiles,
    file: &SourceFile,
    cache: &Arc<FileMetadataCache>,
) -> Read {
    let reader = DFParquetMetadata::new(&found.location.store, &file.meta)
        .with_file_metadata_cache(Some(Arc::clone(cache)));
    let read = async {
        let rows = reader.fetch_metadata().await?.file_metadata().num_rows();
        Ok((reader.fetch_schema().await?, rows))
    };
    match read.await {
        Ok((schema, rows)) => {
            let rows = u64::try_from(rows).ok();
            Ok(Ok(Footer {
                schema: transform_schema_to_view(&schema),
                rows,
            }))
        }
        Err(DataFusionError::ObjectStore(error)) => Err(found.location.failed("read", *error)),
        Err(error) => match store_error(error) {
            Ok(error) => Err(found.location.failed("read", error)),
            Err(error) => Ok(Err(format!(
                "damaged, or still being written: {}",
                error.strip_backtrace()
            ))),
        },
    }
}

/// The store's own word, if it was the store that failed.
fn store_error(
    error: DataFusionError,
) -> std::result::Result<object_store::Error, DataFusionError> {
    match error {
        DataFusionError::ParquetError(parquet) => match *parquet {
            ParquetError::External(cause) => cause
                .downcast::<object_store::Error>()
                .map(|cause| *cause)
                .map_err(|cause| {
                    DataFusionError::ParquetError(Box::new(ParquetError::External(cause)))
                }),
            other => Err(DataFusionError::ParquetError(Box::new(other))),
        },
        other => Err(other),
    }
}

/// All columns of a CSV file are text; the job's expressions say what they are.
async fn csv_header(delimiter: u8, found: &SourceFiles, file: &SourceFile) -> Read {
    let range = 0..file.meta.size.min(HEADER_BYTES);
    let head = found
        .location
        .store
        .get_range(&file.meta.location, range)
        .await;
    let head = head.map_err(|error| found.location.failed("read", error))?;
    let Some(line) = head
        .split(|byte| *byte == b'\n')
        .next()
        .filter(|line| !line.is_empty())
    else {
        return Ok(Err("it has no header line".to_owned()));
    };
    let line = String::from_utf8_lossy(line);
    let names = line
        .trim_start_matches('\u{feff}')
        .trim_end()
        .split(char::from(delimiter));
    let fields =
        names.map(|name| Field::new(name.trim().trim_matches('"'), DataType::Utf8View, true));
    Ok(Ok(Footer {
        schema: Schema::new(fields.collect::<Vec<_>>()),
        rows: None,
    }))
}

/// The character between the values of a CSV file.
#[must_use]
pub(super) fn delimiter(source: &Source) -> u8 {
    source
        .delimiter
        .as_ref()
        .and_then(|text| text.bytes().next())
        .unwrap_or(b',')
}
