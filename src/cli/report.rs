//! `clientele report`.

use super::job::{JobArguments, PublishedJob};
use crate::error::Result;
use chrono::NaiveDate;
use clap::Args;

/// Write the page that answers, for people, what the tables of a run say
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    job: JobArguments,

    /// The run of this date; by default the newest
    #[arg(long, value_name = "DATE")]
    run_date: Option<NaiveDate>,
}

pub(super) async fn execute(arguments: Arguments) -> Result<()> {
    let published = PublishedJob::load(&arguments.job)?;
    match published.given().write(arguments.run_date).await? {
        Some(place) => super::print(&place.url()),
        None => Err(published.nothing()),
    }
}
