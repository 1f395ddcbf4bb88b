//! What went wrong, where, and what an operator should do about it.

mod cause;

use crate::job::Problem;
pub(crate) use cause::lacks_memory;
use cause::{engine_code, engine_hint, io_code, io_hint, store_code, store_hint};
use datafusion::error::DataFusionError;
use std::fmt;

/// The answer, or why there is none.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The job file has mistakes.
    #[error("the job {file} has {}{}", counted(problems.len(), "mistake"), listed(problems))]
    Job {
        /// The job file.
        file: String,
        /// All of them.
        problems: Vec<Problem>,
    },
    /// The words of the command line are off.
    #[error("{0}")]
    Usage(String),
    /// The day is not over in the time zone of the job.
    #[error("{run_date} has not ended in {time_zone}")]
    DayNotOver {
        /// The day asked for.
        run_date: String,
        /// The time zone of the job.
        time_zone: String,
    },
    /// A local file cannot be read or written.
    #[error("{path}")]
    File {
        /// Its path.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A store does not answer as it should.
    #[error("cannot {action} {url}")]
    Store {
        /// What was tried: read, list, write.
        action: &'static str,
        /// Where.
        url: String,
        /// Why.
        source: object_store::Error,
    },
    /// A source has no files.
    #[error("source {source_name}: there is no file at {url}")]
    NoInput {
        /// The source of the job.
        source_name: &'static str,
        /// Where it was looked for.
        url: String,
    },
    /// The files are not what the job says of them.
    #[error("the sources are not as declared{}", listed(problems))]
    Contract {
        /// Everything that is not as declared, with its source.
        problems: Vec<String>,
    },
    /// The SQL files do not fit together.
    #[error("{file}: {reason}")]
    Plan {
        /// The SQL file, or the tables of a circle.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A table could not be computed.
    #[error("table {table}")]
    Stage {
        /// The table.
        table: String,
        /// Its SQL file.
        file: String,
        /// Why.
        source: Box<DataFusionError>,
    },
    /// A model gave no answer.
    #[error("table {table}")]
    Model {
        /// The table it was to make.
        table: String,
        /// The SQL file of its input.
        file: String,
        /// Why.
        source: clientele_model::Error,
    },
    /// A promise about the tables does not hold.
    #[error("broken promise: {promise}\n{rows}")]
    Verify {
        /// The claim.
        promise: String,
        /// Its SQL file, or the table whose key it is.
        file: String,
        /// The first offending rows, as a table.
        rows: String,
    },
    /// Checks of the job do not hold.
    #[error("{} failed{}", counted(failed.len(), "check"), listed(failed))]
    Checks {
        /// Each with what was found.
        failed: Vec<String>,
    },
    /// The log of a Delta Lake table does not take the run.
    #[error("the table {url} does not take the run")]
    Log {
        /// The table.
        url: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another run of the same date is under way.
    #[error("a run of {what} is under way: {holder}")]
    Locked {
        /// The run date, `latest`, or a table.
        what: String,
        /// Who holds it, since when.
        holder: String,
    },
    /// Another run took over while this one was thought dead.
    #[error("another run of {run_date} took over")]
    Superseded {
        /// The run date.
        run_date: String,
    },
    /// The store did not say whether the run was entered into the ledger, or into the log of a table.
    #[error("whether run {run_id} was committed is unknown: {url}")]
    Unknown {
        /// The run.
        run_id: String,
        /// The entry of the ledger, or the table.
        url: String,
        /// What the store said.
        source: object_store::Error,
    },
    /// The ledger has no such run.
    #[error("there is no {what} in the ledger of {url}")]
    NoRun {
        /// Which run was looked for.
        what: String,
        /// The output.
        url: String,
    },
    /// What stands in the output is not what the ledger says.
    #[error("of {run_date}, {} not what the ledger says{}", are(files.len(), "file"), listed(files))]
    Damaged {
        /// The date.
        run_date: String,
        /// The files, below the output.
        files: Vec<String>,
    },
    /// The database that the job names did not take the tables.
    #[error("the tables are published, but not in the database: cannot {action} {what}")]
    Database {
        /// What was tried: connect to, copy, commit.
        action: &'static str,
        /// With what: a table, the connection.
        what: String,
        /// What the operating system is told of it.
        exit_code: u8,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The synthetic shop could not be written.
    #[error("generate")]
    Generate(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There is no input, and that is not an error.
    #[error("there is no input; nothing to do")]
    NothingToDo,
    /// Stopped by a signal.
    #[error("interrupted; nothing was published")]
    Interrupted {
        /// The number of the signal.
        signal: u8,
    },
}

/// The cluster that computes queries gives no answer.
#[derive(Debug, thiserror::Error)]
#[error("the cluster at {scheduler} does not answer: {reason}")]
pub struct ClusterLost {
    /// Host and port of its scheduler.
    pub scheduler: String,
    /// What was seen of it.
    pub reason: String,
}

/// How much of an error is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Also the rows and values that it is about: to the person who runs the job.
    Everything,
    /// Nothing of what stands in a table: to logs that are kept and to other programs.
    NoValues,
}

impl Error {
    /// The error with its causes, each once.
    #[must_use]
    pub fn told(&self, detail: Detail) -> String {
        let mut text = match (self, detail) {
            (Self::Verify { promise, .. }, Detail::NoValues) => {
                format!("broken promise: {promise}")
            }
            _ => self.to_string(),
        };
        let holds_values = matches!(self, Self::Stage { .. });
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let mut line = error.to_string();
            if holds_values && detail == Detail::NoValues {
                line = without_quoted(&line);
            }
            if !text.contains(&line) {
                text.push_str(": ");
                text.push_str(&line);
            }
            cause = error.source();
        }
        text
    }

    /// What the operating system is told; the table is in the README.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Job { .. } | Self::Plan { .. } | Self::Log { .. } => 78,
            Self::Contract { .. }
            | Self::Model { .. }
            | Self::Verify { .. }
            | Self::Damaged { .. }
            | Self::Checks { .. } => 65,
            Self::NoInput { .. } | Self::DayNotOver { .. } | Self::NoRun { .. } => 66,
            Self::File { source, .. } => io_code(source.kind()),
            Self::Store { source, .. } => store_code(source),
            Self::Stage { source, .. } => engine_code(source),
            Self::Locked { .. } | Self::Superseded { .. } => 75,
            Self::Unknown { .. } => 76,
            Self::Database { exit_code, .. } => *exit_code,
            Self::Generate(_) => 74,
            Self::NothingToDo => 99,
            Self::Interrupted { signal } => 128 + signal,
        }
    }

    /// The file or table the error is about, if the message does not name it.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::Stage { file, .. } | Self::Model { file, .. } | Self::Verify { file, .. } => {
                Some(file)
            }
            _ => None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Job { .. } => {
                "clientele schema prints every setting; jobs/defaults.yaml explains them"
            }
            Self::DayNotOver { .. } => "wait until the day is over, or pass --allow-incomplete-day",
            Self::NoInput { .. } => {
                "check the url and the date_partition of the source, or run again when the files are there"
            }
            Self::Contract { .. } => {
                "map the columns in the job (sources: …: columns:), or have the files delivered again"
            }
            Self::Verify { .. } | Self::Checks { .. } => {
                "nothing was published; the last good output is untouched"
            }
            Self::Model { .. } => {
                "leave the table out (output.except), or change its model's settings in the job"
            }
            Self::Locked { .. } => "try again later, or wait for it with --lock-timeout SECONDS",
            Self::Superseded { .. } => "the other run publishes; this one wrote nothing more",
            Self::Log { .. } => {
                "the last run in the ledger still counts; publish to another place, or mend the table by hand"
            }
            Self::Unknown { .. } => {
                "nothing was deleted; clientele verify JOB --run-id RUN says whether it was, then run the date again"
            }
            Self::NoRun { .. } => {
                "what is not in the ledger was not committed; run the date (again)"
            }
            Self::Damaged { .. } => {
                "run the date again: what is not as it should be is written anew"
            }
            Self::File { source, .. } => return io_hint(source.kind()),
            Self::Store { source, .. } => return store_hint(source),
            Self::Stage { source, .. } => return engine_hint(source),
            Self::Database { .. } => {
                "nothing in the database has changed; run the date again to bring the tables there"
            }
            Self::Usage(_)
            | Self::Plan { .. }
            | Self::Generate(_)
            | Self::NothingToDo
            | Self::Interrupted { .. } => return None,
        })
    }
}

/// The engine cites the value that it cannot read.
fn without_quoted(text: &str) -> String {
    let parts = text.split(['\'', '"', '`']).enumerate();
    let parts = parts.map(|(number, part)| if number % 2 == 0 { part } else { "…" });
    parts.collect::<Vec<_>>().join("'")
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("one {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

fn are(count: usize, noun: &str) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(count, noun))
}

fn listed<T: fmt::Display>(problems: &[T]) -> String {
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| format!("\n{problem}"))
        .collect();
    lines.concat()
}
