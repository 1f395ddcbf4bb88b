//! The dictionary as other programs want it: a data contract, a dbt package, dashboards for Superset.
//!
//! What a table is, its key and its columns come from the heads of the SQL files, as everywhere; types come from the
//! files that were published last. How a column may be added up follows from its name, as the house names columns.

mod contract;
mod dbt;
mod superset;

pub use contract::open_data_contract;
pub use dbt::dbt_package;
pub use superset::{Dashboards, superset_bundle};

use crate::plan::SqlFile;
use serde_json::Value;
use std::collections::BTreeMap;

/// The types of a published table's columns, as Arrow says them.
pub type Types = BTreeMap<String, String>;

/// A published table: its file, and its types as far as they are known.
#[derive(Debug)]
pub struct Table<'catalog> {
    /// The file that makes it.
    pub file: &'catalog SqlFile,
    /// Its columns' types.
    pub types: Types,
}

/// What can be done with the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Names one thing of the business.
    Id,
    /// A class: rows are grouped by it.
    Class,
    /// A day or an instant.
    Time,
    /// Adds up over rows.
    Sum,
    /// Has a mean over rows.
    Mean,
}

/// Endings of numbers that are classes or places in an order.
const CLASSES: [&str; 6] = ["_rank", "_decile", "_score", "_step", "_number", "_group"];

/// Endings of money that does not add up.
const MEANS: [&str; 4] = ["_mean", "_median", "_lower", "_upper"];

impl Table<'_> {
    /// Its name where there are no schemas: `value_concentration`.
    fn name(&self) -> String {
        self.file.table.published().replace('.', "_")
    }

    /// Its columns as far as their types are known, with their meaning and what can be done with them.
    fn columns(&self) -> impl Iterator<Item = (&str, &str, Kind)> {
        let columns = self.file.head.columns.iter();
        columns.filter_map(|(name, meaning)| {
            let kind = kind(name, self.types.get(name)?, self.is_key(name));
            Some((name.as_str(), meaning.as_str(), kind))
        })
    }

    fn is_key(&self, column: &str) -> bool {
        self.file.head.key.iter().any(|name| name == column)
    }
}

fn kind(name: &str, data_type: &str, is_key: bool) -> Kind {
    let has_ending = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    match data_type.split('(').next().unwrap_or(data_type) {
        "Date32" | "Timestamp" => Kind::Time,
        "Decimal128" | "Float64" | "Int32" | "Int64" if is_key => Kind::Class,
        "Decimal128" if has_ending(&MEANS) => Kind::Mean,
        "Decimal128" => Kind::Sum,
        "Int32" | "Int64" if has_ending(&["_count"]) => Kind::Sum,
        "Int32" | "Int64" if has_ending(&CLASSES) => Kind::Class,
        "Int32" | "Int64" | "Float64" => Kind::Mean,
        _ if name.ends_with("_id") => Kind::Id,
        _ => Kind::Class,
    }
}

fn yaml(value: &Value) -> Result<String, String> {
    serde_saphyr::to_string(value).map_err(|error| error.to_string())
}
