//! `clientele generate`.

use super::log::Talk;
use crate::error::{Error, Result};
use crate::generate::{self, Options, Partition};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Write a synthetic shop with known truth
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder to fill; it must be empty or absent
    out: PathBuf,

    /// Transaction lines, about
    #[arg(long, default_value_t = 1_000_000)]
    lines: u64,

    /// The same seed gives the same shop
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// First day
    #[arg(long, value_name = "DATE", default_value = "2023-01-01")]
    start_date: NaiveDate,

    /// Last day, inclusive
    #[arg(long, value_name = "DATE", default_value = "2025-12-31")]
    end_date: NaiveDate,

    /// What one folder of transactions holds
    #[arg(long, value_enum, default_value_t)]
    partition: Folder,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Folder {
    #[default]
    Month,
    Day,
}

pub(super) fn execute(arguments: Arguments, talk: &Talk) -> Result<()> {
    let options = Options {
        out: arguments.out,
        lines: arguments.lines,
        seed: arguments.seed,
        start_date: arguments.start_date,
        end_date: arguments.end_date,
        partition: match arguments.partition {
            Folder::Month => Partition::Month,
            Folder::Day => Partition::Day,
        },
    };
    let wanted = options.lines;
    let generated = generate::generate(&options, |written| talk.count("lines", written, wanted));
    talk.finish();
    let summary = generated.map_err(|error| Error::Generate(error.into()))?;
    super::print(&format!(
        "{} lines of {} customers, {} of revenue, in {} files below {}",
        summary.lines,
        summary.customers,
        summary.revenue,
        summary.files.len(),
        options.out.display()
    ))
}
