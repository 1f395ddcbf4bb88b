//! Where each of many items comes next, as lists of those that do.

use super::narrow::narrow;
use super::suffixes::Suffixes;

/// Entries per item that the lists may hold: long histories of many items have too many.
const MOST_PER_ITEM: usize = 16;

/// A list per place of the items behind it.
#[derive(Debug, Default)]
pub(super) struct PlaceLists {
    entries: Vec<(u32, u32)>,
    /// By place, counted from the last one: where its entries end.
    ends: Vec<usize>,
}

impl PlaceLists {
    /// The lists of histories of single items; `None` if they would be too long, or take more than
    /// `limit_bytes`.
    pub(super) fn of(suffixes: &Suffixes, limit_bytes: usize) -> Option<Self> {
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
