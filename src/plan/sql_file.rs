//! One SQL file: its table, its head, what it reads.

use crate::error::{Error, Result};
use datafusion::sql::parser::{DFParser, Statement};
use datafusion::sql::resolve::resolve_table_references;
use std::collections::BTreeSet;
use std::fmt;

/// The schema whose tables are audiences.
pub(super) const AUDIENCES: &str = "audiences";

/// A table's full name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// The folder of its file: `entities`, `value`.
    pub schema: String,
    /// The name of its file.
    pub table: String,
}

impl TableName {
    /// The name `schema.table`.
    #[must_use]
    pub fn new(schema: &str, table: &str) -> Self {
        Self {
            schema: schema.to_owned(),
            table: table.to_owned(),
        }
    }

    /// The chapter under which people find the table: entities are the `base` of all others. One audience stands apart
    /// from the table of all of them.
    #[must_use]
    pub fn chapter(&self) -> &str {
        match self.schema.as_str() {
            "entities" => "base",
            AUDIENCES => "audience",
            chapter => chapter,
        }
    }

    /// The name people use: `base.orders`, `value.concentration`.
    #[must_use]
    pub fn published(&self) -> String {
        format!("{}.{}", self.chapter(), self.table)
    }

    /// Whether `wanted` means this table: a chapter, a table, or both.
    #[must_use]
    pub fn is_meant_by(&self, wanted: &str) -> bool {
        match wanted.split_once('.') {
            Some((chapter, table)) => {
                (chapter == self.chapter() || chapter == self.schema) && table == self.table
            }
            None => wanted == self.chapter() || wanted == self.table,
        }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.schema, self.table)
    }
}

/// What the head of a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// What one row is, and why.
    pub about: String,
    /// The columns that name a row; none for a list without names.
    pub key: Vec<String>,
    /// Sources, or settings above 0 (`models.campaigns.control_share`), without which the table makes no sense; `or` stands
    /// between what can take each other's place.
    pub needs: Vec<String>,
    /// The model through which the rows of the query go to become the rows of the table.
    pub model: Option<String>,
    /// Tables that the model is given whole, beside the rows.
    pub given: Vec<TableName>,
    /// The source for each file of which the rows can be computed and kept apart.
    pub pieces: Option<Pieces>,
    /// Each column and its meaning, in the order of the file.
    pub columns: Vec<(String, String)>,
}

/// What the rows of one file of a source depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces {
    /// The source.
    pub source: String,
    /// The table that says of each file, in its column `state`, all that its rows depend on beside the file itself.
    pub as_of: Option<TableName>,
}

/// One SQL file.
#[derive(Debug, Clone)]
pub struct SqlFile {
    /// Where it stands, below the repository.
    pub path: String,
    /// The table it makes; for a promise the schema is `verify`.
    pub table: TableName,
    /// Its head.
    pub head: Head,
    /// Its one statement.
    pub statement: Statement,
    /// The tables it reads.
    pub reads: BTreeSet<TableName>,
}

impl SqlFile {
    /// Parses the file at `path`.
    ///
    /// # Errors
    /// [`Error::Plan`] when the text is not one statement over named tables.
    pub fn parse(path: &str, text: &str) -> Result<Self> {
        let failed = |reason: String| Error::Plan {
            file: path.to_owned(),
            reason,
        };
        let mut statements =
            DFParser::parse_sql(text).map_err(|error| failed(error.strip_backtrace()))?;
        let (Some(statement), None) = (statements.pop_front(), statements.pop_front()) else {
            return Err(failed("a file holds one statement".to_owned()));
        };
        let (references, _) = resolve_table_references(&statement, true)
            .map_err(|error| failed(error.strip_backtrace()))?;
        let mut reads = BTreeSet::new();
        for reference in references {
            let Some(schema) = reference.schema() else {
                return Err(failed(format!(
                    "{reference} has no schema; write entities.{reference} or so"
                )));
            };
            reads.insert(TableName::new(schema, reference.table()));
        }
        let head = head(text);
        reads.extend(head.given.iter().cloned());
        let mut parts = path.trim_end_matches(".sql").rsplit('/');
        let (table, schema) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        Ok(Self {
            path: path.to_owned(),
            table: TableName::new(schema, table),
            head,
            statement,
            reads,
        })
    }

    /// The same file with another statement.
    pub(super) fn with_statement(&self, text: &str) -> Result<Self> {
        Ok(Self {
            head: self.head.clone(),
            ..Self::parse(&self.path, text)?
        })
    }

    /// The claim of a promise, which is its name.
    #[must_use]
    pub fn claim(&self) -> String {
        self.table.table.replace('_', " ")
    }
}

fn head(text: &str) -> Head {
    let mut head = Head::default();
    let listed = |text: &str| {
        text.split(',')
            .map(|item| item.trim().to_owned())
            .collect::<Vec<_>>()
    };
    for line in text.lines().map_while(|line| line.strip_prefix("--")) {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if let Some(key) = line.strip_prefix("Key:") {
            head.key = if key.trim() == "none" {
                Vec::new()
            } else {
                listed(key)
            };
        } else if let Some(needs) = line.strip_prefix("Needs:") {
            head.needs = listed(needs);
        } else if let Some(model) = line.strip_prefix("Model:") {
            head.model = Some(model.trim().to_owned());
        } else if let Some(given) = line.strip_prefix("Given:") {
            let names = listed(given);
            let tables = names.iter().filter_map(|name| name.split_once('.'));
            head.given = tables
                .map(|(schema, table)| TableName::new(schema, table))
                .collect();
        } else if let Some(pieces) = line.strip_prefix("Pieces:") {
            head.pieces = Some(pieces_of(pieces));
        } else if let Some((name, meaning)) = column(line) {
            head.columns.push((name.to_owned(), meaning.to_owned()));
        } else if let (Some((_, meaning)), true) = (head.columns.last_mut(), line.starts_with("  "))
        {
            meaning.push(' ');
            meaning.push_str(line.trim());
        } else {
            head.about
                .push_str(if head.about.is_empty() { "" } else { " " });
            head.about.push_str(line.trim());
        }
    }
    head
}

/// `transactions`, or `transactions as of clean.file_states`.
fn pieces_of(text: &str) -> Pieces {
    let (source, as_of) = text.split_once(" as of ").unwrap_or((text, ""));
    let as_of = as_of.trim().split_once('.');
    Pieces {
        source: source.trim().to_owned(),
        as_of: as_of.map(|(schema, table)| TableName::new(schema, table)),
    }
}

/// A column's line: its name, at least two blanks, its meaning.
fn column(line: &str) -> Option<(&str, &str)> {
    let (name, meaning) = line.split_once("  ")?;
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    is_name.then_some((name, meaning.trim()))
}
