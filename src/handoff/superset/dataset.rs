//! A table as a data set: its newest rows, its columns with their meaning, the metrics that its columns allow.

use super::{Dashboards, VERSION};
use crate::handoff::{Kind, Table};
use serde_json::{Value, json};

/// The metric that counts rows.
pub(super) const ROWS: &str = "rows";

pub(super) fn of(given: &Dashboards<'_>, table: &Table<'_>) -> Value {
    let name = table.name();
    let columns = table.columns().map(|(column, meaning, kind)| {
        let is_class = matches!(kind, Kind::Id | Kind::Class | Kind::Time);
        json!({
            "column_name": column,
            "verbose_name": column.replace('_', " "),
            "description": meaning,
            "type": sql_type(&table.types[column]),
            "is_dttm": kind == Kind::Time,
            "is_active": true,
            "groupby": is_class,
            "filterable": true,
            "expression": null,
            "python_date_format": null,
            "extra": {},
        })
    });
    let rows = json!({"metric_name": ROWS, "expression": "COUNT(*)"});
    let metrics = table.columns().filter_map(|(column, meaning, kind)| {
        let (metric, expression) = metric(column, kind)?;
        Some(json!({"metric_name": metric, "expression": expression, "description": meaning}))
    });
    json!({
        "table_name": name,
        "description": table.file.head.about,
        "main_dttm_col": null,
        "default_endpoint": null,
        "offset": 0,
        "cache_timeout": null,
        "schema": null,
        "sql": sql(given, table),
        "params": null,
        "template_params": null,
        "filter_select_enabled": true,
        "fetch_values_predicate": null,
        "extra": null,
        "uuid": given.uuid("dataset", &name),
        "metrics": std::iter::once(rows).chain(metrics).collect::<Vec<_>>(),
        "columns": columns.collect::<Vec<_>>(),
        "version": VERSION,
        "database_uuid": given.uuid("database", ""),
    })
}

/// What a column allows to be asked: its name there and its expression.
pub(super) fn metric(column: &str, kind: Kind) -> Option<(String, String)> {
    match kind {
        Kind::Sum => Some((format!("sum of {column}"), format!("SUM({column})"))),
        Kind::Mean => Some((format!("mean of {column}"), format!("AVG({column})"))),
        Kind::Id | Kind::Class | Kind::Time => None,
    }
}

/// The newest rows of the table.
fn sql(given: &Dashboards<'_>, table: &Table<'_>) -> String {
    let name = table.file.table.published();
    match given.database {
        Some(_) => {
            format!("select * from {name} where run_date = (select max(run_date) from {name})")
        }
        None => format!(
            "select * from read_parquet('{}/latest/{}.parquet')",
            given.folder,
            name.replace('.', "/")
        ),
    }
}

fn sql_type(data_type: &str) -> &'static str {
    match data_type.split('(').next().unwrap_or(data_type) {
        "Boolean" => "BOOLEAN",
        "Int32" => "INTEGER",
        "Int64" => "BIGINT",
        "Float64" => "DOUBLE PRECISION",
        "Decimal128" => "NUMERIC",
        "Date32" => "DATE",
        "Timestamp" => "TIMESTAMP WITH TIME ZONE",
        _ => "VARCHAR",
    }
}
