//! What went wrong, where, and what an operator should do about it.

use crate::job::Problem;
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
    #[error("whether the run was committed is unknown: {url}")]
    Unknown {
        /// The entry of the ledger, or the table.
        url: String,
        /// What the store said.
        source: object_store::Error,
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

impl Error {
    /// What the operating system is told; the table is in the README.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Job { .. } | Self::Plan { .. } | Self::Log { .. } => 78,
            Self::Contract { .. }
            | Self::Model { .. }
            | Self::Verify { .. }
            | Self::Checks { .. } => 65,
            Self::NoInput { .. } | Self::DayNotOver { .. } => 66,
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
            Self::Unknown { .. } => "nothing was deleted; look at what it names, then run again",
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

fn io_code(kind: std::io::ErrorKind) -> u8 {
    match kind {
        std::io::ErrorKind::NotFound => 66,
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => 77,
        _ => 74,
    }
}

fn io_hint(kind: std::io::ErrorKind) -> Option<&'static str> {
    match kind {
        std::io::ErrorKind::StorageFull => {
            Some("the disk is full; free some space, or set resources.scratch")
        }
        std::io::ErrorKind::NotFound => Some("check the path"),
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            Some("check who may read and write there")
        }
        _ => None,
    }
}

/// What a store means by its refusal.
enum Refusal {
    NotThere,
    NotAllowed,
    NotUnderstood,
    Disk(std::io::ErrorKind),
    Unavailable,
}

impl Refusal {
    fn of(error: &object_store::Error) -> Self {
        use object_store::Error as E;
        match error {
            E::NotFound { .. } => Self::NotThere,
            E::PermissionDenied { .. } | E::Unauthenticated { .. } => Self::NotAllowed,
            E::UnknownConfigurationKey { .. } | E::InvalidPath { .. } => Self::NotUnderstood,
            E::Generic {
                store: "LocalFileSystem",
                ..
            } => {
                let kind = io_cause(error).map_or(std::io::ErrorKind::Other, std::io::Error::kind);
                Self::Disk(kind)
            }
            other => Self::by_words(&other.to_string()),
        }
    }

    /// A listing that fails is told by the clouds' own words only.
    fn by_words(text: &str) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if has(&["NoSuchBucket", "ContainerNotFound", "404 Not Found"]) {
            Self::NotThere
        } else if has(&[
            "AccessDenied",
            "SignatureDoesNotMatch",
            "InvalidAccessKeyId",
            "403 Forbidden",
        ]) {
            Self::NotAllowed
        } else {
            Self::Unavailable
        }
    }
}

fn store_code(error: &object_store::Error) -> u8 {
    match Refusal::of(error) {
        Refusal::NotThere => 66,
        Refusal::NotAllowed => 77,
        Refusal::NotUnderstood => 78,
        Refusal::Disk(kind) => io_code(kind),
        Refusal::Unavailable => 69,
    }
}

fn store_hint(error: &object_store::Error) -> Option<&'static str> {
    match Refusal::of(error) {
        Refusal::NotThere => Some("check the name of the bucket and the path"),
        Refusal::NotAllowed => {
            Some("check the credentials in the environment and who may read and write there")
        }
        Refusal::NotUnderstood => Some("check the url and its options under stores: in the job"),
        Refusal::Disk(kind) => io_hint(kind),
        Refusal::Unavailable => Some(
            "try again; if it stays so, check the endpoint and the region under stores: in the job",
        ),
    }
}

/// What the engine failed of: a store's or the disk's fault keeps its own code.
fn engine_code(error: &DataFusionError) -> u8 {
    match error.find_root() {
        DataFusionError::ObjectStore(error) => store_code(error),
        DataFusionError::IoError(error) => io_code(error.kind()),
        DataFusionError::ParquetError(_)
        | DataFusionError::ArrowError(..)
        | DataFusionError::Execution(_) => 65,
        DataFusionError::ResourcesExhausted(_) => match io_cause(error) {
            Some(cause) => io_code(cause.kind()),
            None => 78,
        },
        _ => io_cause(error).map_or(1, |cause| io_code(cause.kind())),
    }
}

fn engine_hint(error: &DataFusionError) -> Option<&'static str> {
    match error.find_root() {
        DataFusionError::ObjectStore(error) => store_hint(error),
        DataFusionError::IoError(error) => io_hint(error.kind()),
        DataFusionError::ResourcesExhausted(_) => Some(
            "the memory limit is too small for this table; raise --memory-limit or free space for spilling",
        ),
        DataFusionError::ParquetError(_) => {
            Some("a file is damaged or still being written; have it delivered again")
        }
        _ => None,
    }
}

fn io_cause<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e std::io::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return Some(io);
        }
        next = error.source();
    }
    None
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("one {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

fn listed<T: fmt::Display>(problems: &[T]) -> String {
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| format!("\n{problem}"))
        .collect();
    lines.concat()
}
