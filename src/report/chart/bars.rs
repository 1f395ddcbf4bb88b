//! Bars that lie, each with its name and its value above it.

use super::scale::Scale;
use super::{Caption, canvas, line, percent, shortened, text};
use crate::report::markup::{Element, tag};

const ROW: usize = 38;
const LETTERS: usize = 34;

/// A bar.
#[derive(Debug, Clone)]
pub(in crate::report) struct Bar {
    pub(in crate::report) label: String,
    pub(in crate::report) value: f64,
    /// The value as it is written.
    pub(in crate::report) written: String,
    /// What the value is compared with: a stroke across the bar.
    pub(in crate::report) mark: Option<f64>,
}

/// Bars from zero; those below it go to the left.
pub(in crate::report) fn bars(caption: &Caption<'_>, bars: &[Bar]) -> Element {
    let scale = Scale::from_zero(
        bars.iter()
            .flat_map(|bar| [Some(bar.value), bar.mark])
            .flatten(),
    );
    let zero = scale.place(0.0);
    let rows = bars.iter().enumerate().flat_map(|(row, bar)| {
        let top = row * ROW;
        let end = scale.place(bar.value);
        let class = if bar.value < 0.0 { "below" } else { "bar" };
        let rect = tag("rect")
            .class(class)
            .with("x", percent(zero.min(end)))
            .with("width", percent((end - zero).abs()))
            .with("y", top + 20)
            .with("height", 12);
        let mark = bar.mark.map(|mark| {
            line(
                "mark",
                (scale.place(mark), top + 18),
                (scale.place(mark), top + 35),
            )
        });
        [
            Some(line("axis", (zero, top + 18), (zero, top + 34))),
            Some(text(
                "0",
                top + 14,
                "start",
                "label",
                &shortened(&bar.label, LETTERS),
            )),
            Some(text("100%", top + 14, "end", "value", &bar.written)),
            Some(rect),
            mark,
        ]
    });
    canvas(caption, bars.len() * ROW).children(rows.flatten())
}
