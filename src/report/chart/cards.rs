//! Cards: one per group, with its name and what is known of it.

use super::Caption;
use crate::report::markup::{Element, tag};

/// A card: its name, and values with their names.
pub(in crate::report) type Card = (String, Vec<(String, String)>);

/// The cards, as many beside each other as there is room for.
pub(in crate::report) fn cards(caption: &Caption<'_>, cards: &[Card]) -> Element {
    let cards = cards.iter().map(|(name, values)| {
        let values = values.iter().map(|(name, value)| {
            tag("div")
                .child(tag("dt").text(name))
                .child(tag("dd").text(value))
        });
        tag("li")
            .child(tag("h4").text(name))
            .child(tag("dl").children(values))
    });
    tag("ul")
        .class("cards")
        .with("aria-label", caption.title)
        .children(cards)
}
