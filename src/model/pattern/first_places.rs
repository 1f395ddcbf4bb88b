//! For every place of every history, where each item comes next: no suffix is read twice.

use super::narrow::narrow;
use super::suffixes::{End, Suffixes};

/// Entries per item that a table may hold: long histories of many items have too many.
const MOST_PER_ITEM: usize = 16;

/// Items that a table with a column for each may have.
const FEW_ITEMS: usize = 32;

/// The first occurrence of each item behind each place.
#[derive(Debug)]
pub(super) enum FirstPlaces {
    /// Of few items.
    Table(Table),
    /// Of many, of which each place has but some behind it.
    Lists(Lists),
}

impl FirstPlaces {
    /// The places of histories of `items` items, their elements single ones; `None` if they would
    /// be too many, or take more than `limit_bytes`.
    pub(super) fn of(suffixes: &Suffixes, items: usize, limit_bytes: usize) -> Option<Self> {
        if items <= FEW_ITEMS {
            Table::of(suffixes, items, limit_bytes).map(Self::Table)
        } else {
            Lists::of(suffixes, limit_bytes).map(Self::Lists)
        }
    }
}

/// A row per place with a column per item.
#[derive(Debug)]
pub(super) struct Table {
    items: usize,
    /// By place: a bit per item that comes behind it.
    behind: Vec<u32>,
    /// By place and item; anything where the item does not come.
    places: Vec<u32>,
}

impl Table {
    fn of(suffixes: &Suffixes, items: usize, limit_bytes: usize) -> Option<Self> {
        let rows = suffixes.items.len();
        if size_of::<u32>() * rows * (items + 1) > limit_bytes {
            return None;
        }
        let mut table = Self {
            items,
            behind: vec![0; rows],
            places: vec![0; rows * items],
        };
        for sequence in 0..narrow(suffixes.sequences()) {
            let places = suffixes.places(sequence);
            for place in (places.start + 1..places.end).rev() {
                let item = suffixes.items[place] as usize;
                let (before, rest) = table.places.split_at_mut(place * items);
                let row = &mut before[(place - 1) * items..];
                row.copy_from_slice(&rest[..items]);
                row[item] = narrow(place);
                table.behind[place - 1] = table.behind[place] | 1 << item;
            }
        }
        Some(table)
    }

    /// Behind how many of `ends` each item comes.
    pub(super) fn counts(&self, ends: &[End]) -> [u32; FEW_ITEMS] {
        let mut counts = [0; FEW_ITEMS];
        // Four words of eight sums, each up to 255.
        for ends in ends.chunks(usize::from(u8::MAX)) {
            let mut sums = [0; FEW_ITEMS / 8];
            for end in ends {
                let behind = self.behind[end.place as usize].to_le_bytes();
                for (sum, byte) in sums.iter_mut().zip(behind) {
                    *sum += BITS_AS_BYTES[usize::from(byte)];
                }
            }
            for (count, sum) in counts
                .iter_mut()
                .zip(sums.iter().flat_map(|sum| sum.to_le_bytes()))
            {
                *count += u32::from(sum);
            }
        }
        counts
    }

    /// Calls `visit` for the items of the set `chosen` that come behind `place`, each with its place.
    pub(super) fn visit(&self, place: u32, chosen: u32, mut visit: impl FnMut(u32, u32)) {
        let row = &self.places[place as usize * self.items..][..self.items];
        let mut left = self.behind[place as usize] & chosen;
        while left != 0 {
            let item = left.trailing_zeros();
            visit(item, row[item as usize]);
            left &= left - 1;
        }
    }
}

/// The bits of a byte, each as a byte of its own.
const BITS_AS_BYTES: [u64; 256] = {
    let mut words = [0; 256];
    let mut byte = 0;
    while byte < words.len() {
        let mut bit = 0;
        while bit < 8 {
            words[byte] |= ((byte as u64 >> bit) & 1) << (8 * bit);
            bit += 1;
        }
        byte += 1;
    }
    words
};

/// A list per place of the items behind it.
#[derive(Debug, Default)]
pub(super) struct Lists {
    entries: Vec<(u32, u32)>,
    /// By place, counted from the last one: where its entries end.
    ends: Vec<usize>,
}

impl Lists {
    fn of(suffixes: &Suffixes, limit_bytes: usize) -> Option<Self> {
        let ends = size_of::<usize>() * suffixes.items.len();
        let fitting = limit_bytes.saturating_sub(ends) / size_of::<(u32, u32)>();
        let most = fitting.min(MOST_PER_ITEM * suffixes.items.len());
        let mut lists = Self::default();
        for sequence in (0..narrow(suffixes.sequences())).rev() {
            let mut behind: Vec<(u32, u32)> = Vec::new();
            for place in suffixes.places(sequence).rev() {
                lists.entries.extend_from_slice(&behind);
                lists.ends.push(lists.entries.len());
                let entry = (suffixes.items[place], narrow(place));
                match behind.iter_mut().find(|known| known.0 == entry.0) {
                    Some(known) => *known = entry,
                    None => behind.push(entry),
                }
            }
            if lists.entries.len() > most {
                return None;
            }
        }
        Some(lists)
    }

    /// The items behind `place`, each with its first place there.
    pub(super) fn behind(&self, place: u32) -> &[(u32, u32)] {
        let from_last = self.ends.len() - 1 - place as usize;
        let start = if from_last == 0 {
            0
        } else {
            self.ends[from_last - 1]
        };
        &self.entries[start..self.ends[from_last]]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{End, Lists, Suffixes, Table, narrow};
    use crate::pattern::Sequences;

    proptest! {
        #[test]
        fn both_forms_know_what_comes_behind_each_place(
            histories in prop::collection::vec(prop::collection::vec(0u32..9, 0..12), 1..400),
        ) {
            let dated = |history: Vec<u32>| (0..).zip(history).collect::<Vec<(i32, u32)>>();
            let sequences: Sequences = histories.into_iter().map(dated).collect();
            let codes: Vec<Option<u32>> = (0..9).map(Some).collect();
            let all = Suffixes::of(&sequences, &codes);
            let table = Table::of(&all, 9, usize::MAX).expect("no limit");
            let lists = Lists::of(&all, usize::MAX).expect("few entries");
            let mut counts = [0; super::FEW_ITEMS];
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
