//! The dictionary: every table, its key, its columns and their meaning, where it comes from, what it depends on.

mod html;
mod markdown;

use crate::plan::{Catalog, SqlFile, TableName};
use std::collections::{BTreeMap, BTreeSet};

/// The dictionary of a catalog, or of a chapter or table of it.
pub struct Dictionary<'c> {
    catalog: &'c Catalog,
    tables: Vec<&'c SqlFile>,
    /// Whether it is the whole one, with the sources.
    is_whole: bool,
}

impl<'c> Dictionary<'c> {
    /// What `catalog` has of `wanted`, a chapter or a table; by default everything.
    #[must_use]
    pub fn new(catalog: &'c Catalog, wanted: Option<&str>) -> Self {
        let is_wanted =
            |file: &&SqlFile| wanted.is_none_or(|wanted| file.table.is_meant_by(wanted));
        Self {
            catalog,
            tables: catalog.tables.values().filter(is_wanted).collect(),
            is_whole: wanted.is_none(),
        }
    }

    /// `table` and each table from which it is made, directly or not.
    fn origins(&self, table: &TableName) -> BTreeSet<TableName> {
        let mut origins = BTreeSet::new();
        let mut open = vec![table.clone()];
        while let Some(next) = open.pop() {
            let file = self.catalog.tables.get(&next);
            open.extend(
                file.into_iter()
                    .flat_map(|file| &file.reads)
                    .filter(|read| !origins.contains(*read))
                    .cloned(),
            );
            origins.insert(next);
        }
        origins
    }

    /// `table` and its origins, each with the tables that it reads and not one of those is made from.
    fn lineage(&self, table: &TableName) -> BTreeMap<TableName, BTreeSet<TableName>> {
        let origins = self.origins(table).into_iter();
        let lineage = origins.map(|table| {
            let file = self.catalog.tables.get(&table);
            let reads = file.map(|file| file.reads.clone()).unwrap_or_default();
            let is_nearest = |read: &&TableName| {
                let mut others = reads.iter().filter(|other| other != read);
                !others.any(|other| self.origins(other).contains(*read))
            };
            let nearest = reads.iter().filter(is_nearest).cloned().collect();
            (table, nearest)
        });
        lineage.collect()
    }

    /// The settings of the job on which a table depends: `$name` in its file or in those of the tables it is made from.
    fn settings(&self, table: &TableName) -> BTreeSet<String> {
        let tables = self.origins(table).into_iter();
        let files = tables.filter_map(|table| self.catalog.tables.get(&table));
        files
            .flat_map(|file| parameters(&file.statement.to_string()))
            .collect()
    }
}

/// The names behind `$` in a statement.
fn parameters(statement: &str) -> Vec<String> {
    let parts = statement.split('$').skip(1);
    let is_name = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    let names = parts.map(|part| part.chars().take_while(is_name).collect::<String>());
    names
        .filter(|name| !name.is_empty() && name != "run_date")
        .collect()
}

/// The key in words.
fn key(file: &SqlFile) -> String {
    match file.head.key.as_slice() {
        [] => "none".to_owned(),
        key => key.join(", "),
    }
}
