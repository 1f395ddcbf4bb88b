//! From the rows of a figure to its chart.

use super::chart::{self, Bar, Caption, Card, Estimate, Lines, Rule};
use super::locale::Locale;
use super::markup::{Element, tag};
use super::rows::{Cell, Rows};
use super::words::{Figure, Kind, Words};
use chrono::NaiveDate;

/// Dates written below a chart, and other labels.
const DATES: usize = 3;
const LABELS: usize = 11;

/// What a figure is drawn with.
pub(super) struct Pen<'p> {
    pub(super) words: &'p Words,
    pub(super) locale: &'p Locale,
}

impl Pen<'_> {
    /// The chart of a figure; none for a table, or if nothing is left to be drawn.
    pub(super) fn chart(
        &self,
        figure: &Figure,
        rows: &Rows,
        caption: &Caption<'_>,
    ) -> Option<Element> {
        match figure.chart.kind {
            Kind::Bars => self.bars(figure, rows, caption),
            Kind::Lines | Kind::Steps | Kind::Area => self.lines(figure, rows, caption),
            Kind::Forest => self.forest(figure, rows, caption),
            Kind::Heat => self.heat(figure, rows, caption),
            Kind::Rules => rules(figure, rows, caption),
            Kind::Cards => self.cards(figure, rows, caption),
            Kind::Table => None,
        }
    }

    /// All rows as a table.
    pub(super) fn table(&self, rows: &Rows) -> Element {
        let told = rows.of_rows();
        let head = told.iter().map(|place| {
            let name = self
                .words
                .column(&rows.columns[*place], self.locale.language);
            let class = rows
                .cells
                .first()
                .map_or("number", |row| align(&row[*place]));
            tag("th").with("scope", "col").class(class).text(name)
        });
        let body = rows.cells.iter().map(|row| {
            let cells = told.iter().map(|place| {
                tag("td")
                    .class(align(&row[*place]))
                    .text(self.written(&row[*place]))
            });
            tag("tr").children(cells)
        });
        tag("table")
            .child(tag("thead").child(tag("tr").children(head)))
            .child(tag("tbody").children(body))
    }

    fn written(&self, cell: &Cell) -> String {
        cell.written(self.words, self.locale)
    }

    fn column(&self, name: &str) -> String {
        self.words.column(name, self.locale.language)
    }

    /// What a row is called: its first value, with the name of the column if it is a mere number.
    fn label(&self, rows: &Rows, row: &[Cell]) -> String {
        let written = self.written(&row[0]);
        match row[0] {
            Cell::Count(_) => format!("{} {written}", self.column(&rows.columns[0])),
            _ => written,
        }
    }

    fn bars(&self, figure: &Figure, rows: &Rows, caption: &Caption<'_>) -> Option<Element> {
        let name = figure.chart.values.first()?;
        let value = rows.place(name)?;
        let mark = figure.chart.mark.as_ref();
        let compared = mark.and_then(|mark| rows.place(mark));
        let bars: Vec<Bar> = rows
            .cells
            .iter()
            .filter(|row| row[value] != Cell::Missing)
            .map(|row| {
                let mark = compared
                    .map(|place| &row[place])
                    .filter(|cell| cell.is_shown());
                let against =
                    mark.map_or_else(String::new, |cell| format!(" · {}", self.written(cell)));
                Bar {
                    label: self.label(rows, row),
                    value: row[value].number().unwrap_or(0.0),
                    written: format!("{}{against}", self.written(&row[value])),
                    mark: mark.and_then(Cell::number),
                }
            })
            .collect();
        let legend = match mark {
            Some(mark) => vec![("bar", self.column(name)), ("mark", self.column(mark))],
            None => vec![("bar", self.column(name))],
        };
        Some(drawn(chart::bars(caption, &bars), &legend))
    }

    fn forest(&self, figure: &Figure, rows: &Rows, caption: &Caption<'_>) -> Option<Element> {
        let place = |name: Option<&String>| rows.place(name?);
        let value = place(figure.chart.values.first())?;
        let (lower, upper) = (
            place(figure.chart.lower.as_ref())?,
            place(figure.chart.upper.as_ref())?,
        );
        let number = |cell: &Cell| cell.number().unwrap_or(0.0);
        let estimates: Vec<Estimate> = shown(rows, [value, lower, upper])
            .map(|row| Estimate {
                label: self.label(rows, row),
                value: number(&row[value]),
                lower: number(&row[lower]),
                upper: number(&row[upper]),
                written: format!(
                    "{} ({} – {})",
                    self.written(&row[value]),
                    self.written(&row[lower]),
                    self.written(&row[upper])
                ),
            })
            .collect();
        let kind = shown(rows, [value]).next()?[value].clone();
        let write = |number| self.written(&kind.like(number));
        let legend = [
            ("dot", self.column(&rows.columns[value])),
            ("whisker", self.column("interval")),
        ];
        Some(drawn(chart::forest(caption, &estimates, &write), &legend))
    }

    fn lines(&self, figure: &Figure, rows: &Rows, caption: &Caption<'_>) -> Option<Element> {
        let chart = &figure.chart;
        let places: Vec<usize> = chart
            .values
            .iter()
            .filter_map(|name| rows.place(name))
            .collect();
        let first = *places.first()?;
        let kind = shown(rows, [first]).next()?[first].clone();
        let line = |place: &usize| {
            let points = shown(rows, [0, *place]);
            points
                .filter_map(|row| Some((along(&row[0])?, row[*place].number()?)))
                .collect()
        };
        let drawing = Lines {
            curves: places.iter().map(line).collect(),
            band: band(figure, rows).unwrap_or_default(),
            is_stepped: chart.kind == Kind::Steps,
            is_area: chart.kind == Kind::Area,
            labels: self.labels(rows, first),
            matters: chart
                .matters
                .as_ref()
                .and_then(|matters| what_matters(rows, matters)),
        };
        let styles = ["line first", "line second", "line third"].into_iter();
        let lines = styles
            .zip(&places)
            .map(|(style, place)| (style, self.column(&rows.columns[*place])));
        let further = [
            ("band", "interval", !drawing.band.is_empty()),
            ("equal", "equal_shares", drawing.is_area),
            (
                "matters",
                chart.matters.as_deref().unwrap_or_default(),
                drawing.matters.is_some(),
            ),
            ("across", &rows.columns[0], true),
        ];
        let further = further.into_iter().filter(|(.., is_there)| *is_there);
        let legend: Vec<_> = lines
            .chain(further.map(|(style, name, _)| (style, self.column(name))))
            .collect();
        let write = |number| self.written(&kind.like(number));
        Some(drawn(chart::lines(caption, &drawing, &write), &legend))
    }

    /// A few of the first values, evenly spread.
    fn labels(&self, rows: &Rows, value: usize) -> Vec<(f64, String)> {
        let cells: Vec<&Cell> = shown(rows, [0, value]).map(|row| &row[0]).collect();
        let most = match cells.first() {
            Some(Cell::Day(_) | Cell::Money(_)) => DATES,
            Some(Cell::Share(_)) => 5,
            _ => LABELS,
        };
        let every = cells.len().saturating_sub(1).div_ceil(most - 1).max(1);
        let labels = cells
            .iter()
            .step_by(every)
            .filter_map(|cell| Some((along(cell)?, self.written(cell))));
        labels.collect()
    }

    fn cards(&self, figure: &Figure, rows: &Rows, caption: &Caption<'_>) -> Option<Element> {
        let names = figure.chart.values.iter();
        let places: Vec<usize> = names.filter_map(|name| rows.place(name)).collect();
        let first = *places.first()?;
        let cards: Vec<Card> = shown(rows, [first])
            .map(|row| {
                let value = |place: &usize| {
                    let name = self.column(&rows.columns[*place]);
                    (name, self.written(&row[*place]))
                };
                (self.label(rows, row), places.iter().map(value).collect())
            })
            .collect();
        Some(chart::cards(caption, &cards))
    }

    fn heat(&self, figure: &Figure, rows: &Rows, caption: &Caption<'_>) -> Option<Element> {
        let value = rows.place(figure.chart.values.first()?)?;
        let across = rows.place(figure.chart.across.as_ref()?)?;
        let greatest = rows
            .cells
            .iter()
            .filter_map(|row| row[value].number())
            .fold(0.0, f64::max);
        let columns = once(rows.cells.iter().map(|row| &row[across]));
        let lines = once(rows.cells.iter().map(|row| &row[0]))
            .into_iter()
            .map(|label| {
                let cells = columns.iter().map(|column| {
                    let row = rows
                        .cells
                        .iter()
                        .find(|row| row[0] == *label && row[across] == **column)?;
                    let size = row[value]
                        .number()
                        .map_or(0.0, |number| number / greatest.max(f64::MIN_POSITIVE));
                    let short = match &row[value] {
                        Cell::Share(share) => Cell::Share((100.0 * share).round() / 100.0),
                        cell => cell.clone(),
                    };
                    Some((size, self.written(&short)))
                });
                (self.written(label), cells.collect())
            });
        let lines: Vec<_> = lines.collect();
        let names: Vec<String> = columns.iter().map(|column| self.written(column)).collect();
        let corner = format!(
            "{} / {}",
            self.column(&rows.columns[0]),
            self.column(&rows.columns[across])
        );
        (!lines.is_empty()).then(|| chart::heat(caption, &corner, &names, &lines))
    }
}

