//! A dbt package: sources with a test for each promise of a key, a model per table, semantic models with metrics.
//!
//! The sources are all published dates. In `DuckDB` they are the files of the output, or its Delta Lake tables (the profile has
//! to load the extension then); in `PostgreSQL`, where chapters are schemas too, the tables of `output.postgres`.

use super::{Kind, Table, yaml};
use crate::job::{Job, OutputFormat};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Days that metrics can be asked for.
const TIME_SPINE: &str = "select cast(date_day as date) as date_day\nfrom (\n    {{ dbt.date_spine('day', \
    \"cast('2000-01-01' as date)\", \"cast('2050-01-01' as date)\") }}\n) as days\n";

/// The files of the package below `folder` of the published output, each with its path.
///
/// # Errors
/// When one cannot be written as YAML.
pub fn dbt_package(
    job: &Job,
    folder: &str,
    tables: &[Table<'_>],
) -> Result<Vec<(String, String)>, String> {
    let name = identifier(&job.name);
    let project = json!({
        "name": name,
        "version": env!("CARGO_PKG_VERSION"),
        "config-version": 2,
        "profile": name,
        "model-paths": ["models"],
        "models": {&name: {"+materialized": "view"}},
    });
    let time_spine = json!({
        "version": 2,
        "models": [{
            "name": "time_spine",
            "description": "One row per day: the days that metrics can be asked for.",
            "time_spine": {"standard_granularity_column": "date_day"},
            "columns": [{"name": "date_day", "granularity": "day"}],
        }],
    });
    let mut files = vec![
        ("dbt_project.yml".to_owned(), yaml(&project)?),
        (
            "models/sources.yml".to_owned(),
            sources(job, folder, tables)?,
        ),
        ("models/time_spine.yml".to_owned(), yaml(&time_spine)?),
        ("models/time_spine.sql".to_owned(), TIME_SPINE.to_owned()),
    ];
    for table in tables {
        let place = format!("models/{}/{}", table.file.table.chapter(), table.name());
        files.push((format!("{place}.sql"), select(table)));
        files.push((format!("{place}.yml"), yaml(&model(table))?));
    }
    Ok(files)
}

/// A name that dbt takes.
fn identifier(name: &str) -> String {
    let letters = name.chars().map(|letter| match letter {
        letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
        _ => '_',
    });
    format!("clientele_{}", letters.collect::<String>())
}

fn sources(job: &Job, folder: &str, tables: &[Table<'_>]) -> Result<String, String> {
    let mut chapters: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for table in tables {
        let chapter = chapters.entry(table.file.table.chapter()).or_default();
        chapter.push(source(table));
    }
    let sources = chapters.into_iter().map(|(chapter, tables)| {
        let table = format!("{folder}/{}/{chapter}/{{name}}", job.output.format.folder());
        let files = match job.output.format {
            OutputFormat::Parquet => format!(
                "read_parquet('{table}/*/*.parquet', hive_partitioning = true, union_by_name = true)"
            ),
            OutputFormat::Delta => format!("delta_scan('{table}')"),
        };
        json!({
            "name": chapter,
            "description": format!("Tables of the chapter {chapter}, every run date."),
            "config": {"meta": {"external_location": files}},
            "tables": tables,
        })
    });
    yaml(&json!({"version": 2, "sources": sources.collect::<Vec<_>>()}))
}

fn source(table: &Table<'_>) -> Value {
    let head = &table.file.head;
    let columns = head.columns.iter().map(|(name, meaning)| {
        let mut column = json!({"name": name, "description": meaning});
        if table.is_key(name) {
            column["data_tests"] = json!(["not_null"]);
        }
        column
    });
    let columns: Vec<Value> = std::iter::once(run_date()).chain(columns).collect();
    let mut described = Map::new();
    described.insert("name".to_owned(), json!(table.file.table.table));
    described.insert("description".to_owned(), json!(head.about));
    if !head.key.is_empty() {
        let key = std::iter::once("run_date").chain(head.key.iter().map(String::as_str));
        let parts: Vec<_> = key.map(|name| format!("cast({name} as varchar)")).collect();
        let together = format!("({})", parts.join(" || '|' || "));
        described.insert(
            "data_tests".to_owned(),
            json!([{"unique": {"arguments": {"column_name": together}}}]),
        );
    }
    described.insert("columns".to_owned(), columns.into());
    Value::Object(described)
}

fn run_date() -> Value {
    json!({"name": "run_date", "description": "the last day that counts", "data_tests": ["not_null"]})
}

fn select(table: &Table<'_>) -> String {
    let name = &table.file.table;
    let columns = table.columns().map(|(column, ..)| column);
    let columns: Vec<&str> = std::iter::once("run_date").chain(columns).collect();
    let columns = columns.join(",\n    ");
    let source = format!("source('{}', '{}')", name.chapter(), name.table);
    format!("select\n    {columns}\nfrom {{{{ {source} }}}}\n")
}

/// The model's description, and what can be asked of it. A metric is of the newest of the dates asked for: sums over
/// several dates would count everything again.
fn model(table: &Table<'_>) -> Value {
    let (name, about) = (table.name(), &table.file.head.about);
    let described = table
        .columns()
        .map(|(column, meaning, _)| json!({"name": column, "description": meaning}));
    let described: Vec<Value> = std::iter::once(run_date()).chain(described).collect();
    let of_kind = |wanted: Kind| {
        let columns = table.columns().filter(move |(.., kind)| *kind == wanted);
        columns.map(|(column, meaning, _)| (column, meaning))
    };
    let entities = of_kind(Kind::Id).map(|(column, meaning)| {
        let entity = column.trim_end_matches("_id");
        json!({"name": entity, "type": "foreign", "expr": column, "description": meaning})
    });
    let classes = of_kind(Kind::Class).map(
        |(column, meaning)| json!({"name": column, "type": "categorical", "description": meaning}),
    );
    let times = of_kind(Kind::Time).map(|(column, meaning)| time(column, meaning));
    let dates = std::iter::once(time("run_date", "the last day that counts"));
    let measure = |column: &str, agg: &str, expr: &str, meaning: &str| {
        json!({
            "name": format!("{name}_{column}"),
            "description": meaning,
            "agg": agg,
            "expr": expr,
            "create_metric": true,
            "non_additive_dimension": {"name": "run_date", "window_choice": "max"},
        })
    };
    let rows = std::iter::once(measure("rows", "sum", "1", about));
    let sums = of_kind(Kind::Sum).map(|(column, meaning)| measure(column, "sum", column, meaning));
    let means =
        of_kind(Kind::Mean).map(|(column, meaning)| measure(column, "average", column, meaning));
    json!({
        "version": 2,
        "models": [{"name": name, "description": about, "columns": described}],
        "semantic_models": [{
            "name": name,
            "description": about,
            "model": format!("ref('{name}')"),
            "primary_entity": format!("{name}_row"),
            "defaults": {"agg_time_dimension": "run_date"},
            "entities": entities.collect::<Vec<_>>(),
            "dimensions": dates.chain(classes).chain(times).collect::<Vec<_>>(),
            "measures": rows.chain(sums).chain(means).collect::<Vec<_>>(),
        }],
    })
}

fn time(column: &str, meaning: &str) -> Value {
    json!({
        "name": column,
        "type": "time",
        "description": meaning,
        "type_params": {"time_granularity": "day"},
    })
}
