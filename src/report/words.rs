//! What the report says, in every language, and how each figure is drawn: `words.yaml`.

use super::hide::Groups;
use super::locale::Locale;
use super::rows::{Cell, Rows};
use crate::error::{Error, Result};
use crate::job::Language;
use serde::Deserialize;
use std::collections::BTreeMap;

const FILE: &str = "src/report/words.yaml";

/// One text in every language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    en: String,
    de: String,
    es: String,
    zh: String,
    ru: String,
}

impl Text {
    pub(super) fn of(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::De => &self.de,
            Language::Es => &self.es,
            Language::Zh => &self.zh,
            Language::Ru => &self.ru,
        }
    }
}

/// All of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// The page's own words.
    page: BTreeMap<String, Text>,
    /// Figures of one row, whose values stand at the beginning with their change since the last run.
    pub(super) now: Vec<Now>,
    /// The questions of the mission, in their order.
    pub(super) chapters: Vec<Chapter>,
    /// Names of columns.
    columns: BTreeMap<String, Text>,
    /// Values that are words.
    values: BTreeMap<String, Text>,
}

/// A figure of one row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Now {
    /// Its file in `sql/reports`, without its ending.
    pub(super) sql: String,
    /// Columns of which more is worse.
    #[serde(default)]
    pub(super) worse: Vec<String>,
    /// Columns that count customers; the first counts those whom the figure is about.
    #[serde(default)]
    groups: Vec<String>,
}

/// A question of the mission.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chapter {
    pub(super) title: Text,
    pub(super) figures: Vec<Figure>,
}

/// A figure: its rows, what they answer, how they are drawn.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Figure {
    /// Its file in `sql/reports`, without its ending.
    pub(super) sql: String,
    pub(super) title: Text,
    /// Sentences, with `{column}` for a value of the first row, `{column@label}` of the row of that label,
    /// `{+column}` with its sign. A sentence without its values is left out.
    pub(super) answer: Vec<Text>,
    pub(super) chart: Chart,
    pub(super) groups: Option<Groups>,
}

/// How a figure is drawn: the names of the columns that take part.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chart {
    pub(super) kind: Kind,
    /// What is drawn; further ones as further lines.
    #[serde(default)]
    pub(super) values: Vec<String>,
    /// What it is compared with.
    pub(super) mark: Option<String>,
    /// The ends of its interval.
    pub(super) lower: Option<String>,
    pub(super) upper: Option<String>,
    /// The second label: columns of a heat table, right sides of rules.
    pub(super) across: Option<String>,
    /// The label of the row that matters.
    pub(super) matters: Option<String>,
}

/// The ways to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Bars,
    Lines,
    Steps,
    Area,
    Heat,
    Forest,
    Rules,
    Cards,
    Table,
}

impl Words {
    pub(super) fn load() -> Result<Self> {
        let words = serde_saphyr::from_str(include_str!("words.yaml"));
        words.map_err(|error| Error::Plan {
            file: FILE.to_owned(),
            reason: error.to_string(),
        })
    }

    /// One of the page's own words.
    pub(super) fn page(&self, name: &str, language: Language) -> &str {
        self.page.get(name).map_or("", |text| text.of(language))
    }

    /// The name of a column.
    pub(super) fn column(&self, name: &str, language: Language) -> String {
        let text = self
            .columns
            .get(name)
            .map(|text| text.of(language).to_owned());
        text.unwrap_or_else(|| name.replace('_', " "))
    }

    /// A value that is a word, if it is one of ours, else as it is.
    pub(super) fn value(&self, value: &str, language: Language) -> String {
        let text = self.values.get(value).map(|text| text.of(language));
        text.unwrap_or(value).to_owned()
    }
}

impl Now {
    /// The value of a column, unless it is of a group smaller than `least`.
    pub(super) fn value(&self, rows: &Rows, column: &str, least: f64) -> Cell {
        let is_small = |group: &String| {
            let count = rows.find(group, None).and_then(Cell::number);
            count.is_some_and(|count| count > 0.0 && count < least)
        };
        let own = self.groups.iter().filter(|group| *group == column);
        if self.groups.first().into_iter().chain(own).any(is_small) {
            return Cell::Hidden;
        }
        rows.find(column, None).cloned().unwrap_or(Cell::Missing)
    }
}

impl Figure {
    /// The sentences whose values are all there.
    pub(super) fn answer(&self, rows: &Rows, words: &Words, locale: &Locale) -> Vec<String> {
        let templates = self.answer.iter().map(|text| text.of(locale.language));
        templates
            .filter_map(|template| fill_in(template, rows, words, locale))
            .collect()
    }
}

fn fill_in(template: &str, rows: &Rows, words: &Words, locale: &Locale) -> Option<String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (inner, behind) = after.split_once('}')?;
        let (name, label) = match inner.split_once('@') {
            Some((name, label)) => (name, Some(label)),
            None => (inner, None),
        };
        let column = name.trim_start_matches('+');
        let cell = rows.find(column, label).filter(|cell| cell.is_shown())?;
        let is_signed = name.starts_with('+') && cell.number().is_some_and(|number| number > 0.0);
        filled.push_str(before);
        filled.push_str(if is_signed { "+" } else { "" });
        filled.push_str(&cell.written(words, locale));
        rest = behind;
    }
    filled.push_str(rest);
    Some(filled)
}
