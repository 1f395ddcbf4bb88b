//! Why a shop could not be generated.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

/// What stops the generator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The period ends before it begins, or is too short for a shop to have a life.
    #[error("the period {start_date} to {end_date} is shorter than {least_days} days")]
    Period {
        /// First day of the shop.
        start_date: NaiveDate,
        /// Last day of the shop.
        end_date: NaiveDate,
        /// The shortest period that makes sense.
        least_days: i64,
    },
    /// More or fewer lines than the generator can make.
    #[error("{lines} lines asked for; the generator makes {least} to {most}")]
    Lines {
        /// What was asked for.
        lines: u64,
        /// The fewest.
        least: u64,
        /// The most.
        most: u64,
    },
    /// The folder holds something already; parts of two shops must never mix.
    #[error("{path} is not empty")]
    NotEmpty {
        /// The output folder.
        path: PathBuf,
    },
    /// A file or folder could not be written.
    #[error("{path}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A Parquet file could not be written.
    #[error("{path}")]
    Parquet {
        /// Where.
        path: PathBuf,
        /// What the writer said.
        source: parquet::errors::ParquetError,
    },
    /// The rows of a table do not fit its schema.
    #[error("columns of {table}")]
    Columns {
        /// Which table.
        table: &'static str,
        /// What Arrow said.
        source: arrow::error::ArrowError,
    },
    /// The truth could not be put into JSON.
    #[error("truth.json")]
    Json(#[from] serde_json::Error),
}

impl Error {
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    pub(super) fn parquet(path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let path = path.to_owned();
        move |source| Self::Parquet { path, source }
    }
}

/// The shop, or why there is none.
pub type Result<T> = std::result::Result<T, Error>;
