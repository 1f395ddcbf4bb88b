//! The program: parse, do, say what went wrong.

mod allocator;

use clap::Parser;
use clientele::cli::Cli;
use clientele::error::{Detail, Error};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    allocator::keep_for_the_next();
    let cli = Cli::parse();
    let detail = cli.detail();
    match cli.execute().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error, detail);
            ExitCode::from(error.exit_code())
        }
    }
}

/// The whole chain once, with its place and what to do.
fn report(error: &Error, detail: Detail) {
    let mut text = format!("error: {}", error.told(detail));
    if let Some(place) = error.place() {
        text.push_str("\n  in:   ");
        text.push_str(place);
    }
    if let Some(hint) = error.hint() {
        text.push_str("\n  hint: ");
        text.push_str(hint);
    }
    tracing::error!("{text}");
}
