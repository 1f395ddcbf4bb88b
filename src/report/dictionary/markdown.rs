//! The dictionary as Markdown; lineage as a Mermaid graph.

use super::{Dictionary, key};
use crate::plan::SqlFile;
use crate::read::SOURCES;
use std::fmt::Write;

impl Dictionary<'_> {
    /// The whole text.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        for file in &self.tables {
            let _ = self.table(&mut text, file);
        }
        for source in SOURCES.iter().filter(|_| self.is_whole) {
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
        text
    }

    fn table(&self, text: &mut String, file: &SqlFile) -> std::fmt::Result {
        writeln!(
            text,
            "## {}\n\n{}\n",
            file.table.published(),
            file.head.about
        )?;
        writeln!(text, "Key: {}. Made by `{}`.", key(file), file.path)?;
        let settings: Vec<String> = self
            .settings(&file.table)
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        if !settings.is_empty() {
            writeln!(text, "Settings: {}.", settings.join(", "))?;
        }
        text.push_str("\n| column | meaning |\n| --- | --- |\n");
        for (column, meaning) in &file.head.columns {
            writeln!(text, "| `{column}` | {meaning} |")?;
        }
        text.push_str("\n```mermaid\ngraph LR\n");
        for (table, reads) in self.lineage(&file.table) {
            for read in reads {
                writeln!(text, "    {read} --> {table}")?;
            }
        }
        text.push_str("```\n\n");
        Ok(())
    }
}
