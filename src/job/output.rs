//! What is written, and where.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where tables go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Where the tables, the ledger and the latest copies are written.
    #[schemars(length(min = 1))]
    pub url: String,
    /// How tables are kept: `parquet`, a file a date, or `delta`, a Delta Lake table with a partition a date.
    pub format: OutputFormat,
    /// Chapters and tables that are published.
    pub publish: Vec<String>,
    /// Chapters and tables that are left out of them.
    pub except: Vec<String>,
    /// Whether each run writes the page that `clientele report` writes.
    pub report: bool,
    /// `PostgreSQL` database to which published tables are copied: its connection string, with a password as `env:NAME` or `file:PATH`.
    pub postgres: Option<String>,
}

/// Format of published tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OutputFormat {
    /// A file a date.
    Parquet,
    /// A Delta Lake table with a partition a date.
    Delta,
}

impl OutputFormat {
    /// Where tables stand below the output: never beside those of another format, whose readers would take both.
    #[must_use]
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Parquet => "tables",
            Self::Delta => "delta",
        }
    }
}
