//! `clientele docs`.

use crate::error::Result;
use crate::plan::Catalog;
use crate::read::SOURCES;
use clap::Args;
use std::fmt::Write;
use std::path::PathBuf;

/// Print the dictionary: every table, its key, its columns and what they mean
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only this chapter or table
    table: Option<String>,

    /// Folder of the shop's own SQL files
    #[arg(long, value_name = "FOLDER")]
    sql: Option<PathBuf>,
}

pub(super) fn execute(arguments: &Arguments) -> Result<()> {
    let catalog = Catalog::load(arguments.sql.as_deref())?;
    let mut text = String::new();
    let is_wanted = |name: &crate::plan::TableName| {
        arguments
            .table
            .as_deref()
            .is_none_or(|wanted| name.is_meant_by(wanted))
    };
    for (name, file) in catalog.tables.iter().filter(|(name, _)| is_wanted(name)) {
        let key = if file.head.key.is_empty() {
            "none".to_owned()
        } else {
            file.head.key.join(", ")
        };
        let _ = writeln!(
            text,
            "## {}\n\n{}\n\nKey: {key}. Made by `{}`.\n",
            name.published(),
            file.head.about,
            file.path
        );
        text.push_str("| column | meaning |\n| --- | --- |\n");
        for (column, meaning) in &file.head.columns {
            let _ = writeln!(text, "| `{column}` | {meaning} |");
        }
        text.push('\n');
    }
    if arguments.table.is_none() {
        for source in &SOURCES {
            let _ = writeln!(
                text,
                "## source {}\n\n| column | needed | meaning |\n| --- | --- | --- |",
                source.name
            );
            for column in source.columns {
                let needed = if column.is_required { "yes" } else { "" };
                let _ = writeln!(
                    text,
                    "| `{}` | {needed} | {} |",
                    column.name, column.meaning
                );
            }
            text.push('\n');
        }
    }
    super::print(text.trim_end())
}
