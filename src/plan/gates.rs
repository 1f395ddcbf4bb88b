//! The checks of the job and the tables they look at.

use super::{Catalog, Step, TableName};
use crate::error::{Error, Result};
use crate::job::{Check, Job};
use std::collections::BTreeSet;

/// Schema of the sources.
const SOURCES: &str = "raw";

/// A check of the job.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Its name, which is also the reason with which it rejects rows.
    pub name: String,
    /// What the job says.
    pub check: Check,
    /// The table that is looked at.
    pub of: TableName,
    /// The column in which every value must stand too.
    pub known_in: Option<(TableName, String)>,
}

impl Gate {
    /// The tables it reads.
    #[must_use]
    pub fn reads(&self) -> BTreeSet<TableName> {
        let known_in = self.known_in.as_ref().map(|(table, _)| table);
        [&self.of].into_iter().chain(known_in).cloned().collect()
    }

    /// Whether it looks at a source.
    #[must_use]
    pub fn is_of_source(&self) -> bool {
        self.of.schema == SOURCES
    }

    /// The name people use for what is looked at.
    #[must_use]
    pub fn looks_at(&self) -> String {
        if self.is_of_source() {
            self.of.table.clone()
        } else {
            self.of.published()
        }
    }

    /// The error that the check cannot be made.
    #[must_use]
    pub fn failed(&self, reason: String) -> Error {
        failed(&self.name, reason)
    }
}

fn failed(name: &str, reason: String) -> Error {
    Error::Plan {
        file: format!("checks.{name} of the job"),
        reason,
    }
}

/// The checks of `job`; those of tables stand behind the last table that they read, if all of these are made.
pub(super) fn gates(job: &Job, catalog: &Catalog, steps: &mut [Step]) -> Result<Vec<Gate>> {
    let mut of_sources = Vec::new();
    for (name, check) in &job.checks {
        let known_in = check.known_in.as_ref().map(|place| {
            let (table, column) = place.rsplit_once('.').unwrap_or((place, ""));
            Ok::<_, Error>((find(name, table, job, catalog)?, column.to_owned()))
        });
        let gate = Gate {
            name: name.clone(),
            check: check.clone(),
            of: find(name, &check.of, job, catalog)?,
            known_in: known_in.transpose()?,
        };
        let made: Vec<TableName> = gate.reads().into_iter().filter(is_made).collect();
        if gate.is_of_source() && made.is_empty() {
            of_sources.push(gate);
        } else if let Some(last) = super::stand_before(steps, made.iter()) {
            steps[last].gates.push(gate);
        }
    }
    Ok(of_sources)
}

fn is_made(table: &TableName) -> bool {
    table.schema != SOURCES
}

fn find(check: &str, word: &str, job: &Job, catalog: &Catalog) -> Result<TableName> {
    let sources: Vec<&str> = job.sources.named().map(|(name, _)| name).collect();
    if sources.contains(&word) {
        return Ok(TableName::new(SOURCES, word));
    }
    let mut tables = catalog.tables.keys();
    if let Some(table) = tables.find(|table| word.contains('.') && table.is_meant_by(word)) {
        return Ok(table.clone());
    }
    let tables: Vec<String> = catalog.tables.keys().map(TableName::published).collect();
    let known = sources.into_iter().chain(tables.iter().map(String::as_str));
    let hint = crate::nearest(word, known).map(|name| format!("; did you mean {name}?"));
    let hint = hint.unwrap_or_default();
    Err(failed(
        check,
        format!("the job has no source and no table {word}{hint}"),
    ))
}
