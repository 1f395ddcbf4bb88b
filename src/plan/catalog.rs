//! All SQL files: the built-in ones, and the shop's own laid over them.

use super::sql_file::{AUDIENCES, SqlFile, TableName};
use crate::error::{Error, Result};
use include_dir::{Dir, DirEntry, include_dir};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sql");

/// The tables that can be made and the promises that can be checked.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// By name.
    pub tables: BTreeMap<TableName, SqlFile>,
    /// Promises, by name.
    pub promises: BTreeMap<TableName, SqlFile>,
    /// Figures of the report, by name.
    pub reports: BTreeMap<TableName, SqlFile>,
}

impl Catalog {
    /// The built-in files, with those below `own` added or put in the place of built-in ones of the same table.
    ///
    /// # Errors
    /// [`Error::Plan`] when a file does not parse, [`Error::File`] when the folder cannot be read.
    pub fn load(own: Option<&Path>) -> Result<Self> {
        let mut catalog = Self::default();
        built_in(&BUILT_IN, &mut |path, text| catalog.add(path, text))?;
        if let Some(folder) = own {
            from_folder(folder, &mut |path, text| catalog.add(path, text))?;
        }
        catalog.unite_audiences()?;
        Ok(catalog)
    }

    /// Puts all audiences, one below the other under their names, in the place of `audiences.every`.
    fn unite_audiences(&mut self) -> Result<()> {
        let every = TableName::new(AUDIENCES, "every");
        let audiences = self.tables.keys().filter(|table| table.schema == AUDIENCES);
        let queries = audiences.map(|TableName { schema, table }| {
            let name = table.replace('\'', "''");
            format!("select '{name}' as audience, customer_id from {schema}.\"{table}\"")
        });
        let union = format!("({})", queries.collect::<Vec<_>>().join(" union all "));
        let readers = self.tables.values_mut();
        for file in readers.filter(|file| file.reads.contains(&every)) {
            let text = file.statement.to_string();
            *file = file.with_statement(&text.replace(&every.to_string(), &union))?;
        }
        Ok(())
    }

    /// The schemas that queries may name.
    #[must_use]
    pub fn schemas(&self) -> BTreeSet<&str> {
        self.tables
            .keys()
            .map(|table| table.schema.as_str())
            .chain(super::GIVEN)
            .collect()
    }

    /// The tables of the last run that are read.
    #[must_use]
    pub fn last(&self) -> BTreeSet<&str> {
        let reads = self.tables.values().flat_map(|file| &file.reads);
        reads
            .filter(|read| read.schema == super::LAST)
            .map(|read| read.table.as_str())
            .collect()
    }

    /// The same files where tables are kept in pieces: each then also reads what its pieces depend on.
    pub(super) fn in_pieces(&self) -> Self {
        let mut catalog = self.clone();
        for file in catalog.tables.values_mut() {
            let pieces = file.head.pieces.as_ref();
            file.reads
                .extend(pieces.and_then(|pieces| pieces.as_of.clone()));
        }
        catalog
    }

    fn add(&mut self, path: &str, text: &str) -> Result<()> {
        let parsed = SqlFile::parse(path, text)?;
        let place = match parsed.table.schema.as_str() {
            "verify" => &mut self.promises,
            "reports" => &mut self.reports,
            _ => &mut self.tables,
        };
        place.insert(parsed.table.clone(), parsed);
        Ok(())
    }
}

type Add<'a> = &'a mut dyn FnMut(&str, &str) -> Result<()>;

fn built_in(folder: &Dir<'_>, add: Add<'_>) -> Result<()> {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(inner) => built_in(inner, add)?,
            DirEntry::File(file)
                if file
                    .path()
                    .extension()
                    .is_some_and(|ending| ending == "sql") =>
            {
                add(
                    &format!("sql/{}", file.path().display()),
                    file.contents_utf8().unwrap_or_default(),
                )?;
            }
            DirEntry::File(_) => {}
        }
    }
    Ok(())
}

fn from_folder(folder: &Path, add: Add<'_>) -> Result<()> {
    let failed = |source| Error::File {
        path: folder.display().to_string(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            from_folder(&path, add)?;
        } else if path.extension().is_some_and(|ending| ending == "sql") {
            let text = std::fs::read_to_string(&path).map_err(failed)?;
            add(&path.display().to_string(), &text)?;
        }
    }
    Ok(())
}
