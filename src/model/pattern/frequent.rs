//! Frequent itemsets: from baskets to all, closed or maximal sets of items bought together.

use super::baskets::Baskets;
use super::constraints::{Appearance, Constraints};
use super::itemsets::Itemsets;
use super::projection::Projection;
use super::search::{Keep, Search};
use super::sink::Budget;

/// What counts as frequent.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `min_count` | 1 | ≥ 1 | baskets that must contain a set |
/// | `max_length` | no limit | ≥ 1 | items that a set may have |
/// | `max_itemsets` | no limit | ≥ 0 | sets that may be held; see [`Frequent::min_count`] |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params {
    /// Baskets that must contain a set.
    pub min_count: u32,
    /// Items that a set may have.
    pub max_length: usize,
    /// Sets that may be held.
    pub max_itemsets: usize,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            min_count: 1,
            max_length: usize::MAX,
            max_itemsets: usize::MAX,
        }
    }
}

/// The frequent itemsets of some baskets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frequent {
    /// The sets and their counts.
    pub itemsets: Itemsets,
    /// The support count that was used: as asked, or the lowest at which not more than
    /// `max_itemsets` sets are frequent.
    pub min_count: u32,
    /// How many baskets were mined.
    pub baskets: usize,
}

/// Every itemset that at least `min_count` baskets contain.
#[must_use]
pub fn frequent(baskets: &Baskets, params: &Params, constraints: &Constraints) -> Frequent {
    mine(baskets, params, Keep::All, constraints)
}

/// The frequent itemsets that no item can join without losing a basket.
#[must_use]
pub fn closed(baskets: &Baskets, params: &Params) -> Frequent {
    mine(baskets, params, Keep::Closed, &Constraints::none())
}

/// The frequent itemsets that no item can join without becoming infrequent.
#[must_use]
pub fn maximal(baskets: &Baskets, params: &Params) -> Frequent {
    mine(baskets, params, Keep::Maximal, &Constraints::none())
}

fn mine(baskets: &Baskets, params: &Params, keep: Keep, constraints: &Constraints) -> Frequent {
    let counts = baskets.item_counts();
    let search = |min_count: u32, store: bool| {
        let allowed = |item| constraints.appearance(item) != Appearance::Neither;
        let root = Projection::of(baskets, &counts, min_count, allowed);
        let budget = Budget::new(params.max_itemsets, store);
        let max_length = params.max_length;
        let search = Search {
            keep,
            min_count,
            max_length,
            constraints,
            budget: &budget,
        };
        let itemsets = search.run(&root, &[]);
        (!budget.is_exceeded()).then_some(itemsets)
    };
    let mut min_count = params.min_count.max(1);
    let itemsets = search(min_count, true).unwrap_or_else(|| {
        let (mut low, mut high) = (
            min_count + 1,
            counts.iter().max().map_or(1, |most| most + 1),
        );
        while low < high {
            let middle = low + (high - low) / 2;
            if search(middle, false).is_some() {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        min_count = low;
        search(min_count, true).unwrap_or_default()
    });
    Frequent {
        itemsets,
        min_count,
        baskets: baskets.len(),
    }
}
