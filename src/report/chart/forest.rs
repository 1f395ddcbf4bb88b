//! A forest plot: estimates with their intervals, one below the other.

use super::scale::Scale;
use super::{Caption, canvas, line, percent, shortened, text};
use crate::report::markup::{Element, tag};

const ROW: usize = 54;
const LETTERS: usize = 28;
/// Room for the labels of the axis.
const FOOT: usize = 22;

/// An estimate.
#[derive(Debug, Clone)]
pub(in crate::report) struct Estimate {
    pub(in crate::report) label: String,
    pub(in crate::report) value: f64,
    pub(in crate::report) lower: f64,
    pub(in crate::report) upper: f64,
    /// Estimate and interval as they are written.
    pub(in crate::report) written: String,
}

/// Dots with the intervals as lines through them; `write` writes the values of the axis.
pub(in crate::report) fn forest(
    caption: &Caption<'_>,
    estimates: &[Estimate],
    write: &dyn Fn(f64) -> String,
) -> Element {
    let ends = estimates
        .iter()
        .flat_map(|estimate| [estimate.lower, estimate.upper]);
    let (scale, ticks) = Scale::from_zero(ends).with_ticks(4.0);
    let bottom = estimates.len() * ROW;
    let axis = ticks.iter().enumerate().flat_map(|(position, tick)| {
        let x = scale.place(*tick);
        let anchor = match position {
            0 => "start",
            last if last + 1 == ticks.len() => "end",
            _ => "middle",
        };
        let class = if *tick == 0.0 { "axis" } else { "grid" };
        [
            line(class, (x, 0), (x, bottom)),
            text(&percent(x), bottom + 16, anchor, "tick", &write(*tick)),
        ]
    });
    let rows = estimates.iter().enumerate().flat_map(|(row, estimate)| {
        let top = row * ROW;
        let dot = tag("circle")
            .class("dot")
            .with("cx", percent(scale.place(estimate.value)))
            .with("cy", top + 42)
            .with("r", 5);
        [
            text(
                "0",
                top + 14,
                "start",
                "label",
                &shortened(&estimate.label, LETTERS),
            ),
            text("100%", top + 30, "end", "value", &estimate.written),
            line(
                "whisker",
                (scale.place(estimate.lower), top + 42),
                (scale.place(estimate.upper), top + 42),
            ),
            dot,
        ]
    });
    canvas(caption, bottom + FOOT).children(axis).children(rows)
}
