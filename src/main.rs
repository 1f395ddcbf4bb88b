//! The program: parse, do, say what went wrong.

mod allocator;

use clap::Parser;
use clientele::cli::Cli;
use std::error::Error as _;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    allocator::keep_for_the_next();
    match Cli::parse().execute().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

/// The whole chain once, with its place and what to do.
fn report(error: &clientele::error::Error) {
    let mut text = format!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        let line = error.to_string();
        if !text.contains(&line) {
            text.push_str(": ");
            text.push_str(&line);
        }
        cause = error.source();
    }
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
