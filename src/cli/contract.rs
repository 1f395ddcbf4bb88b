//! `clientele contract`.

use super::job::{JobArguments, PublishedJob};
use crate::contract::{Table, dbt_sources, open_data_contract};
use crate::error::{Error, Result};
use crate::plan::{Plan, Selection};
use clap::Args;
use std::path::PathBuf;

/// Write the dictionary of all published tables as an Open Data Contract and as dbt sources with tests
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    job: JobArguments,

    /// Folder for contract.odcs.yaml and sources.yml
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    out: PathBuf,
}

pub(super) async fn execute(arguments: Arguments) -> Result<()> {
    let published = PublishedJob::load(&arguments.job)?;
    let (job, given) = (&published.job, published.given());
    let plan = Plan::new(job, given.catalog, &Selection::default())?;
    let report = given.report(None).await?;
    let mut tables = Vec::new();
    for step in plan.steps.iter().filter(|step| step.is_published) {
        let types = match &report {
            Some(report) => report.types(&step.file.table.published()).await?,
            None => crate::contract::Types::new(),
        };
        tables.push(Table {
            file: &step.file,
            types,
        });
    }
    tables.sort_by_key(|table| table.file.table.published());
    let files = [
        ("contract.odcs.yaml", open_data_contract(job, &tables)),
        ("sources.yml", dbt_sources(job, &tables)),
    ];
    for (name, text) in files {
        let path = arguments.out.join(name);
        let written = text
            .map_err(std::io::Error::other)
            .and_then(|text| std::fs::write(&path, text));
        written.map_err(|source| Error::File {
            path: path.display().to_string(),
            source,
        })?;
        super::print(&path.display().to_string())?;
    }
    Ok(())
}
