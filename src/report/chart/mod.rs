//! Charts as inline SVG: one way to draw each kind.
//!
//! A chart is as wide as the page and of a fixed height: places along x are percentages, those along y are pixels, so
//! that text keeps its size on every screen. What must bend or slope is drawn in a box that is stretched without its
//! strokes. Values stand beside what is drawn, and lines differ by their dashes too: colour alone says nothing.

mod bars;
mod cards;
mod forest;
mod heat;
mod lines;
mod rules;
mod scale;

pub(super) use bars::{Bar, bars};
pub(super) use cards::{Card, cards};
pub(super) use forest::{Estimate, forest};
pub(super) use heat::heat;
pub(super) use lines::{Lines, lines};
pub(super) use rules::{Rule, rules};

use super::markup::{Element, tag};

/// What a chart is called, and what it shows to those who do not see it.
#[derive(Debug, Clone)]
pub(super) struct Caption<'c> {
    /// Unique on the page.
    pub(super) id: &'c str,
    pub(super) title: &'c str,
    pub(super) description: &'c str,
}

/// An empty chart of so many pixels.
fn canvas(caption: &Caption<'_>, height: usize) -> Element {
    let (title, description) = (
        format!("{}-title", caption.id),
        format!("{}-text", caption.id),
    );
    tag("svg")
        .class("chart")
        .with("role", "img")
        .with("aria-labelledby", format!("{title} {description}"))
        .with("width", "100%")
        .with("height", height)
        .child(tag("title").with("id", title).text(caption.title))
        .child(
            tag("desc")
                .with("id", description)
                .text(caption.description),
        )
}

/// A place along x.
fn percent(share: f64) -> String {
    format!("{:.2}%", 100.0 * share)
}

fn text(x: &str, y: usize, anchor: &str, class: &'static str, words: &str) -> Element {
    tag("text")
        .class(class)
        .with("x", x)
        .with("y", y)
        .with("text-anchor", anchor)
        .text(words)
}

fn line(class: &'static str, (x1, y1): (f64, usize), (x2, y2): (f64, usize)) -> Element {
    tag("line")
        .class(class)
        .with("x1", percent(x1))
        .with("x2", percent(x2))
        .with("y1", y1)
        .with("y2", y2)
}

/// At most `length` letters of a text.
fn shortened(words: &str, length: usize) -> String {
    if words.chars().count() <= length {
        return words.to_owned();
    }
    let kept: String = words.chars().take(length - 1).collect();
    format!("{}…", kept.trim_end())
}

/// A text in one line, or in two of which the second is shortened: what tells two names apart often stands last.
fn two_lines(words: &str, length: usize) -> Vec<String> {
    let mut first = String::new();
    let mut rest = words.split(' ').peekable();
    while let Some(word) = rest
        .next_if(|word| first.is_empty() || first.chars().count() + word.chars().count() < length)
    {
        first.push_str(if first.is_empty() { "" } else { " " });
        first.push_str(word);
    }
    let second = rest.collect::<Vec<_>>().join(" ");
    let lines = [shortened(&first, length), shortened(&second, length)];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}
