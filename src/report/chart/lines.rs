//! Lines over time or steps, with a band, as steps, or with the area below them.

use super::scale::Scale;
use super::{Caption, canvas, line, percent, text};
use crate::report::markup::{Element, tag};
use std::fmt::Write;

const TOP: f64 = 18.0;
const BOTTOM: f64 = 232.0;
const HEIGHT: usize = 256;
/// Units of x in the stretched box.
const WIDTH: f64 = 1000.0;
/// How lines differ, beside their colour.
const STYLES: [&str; 3] = ["line first", "line second", "line third"];

/// What is drawn.
#[derive(Debug, Clone, Default)]
pub(in crate::report) struct Lines {
    /// Each line's points, from left to right.
    pub(in crate::report) curves: Vec<Vec<(f64, f64)>>,
    /// Lower and upper ends around the first line, by x.
    pub(in crate::report) band: Vec<(f64, f64, f64)>,
    /// Whether a value holds until the next point.
    pub(in crate::report) is_stepped: bool,
    /// Whether the area below the first line is filled, and the line of equal shares is drawn.
    pub(in crate::report) is_area: bool,
    /// What is written below which x.
    pub(in crate::report) labels: Vec<(f64, String)>,
    /// The x that matters.
    pub(in crate::report) matters: Option<f64>,
}

/// The lines; `write` writes the values of the axis.
pub(in crate::report) fn lines(
    caption: &Caption<'_>,
    drawn: &Lines,
    write: &dyn Fn(f64) -> String,
) -> Element {
    let points = || drawn.curves.iter().flatten();
    let across = Scale::over(points().map(|(x, _)| *x));
    let ends = drawn
        .band
        .iter()
        .flat_map(|(_, lower, upper)| [*lower, *upper]);
    let (up, ticks) = Scale::from_zero(points().map(|(_, y)| *y).chain(ends)).with_ticks(4.0);
    let y = |value: f64| BOTTOM - (BOTTOM - TOP) * up.place(value);
    let place = |(x, value): (f64, f64)| (WIDTH * across.place(x), y(value));
    let mut shapes = tag("svg")
        .with("viewBox", format!("0 0 {WIDTH} {HEIGHT}"))
        .with("preserveAspectRatio", "none")
        .with("width", "100%")
        .with("height", HEIGHT)
        .class("stretched");
    if !drawn.band.is_empty() {
        let upper = drawn.band.iter().map(|(x, _, upper)| place((*x, *upper)));
        let lower = drawn
            .band
            .iter()
            .rev()
            .map(|(x, lower, _)| place((*x, *lower)));
        shapes = shapes.child(path("band", &upper.chain(lower).collect::<Vec<_>>(), true));
    }
    if let (true, Some(first)) = (drawn.is_area, drawn.curves.first()) {
        let mut area: Vec<_> = first.iter().copied().map(place).collect();
        area.extend([(WIDTH, BOTTOM), (0.0, BOTTOM)]);
        let equal = [(0.0, BOTTOM), (WIDTH, y(1.0))];
        shapes = shapes
            .child(path("band", &area, true))
            .child(path("equal", &equal, false));
    }
    for (points, style) in drawn.curves.iter().zip(STYLES) {
        let mut points: Vec<_> = points.iter().copied().map(place).collect();
        if drawn.is_stepped {
            points = stepped(&points);
        }
        shapes = shapes.child(path(style, &points, false));
    }
    let grid = ticks
        .iter()
        .map(|tick| line("grid", (0.0, pixels(y(*tick))), (1.0, pixels(y(*tick)))));
    let values = ticks
        .iter()
        .map(|tick| text("0", pixels(y(*tick)) - 4, "start", "tick", &write(*tick)));
    let matters = drawn.matters.map(|x| {
        line(
            "matters",
            (across.place(x), pixels(TOP)),
            (across.place(x), pixels(BOTTOM)),
        )
    });
    let names = drawn.labels.iter().map(|(x, label)| {
        let x = across.place(*x);
        let anchor = if x < 0.03 {
            "start"
        } else if x > 0.97 {
            "end"
        } else {
            "middle"
        };
        text(&percent(x), HEIGHT - 8, anchor, "tick", label)
    });
    canvas(caption, HEIGHT)
        .children(grid)
        .children(matters)
        .child(shapes)
        .children(values)
        .children(names)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place on the chart"
)]
fn pixels(y: f64) -> usize {
    y.round() as usize
}

fn stepped(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let corners = points
        .windows(2)
        .flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]);
    corners.chain(points.last().copied()).collect()
}

fn path(class: &'static str, points: &[(f64, f64)], is_closed: bool) -> Element {
    let mut way = String::new();
    for (position, (x, y)) in points.iter().enumerate() {
        let _ = write!(
            way,
            "{}{x:.1} {y:.1}",
            if position == 0 { "M" } else { "L" }
        );
    }
    if is_closed {
        way.push('Z');
    }
    tag("path")
        .class(class)
        .with("vector-effect", "non-scaling-stroke")
        .with("d", way)
}
