//! Which files a source has: a file, a folder or a glob, pruned by the run date.

use super::InputFile;
use crate::error::{Error, Result};
use crate::job::{Format, Source};
use crate::store::{Location, Stores};
use chrono::{Days, NaiveDate};
use object_store::ObjectMeta;
use sha2::{Digest, Sha256};

/// A file with the values that its folders give it.
#[derive(Debug, Clone)]
pub(super) struct SourceFile {
    /// Path, size and version in the store.
    pub(super) meta: ObjectMeta,
    /// Hive partitions: `month=2025-12` gives `("month", "2025-12")`.
    pub(super) partitions: Vec<(String, String)>,
}

/// The files of a source in the order of their names.
#[derive(Debug)]
pub(super) struct SourceFiles {
    /// Where they are.
    pub(super) location: Location,
    /// Their format.
    pub(super) format: Format,
    /// The files to read.
    pub(super) files: Vec<SourceFile>,
    /// Files that begin after the run date and are not opened.
    pub(super) pruned: usize,
}

impl SourceFiles {
    /// Another one if a file was added, taken away or written again.
    pub(super) fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for SourceFile { meta, .. } in &self.files {
            let (time, mark) = (meta.last_modified.timestamp_micros(), &meta.e_tag);
            hash.update(format!("{} {} {time} {mark:?}\n", meta.location, meta.size));
        }
        crate::hex(&hash.finalize())
    }

    /// Each file with what tells it from another of its name.
    pub(super) fn each(&self) -> Vec<InputFile> {
        let file = |SourceFile { meta, .. }: &SourceFile| InputFile {
            path: meta.location.to_string(),
            bytes: meta.size,
            version: meta
                .e_tag
                .clone()
                .unwrap_or_else(|| meta.last_modified.timestamp_micros().to_string()),
        };
        self.files.iter().map(file).collect()
    }
}

/// Finds the files of `source` that can hold rows up to `run_date`.
///
/// # Errors
/// [`Error::NoInput`] when there is none, [`Error::Store`] when the store does not answer.
pub(super) async fn find(
    name: &'static str,
    source: &Source,
    stores: &Stores,
    run_date: NaiveDate,
) -> Result<SourceFiles> {
    let location = stores.open(&source.url)?;
    let all = match location.head().await? {
        Some(file) => vec![file],
        None => location.list().await?,
    };
    let mut format = source.format;
    let (mut files, mut pruned) = (Vec::new(), 0);
    for meta in all {
        let Some(relative) = relative(&location, &meta) else {
            continue;
        };
        let Some(of_name) = format_of(&relative, source.format) else {
            continue;
        };
        if hidden(&relative)
            || location
                .pattern
                .as_ref()
                .is_some_and(|glob| !glob.matches(&relative))
        {
            continue;
        }
        let partitions = partitions(&relative);
        if begins_after(&partitions, source.date_partition.as_deref(), run_date) {
            pruned += 1;
            continue;
        }
        format.get_or_insert(of_name);
        if format == Some(of_name) {
            files.push(SourceFile { meta, partitions });
        }
    }
    match format {
        Some(format) if !files.is_empty() => Ok(SourceFiles {
            location,
            format,
            files,
            pruned,
        }),
        _ => Err(Error::NoInput {
            source_name: name,
            url: location_with_pattern(&location),
        }),
    }
}

fn location_with_pattern(location: &Location) -> String {
    match &location.pattern {
        Some(pattern) => format!("{}/{pattern}", location.url()),
        None => location.url(),
    }
}

/// The path below the place of the source; a file that is itself the place keeps its name.
fn relative(location: &Location, meta: &ObjectMeta) -> Option<String> {
    let full = meta.location.as_ref();
    let below = full
        .strip_prefix(location.path.as_ref())?
        .trim_start_matches('/');
    let name = if below.is_empty() {
        meta.location.filename()?
    } else {
        below
    };
    Some(name.to_owned())
}

/// Other programs keep their own things in names with a leading dot or underscore.
fn hidden(relative: &str) -> bool {
    relative.split('/').any(|part| part.starts_with(['.', '_']))
}

fn format_of(relative: &str, declared: Option<Format>) -> Option<Format> {
    let ending = relative
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    match (ending.as_str(), declared) {
        ("parquet" | "parq" | "pq", None | Some(Format::Parquet)) => Some(Format::Parquet),
        ("csv" | "tsv" | "txt", None | Some(Format::Csv)) => Some(Format::Csv),
        _ if relative.contains('.') => None,
        (_, declared) => declared,
    }
}

fn partitions(relative: &str) -> Vec<(String, String)> {
    let folders = relative.rsplit_once('/').map_or("", |(folders, _)| folders);
    let named = folders
        .split('/')
        .filter_map(|folder| folder.split_once('='));
    named
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// A folder's date may be in another time zone than the job's days, so one day is left as a margin.
fn begins_after(
    partitions: &[(String, String)],
    column: Option<&str>,
    run_date: NaiveDate,
) -> bool {
    let value = partitions
        .iter()
        .find(|(name, _)| Some(name.as_str()) == column);
    let first_day = value.and_then(|(_, value)| first_day(value));
    first_day
        .zip(run_date.checked_add_days(Days::new(1)))
        .is_some_and(|(first, margin)| first > margin)
}

/// The first day of `2025`, `2025-12`, `202512`, `2025-12-31` or `20251231`.
fn first_day(value: &str) -> Option<NaiveDate> {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let full = match digits.len() {
        4 => format!("{digits}0101"),
        6 => format!("{digits}01"),
        8 => digits,
        _ => return None,
    };
    NaiveDate::parse_from_str(&full, "%Y%m%d").ok()
}
