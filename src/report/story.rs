//! What a run has to say: what is so today, and the answers to the questions of the mission.

use super::Report;
use super::hide::hide;
use super::locale::Locale;
use super::rows::{Cell, Rows};
use super::words::{Figure, Words};
use crate::error::Result;
use crate::job::Job;
use crate::plan::{Catalog, SqlFile};
use chrono::NaiveDate;

/// Rows below which a figure has nothing to compare.
const FEWEST: usize = 2;

/// A run in words and figures.
pub struct Story {
    pub(super) words: Words,
    pub(super) locale: Locale,
    pub(super) job: String,
    pub(super) engine_version: String,
    pub(super) run_date: NaiveDate,
    pub(super) previous_date: Option<NaiveDate>,
    pub(super) least: u32,
    pub(super) facts: Vec<Fact>,
    /// The chapters that have an answer, by their places among all.
    pub(super) chapters: Vec<(usize, Vec<Answered>)>,
}

/// A number of today, and the same of the run before.
pub(super) struct Fact {
    pub(super) column: String,
    pub(super) now: Cell,
    pub(super) before: Option<Cell>,
    /// Whether more of it is worse.
    pub(super) is_worse: bool,
}

/// A figure with its rows, of which small groups are hidden, and its answer.
pub(super) struct Answered {
    /// Its chapter, and its place there.
    place: (usize, usize),
    pub(super) rows: Rows,
    pub(super) answer: Vec<String>,
}

impl Answered {
    pub(super) fn figure<'w>(&self, words: &'w Words) -> &'w Figure {
        &words.chapters[self.place.0].figures[self.place.1]
    }
}

impl Story {
    /// What `report` has to say beside `previous`, the run before it; without the chapters.
    ///
    /// # Errors
    /// [`crate::error::Error::Stage`], [`crate::error::Error::Plan`].
    pub async fn facts(
        job: &Job,
        catalog: &Catalog,
        report: &Report,
        previous: Option<&Report>,
    ) -> Result<Self> {
        let words = Words::load()?;
        let least = job.parameters.min_group_size;
        let mut facts = Vec::new();
        for now in &words.now {
            let Some(file) = file(catalog, &now.sql) else {
                continue;
            };
            let Some(rows) = report.figure(file).await? else {
                continue;
            };
            let before = match previous {
                Some(previous) => previous.figure(file).await?,
                None => None,
            };
            for column in &rows.columns {
                let value = |rows: &Rows| now.value(rows, column, f64::from(least));
                facts.push(Fact {
                    column: column.clone(),
                    now: value(&rows),
                    before: before.as_ref().map(value),
                    is_worse: now.worse.contains(column),
                });
            }
        }
        facts.retain(|fact| fact.now.is_shown());
        Ok(Self {
            locale: Locale::of(job),
            job: job.name.clone(),
            engine_version: report.entry().engine_version.clone(),
            run_date: report.entry().run_date,
            previous_date: previous.map(|previous| previous.entry().run_date),
            least,
            facts,
            chapters: Vec::new(),
            words,
        })
    }

    /// With the answers to all questions of which `report` has the tables.
    ///
    /// # Errors
    /// [`crate::error::Error::Stage`].
    pub async fn with_chapters(mut self, catalog: &Catalog, report: &Report) -> Result<Self> {
        for (chapter, questions) in self.words.chapters.iter().enumerate() {
            let mut answers = Vec::new();
            for (place, figure) in questions.figures.iter().enumerate() {
                let Some(file) = file(catalog, &figure.sql) else {
                    continue;
                };
                let Some(rows) = report.figure(file).await? else {
                    continue;
                };
                answers.extend(self.answered(figure, (chapter, place), rows));
            }
            if !answers.is_empty() {
                self.chapters.push((chapter, answers));
            }
        }
        Ok(self)
    }

    /// The figure with what may be shown of it, unless that is nothing.
    fn answered(&self, figure: &Figure, place: (usize, usize), mut rows: Rows) -> Option<Answered> {
        if let (Some(groups), Some(first)) = (&figure.groups, rows.columns.first().cloned()) {
            let across = figure.chart.across.as_deref().unwrap_or(&first);
            hide(&mut rows, groups, &[&first, across], self.least);
        }
        let value = figure
            .chart
            .values
            .first()
            .and_then(|name| rows.place(name));
        let is_there = |row: &&Vec<Cell>| value.is_none_or(|place| row[place].is_shown());
        let is_told = rows.cells.iter().filter(is_there).count() >= FEWEST;
        let answer = figure.answer(&rows, &self.words, &self.locale);
        is_told.then_some(Answered {
            place,
            rows,
            answer,
        })
    }

    /// By how much a fact has changed since the run before; nothing if it has not.
    pub(super) fn written_change(&self, fact: &Fact) -> Option<String> {
        let (now, before) = (fact.now.number()?, fact.before.as_ref()?.number()?);
        let change = match fact.now {
            Cell::Count(_) | Cell::Share(_) => fact.now.like(now - before),
            _ => Cell::Share(now / before - 1.0),
        };
        let size = change.number().filter(|size| size.is_finite())?;
        let written = change.written(&self.words, &self.locale);
        let is_seen = written.chars().any(|letter| ('1'..='9').contains(&letter));
        is_seen.then(|| {
            if size > 0.0 {
                format!("+{written}")
            } else {
                written
            }
        })
    }
}

fn file<'c>(catalog: &'c Catalog, name: &str) -> Option<&'c SqlFile> {
    catalog
        .reports
        .values()
        .find(|file| file.table.table == name)
}