fn rules(figure: &Figure, rows: &Rows, caption: &Caption<'_>) -> Option<Element> {
    let value = rows.place(figure.chart.values.first()?)?;
    let to = rows.place(figure.chart.across.as_ref()?)?;
    let numbers = shown(rows, [value]).filter_map(|row| row[value].number());
    let greatest = numbers.fold(f64::MIN_POSITIVE, f64::max);
    let rules: Vec<Rule> = shown(rows, [value])
        .filter_map(|row| match (&row[0], &row[to]) {
            (Cell::Text(from), Cell::Text(to)) => Some(Rule {
                from: from.clone(),
                to: to.clone(),
                strength: row[value].number()? / greatest,
            }),
            _ => None,
        })
        .collect();
    (!rules.is_empty()).then(|| chart::rules(caption, &rules))
}

/// The ends of the interval of each row.
fn band(figure: &Figure, rows: &Rows) -> Option<Vec<(f64, f64, f64)>> {
    let lower = rows.place(figure.chart.lower.as_ref()?)?;
    let upper = rows.place(figure.chart.upper.as_ref()?)?;
    let ends = shown(rows, [0, lower, upper]);
    let ends =
        ends.filter_map(|row| Some((along(&row[0])?, row[lower].number()?, row[upper].number()?)));
    Some(ends.collect())
}

