//! Who bought an item, and when first.

use super::antecedents::Start;
use super::narrow::narrow;
use super::sequences::Sequences;

/// Customers and their first day with each item.
pub(super) struct Buyers(Vec<Vec<Start>>);

impl Buyers {
    pub(super) fn of(sequences: &Sequences) -> Self {
        let mut buyers: Vec<Vec<Start>> = vec![Vec::new(); sequences.codes()];
        for customer in 0..sequences.len() {
            for (day, items) in sequences.history(customer) {
                for &item in items {
                    let buyers = &mut buyers[item as usize];
                    if buyers.last().is_none_or(|last| last.0 != narrow(customer)) {
                        buyers.push((narrow(customer), day));
                    }
                }
            }
        }
        Self(buyers)
    }

    /// Who bought `item`, by customer.
    pub(super) fn of_item(&self, item: u32) -> &[Start] {
        self.0.get(item as usize).map_or(&[], Vec::as_slice)
    }

    /// Who bought each item, by item code.
    pub(super) fn by_item(&self) -> &[Vec<Start>] {
        &self.0
    }
}
