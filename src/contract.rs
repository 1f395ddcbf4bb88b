//! The dictionary as others want it: an Open Data Contract Standard file, and dbt sources with tests.
//!
//! What a table is, its key and its columns come from the heads of the SQL files, as everywhere; types come from the
//! files that were published last, if there are any.

use crate::job::Job;
use crate::plan::SqlFile;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Version of the Open Data Contract Standard.
const STANDARD: &str = "v3.1.0";

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

/// The Open Data Contract Standard file of `tables`, as YAML.
///
/// # Errors
/// When it cannot be written as YAML.
pub fn open_data_contract(job: &Job, tables: &[Table<'_>]) -> Result<String, String> {
    let contract = json!({
        "apiVersion": STANDARD,
        "kind": "DataContract",
        "id": job.name,
        "name": job.name,
        "version": env!("CARGO_PKG_VERSION"),
        "status": "active",
        "description": {
            "purpose": "What every customer is worth, where they stand, what they will do next.",
            "limitations": format!("One row set per run date; all money is {}.", job.currency),
        },
        "servers": [server(job)],
        "schema": tables.iter().map(object).collect::<Vec<_>>(),
    });
    yaml(&contract)
}

/// The sources of a dbt project with a test for each promise of a key, as YAML: one source per chapter.
///
/// # Errors
/// When it cannot be written as YAML.
pub fn dbt_sources(job: &Job, tables: &[Table<'_>]) -> Result<String, String> {
    let mut chapters: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for table in tables {
        let chapter = chapters.entry(table.file.table.chapter()).or_default();
        chapter.push(dbt_table(table));
    }
    let place = job.output.url.trim_end_matches('/');
    let sources = chapters.into_iter().map(|(chapter, tables)| {
        json!({
            "name": chapter,
            "description": format!("Tables of the chapter {chapter}, newest date."),
            "config": {"meta": {"external_location": format!("{place}/latest/{chapter}/{{name}}.parquet")}},
            "tables": tables,
        })
    });
    yaml(&json!({"version": 2, "sources": sources.collect::<Vec<_>>()}))
}

fn yaml(value: &Value) -> Result<String, String> {
    serde_saphyr::to_string(value).map_err(|error| error.to_string())
}

fn server(job: &Job) -> Value {
    let url = job.output.url.trim_end_matches('/');
    let tables = format!("{url}/tables/{{model}}/*/*.parquet");
    match url.split_once("://") {
        Some(("s3" | "s3a", _)) => {
            json!({"server": "output", "type": "s3", "location": tables, "format": "parquet"})
        }
        Some((scheme, _)) if scheme != "file" => {
            json!({"server": "output", "type": "custom", "customProperties": [{"property": "location", "value": tables}]})
        }
        _ => json!({"server": "output", "type": "local", "path": tables, "format": "parquet"}),
    }
}

fn object(table: &Table<'_>) -> Value {
    let head = &table.file.head;
    let key = &head.key;
    let mut object = json!({
        "name": table.file.table.published().replace('.', "_"),
        "physicalName": table.file.table.published().replace('.', "/"),
        "physicalType": "table",
        "logicalType": "object",
        "description": head.about,
        "properties": head.columns.iter().map(|(name, meaning)| property(table, name, meaning)).collect::<Vec<_>>(),
    });
    if !key.is_empty() {
        object["dataGranularityDescription"] = json!(format!("one row per {}", key.join(", ")));
        object["quality"] = json!([{
            "type": "library",
            "metric": "duplicateValues",
            "arguments": {"properties": key},
            "mustBe": 0,
            "description": format!("one row per {}; a run that breaks it is not published", key.join(", ")),
        }]);
    }
    object
}

fn property(table: &Table<'_>, name: &String, meaning: &str) -> Value {
    let key = &table.file.head.key;
    let mut property = json!({"name": name, "description": meaning});
    if let Some(position) = key.iter().position(|column| column == name) {
        property["primaryKey"] = json!(true);
        property["primaryKeyPosition"] = json!(position + 1);
        property["required"] = json!(true);
        property["unique"] = json!(key.len() == 1);
    }
    if let Some(data_type) = table.types.get(name) {
        property["logicalType"] = json!(logical(data_type));
        property["physicalType"] = json!(data_type);
    }
    property
}

/// The standard's word for a type of ours.
fn logical(data_type: &str) -> &'static str {
    match data_type.split('(').next().unwrap_or(data_type) {
        "Date32" => "date",
        "Timestamp" => "timestamp",
        "Boolean" => "boolean",
        "Int32" | "Int64" => "integer",
        "Float64" | "Decimal128" => "number",
        _ => "string",
    }
}

fn dbt_table(table: &Table<'_>) -> Value {
    let head = &table.file.head;
    let columns = head.columns.iter().map(|(name, meaning)| {
        let mut column = json!({"name": name, "description": meaning});
        match head.key.as_slice() {
            [only] if only == name => column["data_tests"] = json!(["not_null", "unique"]),
            key if key.contains(name) => column["data_tests"] = json!(["not_null"]),
            _ => {}
        }
        column
    });
    let mut described = Map::new();
    described.insert("name".to_owned(), json!(table.file.table.table));
    described.insert("description".to_owned(), json!(head.about));
    if head.key.len() > 1 {
        let parts: Vec<_> = head
            .key
            .iter()
            .map(|name| format!("cast({name} as varchar)"))
            .collect();
        let together = format!("({})", parts.join(" || '|' || "));
        described.insert(
            "data_tests".to_owned(),
            json!([{"unique": {"arguments": {"column_name": together}}}]),
        );
    }
    described.insert("columns".to_owned(), columns.collect());
    Value::Object(described)
}
