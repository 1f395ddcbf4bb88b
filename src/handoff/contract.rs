//! An Open Data Contract Standard file.

use super::{Table, yaml};
use crate::job::{Job, OutputFormat};
use serde_json::{Value, json};

/// Version of the Open Data Contract Standard.
const STANDARD: &str = "v3.1.0";

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

fn server(job: &Job) -> Value {
    let url = job.output.url.trim_end_matches('/');
    let table = format!("{url}/{}/{{model}}", job.output.format.folder());
    let (tables, format) = match job.output.format {
        OutputFormat::Parquet => (format!("{table}/*/*.parquet"), "parquet"),
        OutputFormat::Delta => (table, "delta"),
    };
    match url.split_once("://") {
        Some(("s3" | "s3a", _)) => {
            json!({"server": "output", "type": "s3", "location": tables, "format": format})
        }
        Some((scheme, _)) if scheme != "file" => {
            json!({"server": "output", "type": "custom", "customProperties": [{"property": "location", "value": tables}]})
        }
        _ => json!({"server": "output", "type": "local", "path": tables, "format": format}),
    }
}

fn object(table: &Table<'_>) -> Value {
    let head = &table.file.head;
    let key = &head.key;
    let mut object = json!({
        "name": table.name(),
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
