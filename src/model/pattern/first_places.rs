//! For every place of every history, where each item comes next: no suffix is read twice.

use super::place_lists::PlaceLists;
use super::place_table::{MOST_ITEMS, PlaceTable};
use super::suffixes::Suffixes;

/// The first occurrence of each item behind each place.
#[derive(Debug)]
pub(super) enum FirstPlaces {
    /// Of few items.
    Table(PlaceTable),
    /// Of many, of which each place has but some behind it.
    Lists(PlaceLists),
}

impl FirstPlaces {
    /// The places of histories of `items` items, their elements single ones; `None` if they would
    /// be too many, or take more than `limit_bytes`.
    pub(super) fn of(suffixes: &Suffixes, items: usize, limit_bytes: usize) -> Option<Self> {
        if items <= MOST_ITEMS {
            PlaceTable::of(suffixes, items, limit_bytes).map(Self::Table)
        } else {
            PlaceLists::of(suffixes, limit_bytes).map(Self::Lists)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MOST_ITEMS, PlaceLists, PlaceTable, Suffixes};
    use crate::pattern::Sequences;
    use crate::pattern::narrow::narrow;
    use crate::pattern::suffixes::End;

    proptest! {
        #[test]
        fn both_forms_know_what_comes_behind_each_place(
            histories in prop::collection::vec(prop::collection::vec(0u32..9, 0..12), 1..400),
        ) {
            let dated = |history: Vec<u32>| (0..).zip(history).collect::<Vec<(i32, u32)>>();
            let sequences: Sequences = histories.into_iter().map(dated).collect();
            let codes: Vec<Option<u32>> = (0..9).map(Some).collect();
            let all = Suffixes::of(&sequences, &codes);
            let table = PlaceTable::of(&all, 9, usize::MAX).expect("no limit");
            let lists = PlaceLists::of(&all, usize::MAX).expect("few entries");
            let mut counts = [0; MOST_ITEMS];
            for place in 0..narrow(all.items.len()) {
                let mut listed = lists.behind(place).to_vec();
                listed.sort_unstable();
                let mut found = Vec::new();
                table.visit(place, u32::MAX, |item, place| found.push((item, place)));
                prop_assert_eq!(&found, &listed);
                let mut chosen = Vec::new();
                table.visit(place, 0x5555_5555, |item, place| chosen.push((item, place)));
                found.retain(|&(item, _)| item.is_multiple_of(2));
                prop_assert_eq!(chosen, found);
                for (item, _) in listed {
                    counts[item as usize] += 1;
                }
            }
            let ends: Vec<End> = (0..narrow(all.items.len()))
                .map(|place| End { place, ..End::default() })
                .collect();
            prop_assert_eq!(table.counts(&ends), counts);
        }
    }
}
