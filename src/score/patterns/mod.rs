//! Patterns: what goes together in a basket, and what customers buy after what.

mod gather;
mod items;
mod itemsets;
mod rules;
mod sequential;

pub(super) use itemsets::mine_baskets;
pub(super) use rules::find_rules;
pub(super) use sequential::mine_sequences;

/// The table of all items.
const ITEMS: &str = "features.items";

/// The count that both a count and a share ask for.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a number of rows"
)]
fn min_count(count: u32, share: f64, all: usize) -> u32 {
    count.max((share * all as f64).ceil() as u32)
}
