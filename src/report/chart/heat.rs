//! A heat table: numbers whose ground is darker the larger they are.

use super::Caption;
use crate::report::markup::{Element, tag};

/// One cell: how large it is, from 0 to 1, and its text.
pub(in crate::report) type Cell = Option<(f64, String)>;

/// The table of `rows` and `columns`; a wide one is scrolled in its own box.
pub(in crate::report) fn heat(
    caption: &Caption<'_>,
    corner: &str,
    columns: &[String],
    rows: &[(String, Vec<Cell>)],
) -> Element {
    let head = tag("tr")
        .child(tag("th").with("scope", "col").text(corner))
        .children(
            columns
                .iter()
                .map(|column| tag("th").with("scope", "col").text(column)),
        );
    let body = rows.iter().map(|(label, cells)| {
        let cells = cells.iter().map(|cell| match cell {
            Some((size, text)) => tag("td")
                .class("heat")
                .with(
                    "style",
                    format!("--heat:{:.0}%", 100.0 * size.clamp(0.0, 1.0)),
                )
                .text(text),
            None => tag("td"),
        });
        tag("tr")
            .child(tag("th").with("scope", "row").text(label))
            .children(cells)
    });
    let table = tag("table")
        .class("heats")
        .child(tag("caption").text(caption.description))
        .child(tag("thead").child(head))
        .child(tag("tbody").children(body));
    tag("div")
        .class("scrolled")
        .with("tabindex", 0)
        .with("role", "region")
        .with("aria-label", caption.title)
        .child(table)
}
