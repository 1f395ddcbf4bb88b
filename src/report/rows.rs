//! The rows of a figure, as people read them.

use super::locale::Locale;
use super::words::Words;
use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Schema};
use arrow::error::ArrowError;
use arrow::temporal_conversions::date32_to_datetime;
use chrono::NaiveDate;

/// Endings of the names of columns that hold shares of a whole.
const SHARES: [&str; 3] = ["_share", "_rate", "_probability"];

/// Ending of the names of columns that say the same in every row: it is told in the answer, and no row's secret.
const OF_ALL: &str = "_all";

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Not there.
    Missing,
    /// Of a group too small to be shown.
    Hidden,
    Text(String),
    Flag(bool),
    Day(NaiveDate),
    Count(f64),
    /// Decimals are money.
    Money(f64),
    /// Floats that are named so are shares.
    Share(f64),
    Plain(f64),
}

impl Cell {
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Count(value) | Self::Money(value) | Self::Share(value) | Self::Plain(value) => {
                Some(*value)
            }
            _ => None,
        }
    }

    pub(super) fn is_shown(&self) -> bool {
        !matches!(self, Self::Missing | Self::Hidden)
    }

    /// The same kind of value with another number in it.
    pub(super) fn like(&self, number: f64) -> Self {
        match self {
            Self::Count(_) => Self::Count(number),
            Self::Money(_) => Self::Money(number),
            Self::Share(_) => Self::Share(number),
            _ => Self::Plain(number),
        }
    }

    pub(super) fn written(&self, words: &Words, locale: &Locale) -> String {
        match self {
            Self::Missing => "–".to_owned(),
            Self::Hidden => "✕".to_owned(),
            Self::Text(text) => words.value(text, locale.language),
            Self::Flag(flag) => words.value(if *flag { "yes" } else { "no" }, locale.language),
            Self::Day(day) => locale.date(*day),
            Self::Count(value) => locale.number(*value, 0),
            Self::Money(value) => locale.money(*value),
            Self::Share(value) => locale.share(*value),
            Self::Plain(value) => locale.plain(*value),
        }
    }
}

/// What a figure is drawn from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rows {
    pub(super) columns: Vec<String>,
    pub(super) cells: Vec<Vec<Cell>>,
}

impl Rows {
    pub(super) fn read(schema: &Schema, batches: &[RecordBatch]) -> Result<Self, ArrowError> {
        let columns: Vec<String> = schema
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        let mut cells = Vec::new();
        for batch in batches {
            let read: Vec<Vec<Cell>> = columns
                .iter()
                .zip(batch.columns())
                .map(|(name, column)| read(name, column))
                .collect::<Result<_, _>>()?;
            for row in 0..batch.num_rows() {
                cells.push(read.iter().map(|column| column[row].clone()).collect());
            }
        }
        Ok(Self { columns, cells })
    }

    pub(super) fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name == column)
    }

    /// The places of the columns that differ from row to row.
    pub(super) fn of_rows(&self) -> Vec<usize> {
        (0..self.columns.len())
            .filter(|place| !self.columns[*place].ends_with(OF_ALL))
            .collect()
    }

    /// The values of a column.
    pub(super) fn column(&self, name: &str) -> Vec<&Cell> {
        let place = self.place(name);
        place.map_or_else(Vec::new, |place| {
            self.cells.iter().map(|row| &row[place]).collect()
        })
    }

    /// A value of the first row, or of the row whose first value reads `label`; of a hidden row not even its name is told.
    pub(super) fn find(&self, column: &str, label: Option<&str>) -> Option<&Cell> {
        let is_meant = |row: &&Vec<Cell>| match (label, &row[0]) {
            (None, _) => true,
            (Some(label), Cell::Text(text)) => label == text,
            (Some(label), Cell::Flag(flag)) => label == flag.to_string(),
            (Some(label), cell) => cell
                .number()
                .is_some_and(|number| number.to_string() == label),
        };
        let row = self.cells.iter().find(is_meant)?;
        let is_told = column.ends_with(OF_ALL) || !self.is_hidden(row);
        let cell = &row[self.place(column)?];
        Some(if is_told { cell } else { &Cell::Hidden })
    }

    /// Whether nothing is left of a row but its names.
    fn is_hidden(&self, row: &[Cell]) -> bool {
        let is_name = |cell: &&Cell| matches!(cell, Cell::Text(_) | Cell::Day(_));
        let places = self.of_rows().into_iter().skip(1);
        let mut values = places
            .map(|place| &row[place])
            .filter(|cell| !is_name(cell))
            .peekable();
        values.peek().is_some() && values.all(|cell| *cell == Cell::Hidden)
    }
}

fn read(name: &str, column: &ArrayRef) -> Result<Vec<Cell>, ArrowError> {
    let name = name.trim_end_matches(OF_ALL);
    let is_share = SHARES.iter().any(|ending| name.ends_with(ending));
    let numbers = |cell: fn(f64) -> Cell| {
        let column = cast(column, &DataType::Float64)?;
        let values = column.as_primitive::<Float64Type>().iter();
        Ok(values
            .map(|value| {
                value
                    .filter(|value| value.is_finite())
                    .map_or(Cell::Missing, cell)
            })
            .collect())
    };
    match column.data_type() {
        DataType::Decimal128(..) | DataType::Decimal256(..) => numbers(Cell::Money),
        kind if kind.is_integer() => numbers(Cell::Count),
        kind if kind.is_floating() => numbers(if is_share { Cell::Share } else { Cell::Plain }),
        DataType::Boolean => Ok(column
            .as_boolean()
            .iter()
            .map(|flag| flag.map_or(Cell::Missing, Cell::Flag))
            .collect()),
        DataType::Date32 => Ok(column
            .as_primitive::<Date32Type>()
            .iter()
            .map(|day| {
                day.and_then(date32_to_datetime)
                    .map_or(Cell::Missing, |day| Cell::Day(day.date()))
            })
            .collect()),
        _ => {
            let texts = cast(column, &DataType::Utf8)?;
            let texts = texts.as_string::<i32>().iter();
            Ok(texts
                .map(|text| text.map_or(Cell::Missing, |text| Cell::Text(text.to_owned())))
                .collect())
        }
    }
}
