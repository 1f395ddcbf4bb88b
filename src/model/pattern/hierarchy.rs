//! Items at several levels: product, sub-category, category.

use super::narrow::narrow;

use crate::{Error, Result};

/// The parent of every item: a product's sub-category, a sub-category's category.
///
/// Codes of all levels come from one range, so that products and categories can share a set.
#[derive(Debug, Clone, Default)]
pub struct Hierarchy {
    parents: Vec<Option<u32>>,
}

impl Hierarchy {
    /// From the parent of each item code; codes beyond the slice have none.
    ///
    /// # Errors
    /// - `OutOfRange`: an item is its own ancestor.
    pub fn new(parents: Vec<Option<u32>>) -> Result<Self> {
        let hierarchy = Self { parents };
        for item in 0..hierarchy.parents.len() {
            let mut above = hierarchy.ancestors(narrow(item));
            if above.nth(hierarchy.parents.len()).is_some() {
                return Err(Error::OutOfRange {
                    name: "parents",
                    value: item as f64,
                    row: item,
                    rule: "an item must not be its own ancestor",
                });
            }
        }
        Ok(hierarchy)
    }

    /// The items above `item`, the nearest first.
    pub fn ancestors(&self, item: u32) -> impl Iterator<Item = u32> {
        let parent = |item: u32| self.parents.get(item as usize).copied().flatten();
        std::iter::successors(parent(item), move |&above| parent(above))
    }

    /// A basket with the ancestors of its items: what it holds at every level.
    #[must_use]
    pub fn extend(&self, basket: &[u32]) -> Vec<u32> {
        basket
            .iter()
            .flat_map(|&item| std::iter::once(item).chain(self.ancestors(item)))
            .collect()
    }

    /// The items above each item.
    pub(super) fn all_ancestors(&self) -> Vec<Vec<u32>> {
        (0..)
            .take(self.parents.len())
            .map(|item| self.ancestors(item).collect())
            .collect()
    }
}
