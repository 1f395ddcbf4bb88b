//! What the disk, a store or the engine means by its refusal: the code to leave with, and what to do.

use super::ClusterLost;
use datafusion::error::DataFusionError;

pub(super) fn io_code(kind: std::io::ErrorKind) -> u8 {
    match kind {
        std::io::ErrorKind::NotFound => 66,
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => 77,
        _ => 74,
    }
}

pub(super) fn io_hint(kind: std::io::ErrorKind) -> Option<&'static str> {
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

/// Where a cloud's machines ask for the role that they have: asked when nothing else names credentials.
const MACHINE_ROLES: [&str; 3] = [
    "169.254.169.254",
    "metadata.google.internal",
    "/latest/api/token",
];

/// What a store means by its refusal.
enum Refusal {
    NotThere,
    NotAllowed,
    NobodyKnown,
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
        if has(&MACHINE_ROLES) {
            Self::NobodyKnown
        } else if has(&["NoSuchBucket", "ContainerNotFound", "404 Not Found"]) {
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

pub(super) fn store_code(error: &object_store::Error) -> u8 {
    match Refusal::of(error) {
        Refusal::NotThere => 66,
        Refusal::NotAllowed | Refusal::NobodyKnown => 77,
        Refusal::NotUnderstood => 78,
        Refusal::Disk(kind) => io_code(kind),
        Refusal::Unavailable => 69,
    }
}

pub(super) fn store_hint(error: &object_store::Error) -> Option<&'static str> {
    match Refusal::of(error) {
        Refusal::NotThere => Some("check the name of the bucket and the path"),
        Refusal::NotAllowed => {
            Some("check the credentials in the environment and who may read and write there")
        }
        Refusal::NobodyKnown => Some(
            "there are no credentials in the environment, and the machine has no role; docs/operate.md names those that are taken",
        ),
        Refusal::NotUnderstood => Some("check the url and its options under stores: in the job"),
        Refusal::Disk(kind) => io_hint(kind),
        Refusal::Unavailable => Some(
            "try again; if it stays so, check the endpoint and the region under stores: in the job",
        ),
    }
}

/// What the engine failed of: a store's or the disk's fault keeps its own code.
pub(super) fn engine_code(error: &DataFusionError) -> u8 {
    match error.find_root() {
        DataFusionError::ObjectStore(error) => store_code(error),
        DataFusionError::IoError(error) => io_code(error.kind()),
        DataFusionError::External(error) if error.is::<ClusterLost>() => 69,
        DataFusionError::ParquetError(_)
        | DataFusionError::ArrowError(..)
        | DataFusionError::Execution(_) => 65,
        _ if lacks_memory(error) => 78,
        _ => io_cause(error).map_or(1, |cause| io_code(cause.kind())),
    }
}

/// Whether a query found no memory, not even by spilling; a full disk is another thing.
pub(crate) fn lacks_memory(error: &DataFusionError) -> bool {
    matches!(error.find_root(), DataFusionError::ResourcesExhausted(_)) && io_cause(error).is_none()
}

pub(super) fn engine_hint(error: &DataFusionError) -> Option<&'static str> {
    match error.find_root() {
        DataFusionError::ObjectStore(error) => store_hint(error),
        DataFusionError::IoError(error) => io_hint(error.kind()),
        DataFusionError::External(error) if error.is::<ClusterLost>() => Some(
            "see that the scheduler and its executors run and can be reached from here, then run the date again",
        ),
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