/// Where the line of what matters stands: at a label, or where a column of flags is first true.
fn what_matters(rows: &Rows, matters: &str) -> Option<f64> {
    match rows.place(matters) {
        Some(place) => along(
            &rows
                .cells
                .iter()
                .find(|row| row[place] == Cell::Flag(true))?[0],
        ),
        None => matters.parse().ok(),
    }
}

/// The rows of which all of `places` are shown.
fn shown<const N: usize>(rows: &Rows, places: [usize; N]) -> impl Iterator<Item = &Vec<Cell>> {
    rows.cells
        .iter()
        .filter(move |row| places.iter().all(|place| row[*place].is_shown()))
}

/// Where a value stands along x.
fn along(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Day(day) => Some(f64::from(
            i32::try_from((*day - NaiveDate::default()).num_days()).ok()?,
        )),
        cell => cell.number(),
    }
}

fn once<'c>(cells: impl Iterator<Item = &'c Cell>) -> Vec<&'c Cell> {
    let mut once = Vec::new();
    for cell in cells {
        if !once.contains(&cell) {
            once.push(cell);
        }
    }
    once
}

fn align(cell: &Cell) -> &'static str {
    match cell {
        Cell::Text(_) | Cell::Flag(_) => "word",
        _ => "number",
    }
}

/// A chart with the meaning of its shapes below it.
fn drawn(chart: Element, legend: &[(&'static str, String)]) -> Element {
    let entries = legend.iter().map(|(class, name)| {
        let sample = tag("svg")
            .with("width", 28)
            .with("height", 12)
            .with("aria-hidden", "true");
        let shape = match *class {
            "bar" | "band" => tag("rect").with("width", 28).with("height", 12),
            "mark" => tag("line")
                .with("x1", 14)
                .with("x2", 14)
                .with("y1", 0)
                .with("y2", 12),
            "across" => tag("path").with("d", "M2 6H24M19 1L25 6L19 11"),
            "dot" => tag("circle").with("cx", 14).with("cy", 6).with("r", 5),
            _ => tag("line")
                .with("x1", 0)
                .with("x2", 28)
                .with("y1", 6)
                .with("y2", 6),
        };
        tag("span")
            .child(sample.child(shape.class(class)))
            .text(name)
    });
    tag("div")
        .child(chart)
        .child(tag("p").class("legend").children(entries))
}
