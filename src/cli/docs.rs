//! `clientele docs`.

use crate::error::Result;
use crate::plan::Catalog;
use crate::report::Dictionary;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Print the dictionary: every table, its key, its columns, what they mean and where they come from
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only this chapter or table
    table: Option<String>,

    /// Folder of the shop's own SQL files
    #[arg(long, value_name = "FOLDER")]
    sql: Option<PathBuf>,

    /// As Markdown, or as a page of HTML
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Markdown,
    Html,
}

pub(super) fn execute(arguments: &Arguments) -> Result<()> {
    let catalog = Catalog::load(arguments.sql.as_deref())?;
    let dictionary = Dictionary::new(&catalog, arguments.table.as_deref());
    let text = match arguments.format {
        Format::Markdown => dictionary.markdown(),
        Format::Html => dictionary.html(),
    };
    super::print(text.trim_end())
}
