//! `clientele check`.

use super::job::{JobArguments, stores};
use crate::error::Result;
use crate::run::{Options, preview};
use clap::Args;

/// Check a job and the files it names, without reading a row
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    job: JobArguments,

    /// Check the job alone, not the files
    #[arg(long)]
    offline: bool,
}

pub(super) async fn execute(arguments: Arguments) -> Result<()> {
    let job = arguments.job.load()?;
    if arguments.offline {
        return super::print("the job is complete and in range");
    }
    let options = Options {
        allow_incomplete_day: true,
        ..Options::default()
    };
    let preview = preview(&job, &options, &stores(&job)).await?;
    let files: usize = preview.inputs.iter().map(|input| input.files).sum();
    super::print(&format!(
        "the job is complete and in range; {files} files are as declared; {} tables can be published",
        preview
            .plan
            .steps
            .iter()
            .filter(|step| step.is_published)
            .count()
    ))
}
