//! Which published dates would be different now, because lines came late or went away.
//!
//! Every run publishes what counts of each day, `base.source_days`. A date would change if a day up to it is not now
//! what it was then. Other sources than the transactions are not compared.

use super::{Options, open, run_date};
use crate::error::{Error, Result};
use crate::job::Job;
use crate::plan::{Catalog, Plan, Selection};
use crate::publish::{self, Ledger};
use crate::store::{Location, Stores};
use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The table that is compared.
pub(super) const DAYS: &str = "base.source_days";

/// A published date that would be different now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The date.
    pub run_date: NaiveDate,
    /// The first day up to it that is not what it was.
    pub first_day: String,
}

/// What counts of each day, as text: a day as in `2025-12-31` and what stands beside it.
pub(super) type Days = BTreeMap<String, String>;

/// Every published date that would be different now, oldest first.
///
/// # Errors
/// As a run, as far as it computes the days; [`Error::Store`] when a published table cannot be read.
pub async fn changed_dates(job: &Job, stores: &Stores) -> Result<Vec<Changed>> {
    let output = stores.open(&job.output.url)?;
    let dates = Ledger::new(&output).dates().await?;
    if dates.is_empty() {
        return Ok(Vec::new());
    }
    let options = Options {
        run_date: dates.last().copied(),
        allow_incomplete_day: true,
        ..Options::default()
    };
    let catalog = Catalog::load(job.sql.as_deref().map(Path::new))?;
    // what is kept from night to night is not looked at: every file is read
    let job = &Job {
        cache: None,
        ..job.clone()
    };
    let selection = Selection {
        select: vec![DAYS.to_owned()],
        exclude: Vec::new(),
    };
    let plan = Plan::new(job, &catalog, &selection)?;
    let scratch = super::Scratch::create(job, &output, &super::new_run_id())?;
    let run_date = run_date(job, &options)?;
    let (mut stage, _) = open(job, &catalog, stores, run_date, scratch.path()).await?;
    stage.reject(&plan.gates).await?;
    for step in &plan.steps {
        stage.make(step, None, &|_| {}).await?;
    }
    let now = days(&stage.query("select * from entities.source_days").await?)?;
    let mut changed = Vec::new();
    for date in dates {
        if let Compared::Changed(date) = compare(&output, date, &now).await? {
            changed.push(date);
        }
    }
    Ok(changed)
}

/// The dates just before `run_date` that would be different by the days of this run, newest first, up to the first that
/// would not: what came late since they were published.
pub(super) async fn late(
    output: &Location,
    run_date: NaiveDate,
    now: &Days,
) -> Result<Vec<Changed>> {
    let dates = Ledger::new(output).dates().await?;
    let mut late = Vec::new();
    for date in dates.into_iter().rev().filter(|date| *date < run_date) {
        let Compared::Changed(changed) = compare(output, date, now).await? else {
            break;
        };
        late.push(changed);
    }
    Ok(late)
}

/// What a comparison says of a date.
enum Compared {
    /// It was published without its days.
    Unknown,
    Same,
    Changed(Changed),
}

async fn compare(output: &Location, date: NaiveDate, now: &Days) -> Result<Compared> {
    let entry = Ledger::new(output).last(date).await?;
    let tables = entry.iter().flat_map(|entry| &entry.outputs);
    let Some(table) = tables.into_iter().find(|table| table.table == DAYS) else {
        return Ok(Compared::Unknown);
    };
    let then = days(&publish::rows(output, table).await?)?;
    let until = date.to_string();
    let all = then.keys().chain(now.keys()).filter(|day| **day <= until);
    let first = all.filter(|day| then.get(*day) != now.get(*day)).min();
    Ok(first.map_or(Compared::Same, |day| {
        Compared::Changed(Changed {
            run_date: date,
            first_day: day.clone(),
        })
    }))
}

/// The rows of `base.source_days` by their day.
pub(super) fn days(batches: &[RecordBatch]) -> Result<Days> {
    let printed = batches
        .iter()
        .map(printed)
        .collect::<std::result::Result<Vec<_>, _>>();
    let printed = printed.map_err(|error| Error::Stage {
        table: DAYS.to_owned(),
        file: "published table".to_owned(),
        source: Box::new(error.into()),
    })?;
    Ok(printed.into_iter().flatten().collect())
}

fn printed(batch: &RecordBatch) -> std::result::Result<Vec<(String, String)>, ArrowError> {
    let options = FormatOptions::default();
    let columns = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options));
    let columns = columns.collect::<std::result::Result<Vec<_>, _>>()?;
    let rows = 0..batch.num_rows();
    Ok(rows
        .map(|row| {
            let mut values = columns.iter().map(|column| column.value(row).to_string());
            let day = values.next().unwrap_or_default();
            (day, values.collect::<Vec<_>>().join(" "))
        })
        .collect())
}
