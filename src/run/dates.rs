//! Which day is the last that counts.

use super::Options;
use crate::error::{Error, Result};
use crate::job::Job;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

/// The last day that is over now, in the time zone of the job.
#[must_use]
pub fn last_finished_day(job: &Job, now: DateTime<Utc>) -> NaiveDate {
    let start = TimeDelta::hours(i64::from(job.day_starts_at_hour));
    let today = (now.with_timezone(&time_zone(job)).naive_local() - start).date();
    today.checked_sub_days(Days::new(1)).unwrap_or(today)
}

/// The time zone of the job, which has been checked to be one.
pub(super) fn time_zone(job: &Job) -> Tz {
    job.time_zone.parse().unwrap_or(Tz::UTC)
}

/// The day that a run is for.
///
/// # Errors
/// [`Error::DayNotOver`] unless the options allow such a day.
pub fn run_date(job: &Job, options: &Options) -> Result<NaiveDate> {
    let finished = last_finished_day(job, Utc::now());
    let asked = options.run_date.or_else(|| job.run_date.parse().ok());
    match asked {
        Some(day) if day > finished && !options.allow_incomplete_day => Err(Error::DayNotOver {
            run_date: day.to_string(),
            time_zone: job.time_zone.clone(),
        }),
        Some(day) => Ok(day),
        None => Ok(finished),
    }
}
