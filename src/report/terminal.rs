//! Tables and answers as text, for a terminal.

use super::rows::{Cell, Rows};
use super::story::Story;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use comfy_table::{CellAlignment, Table, presets};
use std::fmt::Write;

/// A figure of more rows than these is told by its answer alone.
const SHORT: usize = 12;

/// Digits behind the point of a float.
const DIGITS: usize = 4;

/// Rows with their names above them, numbers to the right.
pub(super) fn table(schema: &Schema, batches: &[RecordBatch]) -> Result<String, ArrowError> {
    let options = FormatOptions::default().with_null("–");
    let mut lines = Vec::new();
    for batch in batches {
        let columns = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let cells = columns.iter().zip(schema.fields()).map(|(column, field)| {
                let text = column.value(row).to_string();
                match (field.data_type(), text.parse::<f64>()) {
                    (DataType::Float64 | DataType::Float32, Ok(number)) => {
                        format!("{number:.DIGITS$}")
                    }
                    _ => text,
                }
            });
            lines.push(cells.collect());
        }
    }
    let names = schema
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    let numbers: Vec<bool> = schema
        .fields()
        .iter()
        .map(|field| field.data_type().is_numeric())
        .collect();
    Ok(aligned(names, lines, &numbers))
}

fn aligned(names: Vec<String>, lines: Vec<Vec<String>>, to_the_right: &[bool]) -> String {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_header(names)
        .add_rows(lines);
    for (column, is_right) in table.column_iter_mut().zip(to_the_right) {
        column.set_padding((0, 2));
        if *is_right {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n")
}

impl Story {
    /// All answers, with the rows of those that have few.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (chapter, answers) in &self.chapters {
            let title = self.words.chapters[*chapter].title.of(self.locale.language);
            let _ = writeln!(text, "{title}\n{}\n", "─".repeat(title.chars().count()));
            for answered in answers {
                let title = answered.figure(&self.words).title.of(self.locale.language);
                let _ = writeln!(text, "{title}");
                for sentence in &answered.answer {
                    let _ = writeln!(text, "{sentence}");
                }
                if answered.rows.cells.len() <= SHORT {
                    let _ = writeln!(text, "\n{}", self.rows(&answered.rows));
                }
                text.push('\n');
            }
        }
        text
    }

    /// What changed since the run before, and what needs attention.
    #[must_use]
    pub fn news(&self) -> String {
        let language = self.locale.language;
        let mut names = vec![self.job.clone(), self.locale.date(self.run_date)];
        if let Some(date) = self.previous_date {
            names.insert(1, self.locale.date(date));
            names.push(self.words.page("change", language).to_owned());
        }
        let mut attention = Vec::new();
        let lines = self.facts.iter().map(|fact| {
            let name = self.words.column(&fact.column, language);
            let mut line = vec![name.clone(), fact.now.written(&self.words, &self.locale)];
            if let Some(before) = &fact.before {
                line.insert(1, before.written(&self.words, &self.locale));
            }
            if let Some(change) = self.written_change(fact) {
                if fact.is_worse && change.starts_with('+') {
                    attention.push(format!("{name} {change}"));
                }
                line.push(change);
            }
            line
        });
        let to_the_right: Vec<bool> = (0..names.len()).map(|place| place > 0).collect();
        let mut text = aligned(names, lines.collect(), &to_the_right);
        if !attention.is_empty() {
            let _ = write!(
                text,
                "\n{} {}",
                self.words.page("attention", language),
                attention.join(", ")
            );
        }
        text
    }

    fn rows(&self, rows: &Rows) -> String {
        let told = rows.of_rows();
        let names = told.iter().map(|place| {
            self.words
                .column(&rows.columns[*place], self.locale.language)
        });
        let written = |row: &Vec<Cell>| {
            told.iter()
                .map(|place| row[*place].written(&self.words, &self.locale))
                .collect()
        };
        let is_number = |place: &usize| rows.cells.iter().any(|row| row[*place].number().is_some());
        let to_the_right: Vec<bool> = told.iter().map(is_number).collect();
        aligned(
            names.collect(),
            rows.cells.iter().map(written).collect(),
            &to_the_right,
        )
    }
}
