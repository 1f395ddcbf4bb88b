//! Who bought an item, and when first.

use super::antecedents::Start;
use super::narrow::narrow;
use super::sequences::Sequences;

/// Customers and their first day with each item.
pub(super) struct Buyers(Vec<Vec<Start>>);

impl Buyers {
    pub(super) fn of(sequences: &Sequences) -> Self {
        let mut buyers: Vec<Vec<Start>> = vec![Vec::new(); sequences.item_counts().len()];
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

    /// Item codes from 0 up to the highest.
    pub(super) fn codes(&self) -> usize {
        self.0.len()
    }

    /// Who bought `item`, by customer.
    pub(super) fn of_item(&self, item: u32) -> &[Start] {
        &self.0[item as usize]
    }

    /// Memory that the buyers take.
    pub(super) fn bytes(&self) -> usize {
        let buyers: usize = self.counts().sum();
        size_of::<Start>() * buyers
    }

    /// The number of buyers of each item.
    pub(super) fn counts(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(Vec::len)
    }
}
