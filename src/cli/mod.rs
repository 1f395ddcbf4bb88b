//! The command line: one file per command.

mod backfill;
mod check;
mod cluster;
mod completions;
mod dates;
mod docs;
mod gc;
mod generate;
mod handoff;
mod job;
mod log;
mod plan;
mod query;
mod report;
mod run;
mod schema;
mod show;
mod verify;

use crate::error::{Detail, Error, Result};
use clap::{Parser, Subcommand};

/// Turns a shop's transactions into tables that say what every customer is worth and what to do about it.
#[derive(Debug, Parser)]
#[command(
    name = "clientele",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Cli {
    /// How to talk on standard error
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        env = "CLIENTELE_LOG_FORMAT"
    )]
    log_format: log::Format,

    /// Say only what went wrong
    #[arg(long, short, global = true)]
    quiet: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Arguments),
    Backfill(backfill::Arguments),
    Plan(plan::Arguments),
    Check(check::Arguments),
    Schema(schema::Arguments),
    Docs(docs::Arguments),
    Contract(handoff::Contract),
    Dbt(handoff::Dbt),
    Superset(handoff::Superset),
    Generate(generate::Arguments),
    Report(report::Arguments),
    Show(show::Arguments),
    Query(query::Arguments),
    Verify(verify::Arguments),
    Gc(gc::Arguments),
    Scheduler(cluster::Scheduler),
    Executor(cluster::Executor),
    Completions(completions::Arguments),
}

impl Cli {
    /// How much of an error the reader of standard error is to see.
    #[must_use]
    pub fn detail(&self) -> Detail {
        match self.log_format {
            log::Format::Text => Detail::Everything,
            log::Format::Json => Detail::NoValues,
        }
    }

    /// Does what the command line says.
    ///
    /// # Errors
    /// Whatever the command fails of.
    pub async fn execute(self) -> Result<()> {
        log::start(self.log_format, self.quiet);
        let talk = log::Talk::new(self.log_format, self.quiet);
        match self.command {
            Command::Run(arguments) => run::execute(arguments, &talk).await,
            Command::Backfill(arguments) => backfill::execute(arguments, &talk).await,
            Command::Plan(arguments) => plan::execute(arguments).await,
            Command::Check(arguments) => check::execute(arguments).await,
            Command::Schema(arguments) => schema::execute(arguments),
            Command::Docs(arguments) => docs::execute(&arguments),
            Command::Contract(contract) => contract.execute().await,
            Command::Dbt(dbt) => dbt.execute().await,
            Command::Superset(superset) => superset.execute().await,
            Command::Generate(arguments) => generate::execute(arguments, &talk),
            Command::Report(arguments) => report::execute(arguments).await,
            Command::Query(arguments) => query::execute(arguments).await,
            Command::Show(arguments) => show::execute(arguments).await,
            Command::Verify(arguments) => verify::execute(arguments).await,
            Command::Gc(arguments) => gc::execute(arguments).await,
            Command::Scheduler(scheduler) => scheduler.execute().await,
            Command::Executor(executor) => executor.execute().await,
            Command::Completions(arguments) => completions::execute(&arguments),
        }
    }
}

/// Prints to standard output; a reader that has gone away is no fault.
fn print(text: &str) -> Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::File {
            path: "standard output".to_owned(),
            source: error,
        }),
        _ => Ok(()),
    }
}
