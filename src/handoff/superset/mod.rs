//! Dashboards for Superset, as `superset import-dashboards` takes them: a data set and a picture per table, a dashboard
//! per chapter.
//!
//! Everything has a name of its own that stays the same (a UUID of what it is called), so a second import replaces the
//! first.

mod archive;
mod chart;
mod dashboard;
mod dataset;

use super::{Table, yaml};
use crate::job::Job;
use chrono::NaiveDate;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Version of the format of each file.
const VERSION: &str = "1.0.0";

/// What dashboards are made from, beside the tables.
#[derive(Debug, Clone, Copy)]
pub struct Dashboards<'d> {
    /// The job whose tables they show.
    pub job: &'d Job,
    /// The published output.
    pub folder: &'d str,
    /// The newest run, which they show.
    pub run_date: NaiveDate,
    /// `SQLAlchemy`'s address of the database that the tables were copied to; without one, `DuckDB` reads the files.
    pub database: Option<&'d str>,
}

/// The bundle, as the bytes of its archive.
///
/// # Errors
/// When a file cannot be written as YAML, or the archive cannot be written.
pub fn superset_bundle(given: &Dashboards<'_>, tables: &[Table<'_>]) -> Result<Vec<u8>, String> {
    let mut files = vec![
        ("metadata".to_owned(), metadata(given)),
        (format!("databases/{DATABASE}"), database(given)),
    ];
    let mut chapters: BTreeMap<&str, Vec<(&Table<'_>, Value)>> = BTreeMap::new();
    for table in tables {
        let name = table.name();
        files.push((
            format!("datasets/{DATABASE}/{name}"),
            dataset::of(given, table),
        ));
        let chart = chart::of(given, table);
        files.push((format!("charts/{name}"), chart.clone()));
        let chapter = chapters.entry(table.file.table.chapter()).or_default();
        chapter.push((table, chart));
    }
    for (chapter, charts) in &chapters {
        files.push((
            format!("dashboards/{chapter}"),
            dashboard::of(given, chapter, charts),
        ));
    }
    let texts = files
        .into_iter()
        .map(|(path, file)| Ok((format!("clientele/{path}.yaml"), yaml(&file)?)));
    archive::of(&texts.collect::<Result<Vec<_>, String>>()?).map_err(|error| error.to_string())
}

/// The folder of the one database.
const DATABASE: &str = "clientele";

fn metadata(given: &Dashboards<'_>) -> Value {
    json!({
        "version": VERSION,
        "type": "Dashboard",
        "timestamp": format!("{}T00:00:00+00:00", given.run_date),
    })
}

fn database(given: &Dashboards<'_>) -> Value {
    json!({
        "database_name": format!("clientele {}", given.job.name),
        "sqlalchemy_uri": given.database.unwrap_or("duckdb:///:memory:"),
        "cache_timeout": null,
        "expose_in_sqllab": true,
        "allow_run_async": false,
        "allow_ctas": false,
        "allow_cvas": false,
        "allow_dml": false,
        "allow_file_upload": false,
        "extra": {"allows_virtual_table_explore": true},
        "uuid": given.uuid("database", ""),
        "version": VERSION,
    })
}

impl Dashboards<'_> {
    /// The lasting name of a thing of this job.
    fn uuid(&self, kind: &str, name: &str) -> String {
        let hash = Sha256::digest(format!("clientele/{}/{kind}/{name}", self.job.name));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        uuid::Builder::from_custom_bytes(bytes)
            .into_uuid()
            .to_string()
    }

    /// What people call a thing: `value · customer value`.
    fn title(table: &Table<'_>) -> String {
        table
            .file
            .table
            .published()
            .replace('.', " · ")
            .replace('_', " ")
    }
}
