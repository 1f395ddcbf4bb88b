//! The dictionary as a page; lineage as a picture, from the sources on the left to the table on the right.

use super::{Dictionary, key};
use crate::plan::{SqlFile, TableName};
use crate::read::SOURCES;
use crate::report::markup::{Element, tag};
use crate::report::page::document;
use std::collections::{BTreeMap, BTreeSet};

const ROW: usize = 26;
const COLUMN: usize = 210;
/// Pixels of a letter, at most.
const LETTER: usize = 7;

impl Dictionary<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let chapters = self
            .tables
            .chunk_by(|one, next| one.table.chapter() == next.table.chapter());
        let nav = tag("nav").with("aria-label", "Tables");
        let header = tag("header")
            .child(tag("h1").text("Dictionary"))
            .child(nav.child(tag("ul").children(chapters.map(chapter))));
        let tables = self.tables.iter().map(|file| self.section(file));
        let sources = SOURCES.iter().filter(|_| self.is_whole).map(|source| {
            let rows = source.columns.iter().map(|column| {
                let needed = if column.is_required { "needed" } else { "" };
                [column.name, column.meaning, needed]
            });
            let title = tag("h2").text(format!("source {}", source.name));
            tag("section")
                .child(title)
                .child(listed(&["column", "meaning", ""], rows))
        });
        document(
            "en",
            "Dictionary",
            [header, tag("main").children(tables).children(sources)],
        )
    }

    fn section(&self, file: &SqlFile) -> Element {
        let name = file.table.published();
        let settings: Vec<String> = self.settings(&file.table).into_iter().collect();
        let mut section = tag("section")
            .with("id", &name)
            .child(tag("h2").text(&name))
            .child(tag("p").class("answer").text(&file.head.about))
            .child(tag("p").text("Key: ").child(tag("code").text(key(file))))
            .child(
                tag("p")
                    .text("Made by ")
                    .child(tag("code").text(&file.path)),
            );
        if !settings.is_empty() {
            section = section.child(
                tag("p")
                    .text("Settings: ")
                    .child(tag("code").text(settings.join(", "))),
            );
        }
        let columns = file
            .head
            .columns
            .iter()
            .map(|(name, meaning)| [name.as_str(), meaning.as_str()]);
        section
            .child(listed(&["column", "meaning"], columns))
            .child(self.picture(&file.table))
    }

    /// Where a table comes from.
    fn picture(&self, table: &TableName) -> Element {
        let lineage = self.lineage(table);
        let mut levels = BTreeMap::new();
        level(&lineage, table, &mut levels);
        let mut columns: BTreeMap<usize, Vec<&TableName>> = BTreeMap::new();
        for (name, level) in &levels {
            columns.entry(*level).or_default().push(name);
        }
        let place = |name: &TableName| {
            let column = levels[name];
            let row = columns[&column]
                .iter()
                .position(|other| *other == name)
                .unwrap_or(0);
            // every other column half a row lower, so that what passes one does not pass through its names
            (column * COLUMN, row * ROW + (1 + column % 2) * ROW / 2)
        };
        let edges = lineage.iter().flat_map(|(name, reads)| {
            let (right, lower) = place(name);
            reads.iter().map(move |read| {
                let (x, y) = place(read);
                let left = x + 10 + LETTER * read.to_string().len();
                let bend = left.midpoint(right);
                let way = format!("M{left} {y}C{bend} {y} {bend} {lower} {right} {lower}");
                tag("path").class("across").with("d", way)
            })
        });
        let nodes = lineage.keys().flat_map(|name| {
            let (x, y) = place(name);
            [
                tag("circle")
                    .class("dot")
                    .with("cx", x + 4)
                    .with("cy", y)
                    .with("r", 4),
                tag("text")
                    .class("origin")
                    .with("x", x + 12)
                    .with("y", y + 4)
                    .text(name),
            ]
        });
        let rows = columns.values().map(Vec::len).max().unwrap_or(0);
        let title = format!("{table} and the tables it is made from");
        let (width, height) = ((columns.len() + 1) * COLUMN, rows * ROW + ROW / 2);
        let picture = tag("svg")
            .with("role", "img")
            .with("aria-label", &title)
            .with("viewBox", format!("0 0 {width} {height}"))
            .with("width", width)
            .with("height", height)
            .children(edges)
            .children(nodes);
        let scrolled = tag("div")
            .class("scrolled")
            .with("tabindex", 0)
            .with("role", "region");
        scrolled.with("aria-label", &title).child(picture)
    }
}

/// The name of a chapter and its tables, of which there is one at least.
fn chapter(tables: &[&SqlFile]) -> Element {
    let name = tag("strong").text(tables[0].table.chapter());
    tables.iter().fold(tag("li").child(name), |list, file| {
        let link = tag("a").with("href", format!("#{}", file.table.published()));
        list.text(" ").child(link.text(&file.table.table))
    })
}

/// How many steps `table` is away from the sources, at most; notes it of all tables on the way.
fn level(
    lineage: &BTreeMap<TableName, BTreeSet<TableName>>,
    table: &TableName,
    levels: &mut BTreeMap<TableName, usize>,
) -> usize {
    if let Some(known) = levels.get(table) {
        return *known;
    }
    let below = lineage.get(table).into_iter().flatten();
    let level = below
        .map(|read| level(lineage, read, levels) + 1)
        .max()
        .unwrap_or(0);
    levels.insert(table.clone(), level);
    level
}

fn listed<'r, const N: usize>(
    names: &[&str; N],
    rows: impl Iterator<Item = [&'r str; N]>,
) -> Element {
    let head = tag("tr").children(
        names
            .iter()
            .map(|name| tag("th").with("scope", "col").class("word").text(name)),
    );
    let body = rows.map(|row| {
        let cells = row.iter().enumerate().map(|(place, cell)| match place {
            0 => tag("td").child(tag("code").text(cell)),
            _ => tag("td").class("word").text(cell),
        });
        tag("tr").children(cells)
    });
    let table = tag("table")
        .child(tag("thead").child(head))
        .child(tag("tbody").children(body));
    tag("div")
        .class("scrolled")
        .with("tabindex", 0)
        .child(table)
}
