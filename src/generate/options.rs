//! What shop to generate: its size, its period, its seed.

use std::path::PathBuf;

use chrono::NaiveDate;
use serde::Serialize;

use super::error::{Error, Result};

/// Which shop to generate, and where to put it.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `out` | – | an empty or absent folder | where the files go |
/// | `lines` | 1,000,000 | 10,000 to 1,000,000,000 | transaction lines aimed at |
/// | `seed` | 1 | any | same options, same seed: same bytes |
/// | `start_date` | 2023-01-01 | | first day of the transactions |
/// | `end_date` | 2025-12-31 | at least 365 days later | last day of the transactions |
/// | `partition` | month | month, day | what one folder of transactions holds |
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder to fill.
    pub out: PathBuf,
    /// Transaction lines aimed at; the shop comes within about 2 % of it.
    pub lines: u64,
    /// Where all chance begins.
    pub seed: u64,
    /// First day of the transactions.
    pub start_date: NaiveDate,
    /// Last day of the transactions, inclusive.
    pub end_date: NaiveDate,
    /// What one folder of transactions holds.
    pub partition: Partition,
}

/// What one folder of transactions holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Partition {
    /// `month=2025-11`
    Month,
    /// `date=2025-11-28`
    Day,
}

impl Partition {
    /// The folder that holds this day's lines.
    pub(super) fn folder(self, day: NaiveDate) -> String {
        match self {
            Self::Month => format!("month={}", day.format("%Y-%m")),
            Self::Day => format!("date={day}"),
        }
    }
}

const LINES_LEAST: u64 = 10_000;
const LINES_MOST: u64 = 1_000_000_000;
const PERIOD_DAYS_LEAST: i64 = 365;

impl Options {
    /// A shop of a million lines over three years.
    pub fn new(out: impl Into<PathBuf>) -> Self {
        Self {
            out: out.into(),
            lines: 1_000_000,
            seed: 1,
            start_date: NaiveDate::from_ymd_opt(2023, 1, 1).unwrap_or_default(),
            end_date: NaiveDate::from_ymd_opt(2025, 12, 31).unwrap_or_default(),
            partition: Partition::Month,
        }
    }

    /// Refuses a shop that cannot be made, before anything is written.
    pub(super) fn check(&self) -> Result<()> {
        if !(LINES_LEAST..=LINES_MOST).contains(&self.lines) {
            return Err(Error::Lines {
                lines: self.lines,
                least: LINES_LEAST,
                most: LINES_MOST,
            });
        }
        if (self.end_date - self.start_date).num_days() < PERIOD_DAYS_LEAST - 1 {
            return Err(Error::Period {
                start_date: self.start_date,
                end_date: self.end_date,
                least_days: PERIOD_DAYS_LEAST,
            });
        }
        match self.out.read_dir().map(|mut entries| entries.next()) {
            Ok(Some(_)) => Err(Error::NotEmpty {
                path: self.out.clone(),
            }),
            Ok(None) => Ok(()),
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(Error::Io {
                path: self.out.clone(),
                source,
            }),
        }
    }
}
