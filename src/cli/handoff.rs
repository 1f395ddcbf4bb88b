//! `clientele contract`, `clientele dbt`, `clientele superset`.

use super::job::{JobArguments, PublishedJob};
use crate::error::{Error, Result};
use crate::handoff::{Dashboards, Table, Types, dbt_package, open_data_contract, superset_bundle};
use crate::plan::Plan;
use clap::Args;
use std::path::{Path, PathBuf};

/// Write the dictionary of all published tables as an Open Data Contract
#[derive(Debug, Args)]
pub(super) struct Contract {
    #[command(flatten)]
    job: JobArguments,

    /// Folder for contract.odcs.yaml
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    out: PathBuf,
}

/// Write a dbt package over the published tables: sources with tests, models, semantic models with metrics
#[derive(Debug, Args)]
pub(super) struct Dbt {
    #[command(flatten)]
    job: JobArguments,

    /// Folder for the package
    #[arg(long, value_name = "FOLDER", default_value = "dbt")]
    out: PathBuf,
}

/// Write dashboards over the published tables, one per chapter, for `superset import-dashboards`
#[derive(Debug, Args)]
pub(super) struct Superset {
    #[command(flatten)]
    job: JobArguments,

    /// The archive
    #[arg(long, value_name = "FILE", default_value = "superset.zip")]
    out: PathBuf,

    /// `SQLAlchemy` address of the database of output.postgres; without it, `DuckDB` reads the published files
    #[arg(long, value_name = "ADDRESS")]
    database: Option<String>,
}

impl Contract {
    pub(super) async fn execute(self) -> Result<()> {
        let published = PublishedJob::load(&self.job)?;
        let plan = published.plan()?;
        let text = open_data_contract(&published.job, &tables(&published, &plan).await?);
        let path = self.out.join("contract.odcs.yaml");
        write(&path, text.map(String::into_bytes))?;
        super::print(&path.display().to_string())
    }
}

impl Dbt {
    pub(super) async fn execute(self) -> Result<()> {
        let published = PublishedJob::load(&self.job)?;
        let plan = published.plan()?;
        let tables = there(tables(&published, &plan).await?, &published)?;
        let files = dbt_package(&published.job, &published.folder(), &tables);
        let files = files.map_err(|error| failed(&self.out, std::io::Error::other(error)))?;
        for (path, text) in files {
            write(&self.out.join(path), Ok(text.into_bytes()))?;
        }
        super::print(&self.out.display().to_string())
    }
}

impl Superset {
    pub(super) async fn execute(self) -> Result<()> {
        let published = PublishedJob::load(&self.job)?;
        let plan = published.plan()?;
        let run_date = published.report(None).await?.entry().run_date;
        let tables = there(tables(&published, &plan).await?, &published)?;
        let given = Dashboards {
            job: &published.job,
            folder: &published.folder(),
            run_date,
            database: self.database.as_deref(),
        };
        write(&self.out, superset_bundle(&given, &tables))?;
        super::print(&self.out.display().to_string())
    }
}

/// The tables that the job publishes, with the types of the newest run as far as it has them.
async fn tables<'p>(published: &PublishedJob, plan: &'p Plan) -> Result<Vec<Table<'p>>> {
    let report = published.given().report(None).await?;
    let mut tables = Vec::new();
    for step in plan.steps.iter().filter(|step| step.is_published) {
        let types = match &report {
            Some(report) => report.types(&step.file.table.published()).await?,
            None => Types::new(),
        };
        tables.push(Table {
            file: &step.file,
            types,
        });
    }
    tables.sort_by_key(|table| table.file.table.published());
    Ok(tables)
}

/// Those that have been published.
fn there<'p>(mut tables: Vec<Table<'p>>, published: &PublishedJob) -> Result<Vec<Table<'p>>> {
    tables.retain(|table| !table.types.is_empty());
    if tables.is_empty() {
        return Err(published.nothing());
    }
    Ok(tables)
}

fn write(path: &Path, bytes: std::result::Result<Vec<u8>, String>) -> Result<()> {
    let bytes = bytes.map_err(std::io::Error::other);
    let written = bytes.and_then(|bytes| {
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        std::fs::write(path, bytes)
    });
    written.map_err(|source| failed(path, source))
}

fn failed(path: &Path, source: std::io::Error) -> Error {
    Error::File {
        path: path.display().to_string(),
        source,
    }
}
