//! The items that patterns are made of: their names, and where they may stand.

use super::super::columns::{counts, numbers, texts};
use super::super::said;
use crate::job::BasketModels;
use crate::stage::Given;
use clientele_model::pattern::{Appearance, Constraints, Hierarchy};
use datafusion::error::Result;

/// What stands between the items of a set, and between the sets of a sequence.
const TOGETHER: &str = " + ";
const THEN: &str = " → ";

/// Items by code.
#[derive(Default)]
pub(super) struct Items {
    all: Vec<Item>,
}

#[derive(Clone, Default)]
struct Item {
    id: String,
    name: String,
    category: String,
    parent: Option<u32>,
}

impl Items {
    pub(super) fn read(given: &Given) -> Result<Self> {
        let mut items = Self::default();
        for rows in given.get("features.items").into_iter().flatten() {
            let [ids, names, categories] =
                ["item_id", "item_name", "category"].map(|name| texts(rows, name));
            let texts = ids?.into_iter().zip(names?).zip(categories?);
            let parents = counts(rows, "parent_code")?.into_iter();
            let parents = parents.zip(numbers(rows, "parent_code")?);
            let placed = counts(rows, "item_code")?.into_iter().zip(parents);
            for ((code, (parent, known)), ((id, name), category)) in placed.zip(texts) {
                let code = code as usize;
                let most = items.all.len().max(code + 1);
                items.all.resize(most, Item::default());
                let parent = known.is_finite().then_some(parent);
                items.all[code] = Item {
                    id,
                    name,
                    category,
                    parent,
                };
            }
        }
        Ok(items)
    }

    /// Which items may share a set, and on which side of a rule each may stand.
    pub(super) fn constraints(&self, settings: &BasketModels) -> Result<Constraints> {
        let chosen =
            |wanted: &[String], found: &String| wanted.is_empty() || wanted.contains(found);
        let appearances: Vec<Appearance> = self
            .all
            .iter()
            .map(|item| {
                let left = chosen(&settings.antecedent_categories, &item.category);
                match (left, chosen(&settings.targets, &item.id)) {
                    (true, true) => Appearance::Both,
                    (true, false) => Appearance::Antecedent,
                    (false, true) => Appearance::Consequent,
                    (false, false) => Appearance::Neither,
                }
            })
            .collect();
        let is_free = |side: &Appearance| *side == Appearance::Both;
        let mut constraints = Constraints::none();
        if !appearances.iter().all(is_free) {
            constraints = constraints.with_appearances(&appearances);
        }
        if settings.level == "mixed" {
            let parents = self.all.iter().map(|item| item.parent).collect();
            constraints = constraints.with_hierarchy(&Hierarchy::new(parents).map_err(said)?);
        }
        Ok(constraints)
    }

    /// A set's ids and names, in the order of the ids.
    pub(super) fn texts(&self, codes: &[u32]) -> [String; 2] {
        let mut items: Vec<&Item> = codes
            .iter()
            .filter_map(|code| self.all.get(*code as usize))
            .collect();
        items.sort_by(|left, right| left.id.cmp(&right.id));
        let joined = |of: fn(&Item) -> &str| {
            let texts: Vec<&str> = items.iter().map(|item| of(item)).collect();
            texts.join(TOGETHER)
        };
        [joined(|item| &item.id), joined(|item| &item.name)]
    }

    /// A sequence's ids and names, set by set.
    pub(super) fn sequence_texts<'s>(&self, sets: impl Iterator<Item = &'s [u32]>) -> [String; 2] {
        let (ids, names): (Vec<_>, Vec<_>) = sets
            .map(|codes| {
                let [ids, names] = self.texts(codes);
                (ids, names)
            })
            .unzip();
        [ids.join(THEN), names.join(THEN)]
    }
}

/// What a basket with an item brings, by item code; nothing where no basket tells.
pub(super) struct ItemValues(Vec<f64>);

impl ItemValues {
    pub(super) fn read(given: &Given) -> Result<Self> {
        let mut values = Vec::new();
        for rows in given.get("features.item_values").into_iter().flatten() {
            let codes = counts(rows, "item_code")?;
            for (code, value) in codes.into_iter().zip(numbers(rows, "margin_mean")?) {
                let code = code as usize;
                values.resize(values.len().max(code + 1), 0.0);
                values[code] = value;
            }
        }
        Ok(Self(values))
    }

    pub(super) fn of(&self, item: u32) -> f64 {
        self.0.get(item as usize).copied().unwrap_or(0.0)
    }
}
