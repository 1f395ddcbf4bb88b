//! Rules as a graph: what leads to what, left to right, the thicker the stronger.

use super::{Caption, canvas, line, percent, text, two_lines};
use crate::report::markup::{Element, tag};

const ROW: usize = 38;
const LETTERS: usize = 16;
/// Between two lines of a name.
const LINE: usize = 14;
/// Where the dots of both sides stand.
const SIDES: [f64; 2] = [0.42, 0.58];

/// A rule.
#[derive(Debug, Clone)]
pub(in crate::report) struct Rule {
    pub(in crate::report) from: String,
    pub(in crate::report) to: String,
    /// From 0 to 1.
    pub(in crate::report) strength: f64,
}

/// The graph: every side stands once.
pub(in crate::report) fn rules(caption: &Caption<'_>, rules: &[Rule]) -> Element {
    let left = once(rules.iter().map(|rule| rule.from.as_str()));
    let right = once(rules.iter().map(|rule| rule.to.as_str()));
    let y = |side: &[&str], name: &str| {
        let place = side.iter().position(|known| *known == name).unwrap_or(0);
        ROW * place + ROW / 2
    };
    let edges = rules.iter().map(|rule| {
        let edge = line(
            "edge",
            (SIDES[0], y(&left, &rule.from)),
            (SIDES[1], y(&right, &rule.to)),
        );
        edge.with("stroke-width", format!("{:.1}", 1.0 + 4.0 * rule.strength))
    });
    let nodes = [
        (&left, SIDES[0], 0.4, "end"),
        (&right, SIDES[1], 0.6, "start"),
    ];
    let nodes = nodes.into_iter().flat_map(|(side, dot, label, anchor)| {
        side.iter().flat_map(move |name| {
            let y = ROW * side.iter().position(|known| known == name).unwrap_or(0) + ROW / 2;
            let circle = tag("circle")
                .class("dot")
                .with("cx", percent(dot))
                .with("cy", y)
                .with("r", 5);
            let lines = two_lines(name, LETTERS);
            let first = y + 4 - (lines.len() - 1) * LINE / 2;
            let lines = lines.into_iter().enumerate().map(move |(number, words)| {
                let y = first + number * LINE;
                text(&percent(label), y, anchor, "label", &words)
            });
            std::iter::once(circle).chain(lines)
        })
    });
    canvas(caption, ROW * left.len().max(right.len()))
        .children(edges)
        .children(nodes)
}

fn once<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut once = Vec::new();
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    once
}
