//! Patterns: what goes together in a basket, and what customers buy after what.

mod baskets;
mod cross_sell;
mod gather;
#[cfg(test)]
mod in_pieces;
mod items;
mod itemsets;
mod judge;
mod next_purchases;
mod pieces;
mod rules;
mod sequence_rules;
mod sequential;

pub(super) use cross_sell::cross_sell;
pub(super) use itemsets::mine_baskets;
pub(super) use judge::judge_cross_sell;
pub(super) use next_purchases::next_purchases;
pub(super) use rules::find_rules;
pub(super) use sequence_rules::find_sequence_rules;
pub(super) use sequential::mine_sequences;

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
