//! `clientele plan`.

use super::job::{JobArguments, SelectArguments, stores};
use crate::error::Result;
use crate::plan::SqlFile;
use crate::run::{Options, preview};
use chrono::NaiveDate;
use clap::Args;
use indicatif::{HumanBytes, HumanCount};
use std::fmt::Write;

/// Show what a run would read, compute, publish and skip
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    job: JobArguments,

    /// Last day that counts, inclusive
    #[arg(long, value_name = "DATE")]
    run_date: Option<NaiveDate>,

    #[command(flatten)]
    select: SelectArguments,
}

pub(super) async fn execute(arguments: Arguments) -> Result<()> {
    let job = arguments.job.load()?;
    let options = Options {
        run_date: arguments.run_date,
        allow_incomplete_day: true,
        selection: arguments.select.selection(),
        ..Options::default()
    };
    let preview = preview(&job, &options, &stores(&job)).await?;
    let mut text = format!(
        "run date  {}\noutput    {}\n\nreads\n",
        preview.run_date, job.output.url
    );
    for input in &preview.inputs {
        let rows = input
            .rows
            .map_or_else(|| "unknown".to_owned(), |rows| HumanCount(rows).to_string());
        let (files, pruned) = (input.files, input.files_pruned);
        let bytes = HumanBytes(input.bytes).to_string();
        let cached = preview.cached.get(input.name);
        let cached = cached.map(|cached| format!(", {cached} in the cache"));
        let _ = writeln!(
            text,
            "  {:<14} {rows:>13} rows {bytes:>12}  {files} files, {pruned} later{}",
            input.name,
            cached.unwrap_or_default()
        );
    }
    for gate in &preview.plan.gates {
        let _ = writeln!(text, "  {:<30} check    {}", gate.looks_at(), gate.name);
    }
    text.push_str("\ncomputes, in this order\n");
    for step in &preview.plan.steps {
        let how = if step.is_published {
            "publish"
        } else if step.readers > 1 {
            "shared"
        } else {
            ""
        };
        let reads: Vec<_> = step.file.reads.iter().map(ToString::to_string).collect();
        let _ = writeln!(
            text,
            "  {:<30} {how:<8} ← {}",
            step.file.table.to_string(),
            reads.join(", ")
        );
        let promises = step.promises.iter().map(SqlFile::claim);
        for check in promises.chain(step.gates.iter().map(|gate| gate.name.clone())) {
            let _ = writeln!(text, "  {:<30} check    {check}", "");
        }
    }
    if !preview.plan.skipped.is_empty() {
        text.push_str("\nskips\n");
    }
    for skipped in &preview.plan.skipped {
        let _ = writeln!(text, "  {:<30} lacks {}", skipped.table, skipped.lacks);
    }
    super::print(text.trim_end())
}
