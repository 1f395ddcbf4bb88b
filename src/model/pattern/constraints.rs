//! What may not stand together, known before the search and pushed into it.

/// On which side of a rule an item may stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Appearance {
    /// On either side.
    #[default]
    Both,
    /// Only on the left: what is in the basket.
    Antecedent,
    /// Only on the right: what else will be.
    Consequent,
    /// Nowhere.
    Neither,
}

/// Which items may be searched, and which of them may not share a set.
///
/// Every subset of an allowed set is allowed, so that the search never builds a forbidden one:
/// - an item of appearance `Neither` is in no set;
/// - two items that may only be a consequent share no set, as a rule has one consequent;
/// - an item shares no set with its own ancestors: the rule between them is trivial.
#[derive(Debug, Clone, Default)]
pub struct Constraints {
    appearances: Vec<Appearance>,
    ancestors: Vec<Vec<u32>>,
}

impl Constraints {
    /// Nothing is forbidden.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Items appear as given, by item code; codes beyond the slice on both sides.
    #[must_use]
    pub fn with_appearances(mut self, appearances: &[Appearance]) -> Self {
        self.appearances = appearances.to_vec();
        self
    }

    /// Items share no set with their ancestors.
    #[must_use]
    pub fn with_hierarchy(mut self, hierarchy: &super::Hierarchy) -> Self {
        self.ancestors = hierarchy.all_ancestors();
        self
    }

    /// Whether nothing is forbidden.
    pub(super) fn is_empty(&self) -> bool {
        self.appearances.is_empty() && self.ancestors.is_empty()
    }

    /// On which side `item` may stand.
    #[must_use]
    pub fn appearance(&self, item: u32) -> Appearance {
        self.appearances
            .get(item as usize)
            .copied()
            .unwrap_or_default()
    }

    /// Whether two items may share a set.
    pub(super) fn allow(&self, left: u32, right: u32) -> bool {
        let only_right = Appearance::Consequent;
        let rivals = self.appearance(left) == only_right && self.appearance(right) == only_right;
        !rivals && !self.descends(left, right) && !self.descends(right, left)
    }

    /// Whether `ancestor` is above `item`.
    fn descends(&self, item: u32, ancestor: u32) -> bool {
        self.ancestors
            .get(item as usize)
            .is_some_and(|above| above.contains(&ancestor))
    }
}
