//! Where each of a few items comes next, as a table: extensions are counted eight items at a time.

use super::narrow::narrow;
use super::suffixes::{End, Suffixes};

/// Items that the table may have.
pub(super) const MOST_ITEMS: usize = 32;

/// A row per place with a column per item.
#[derive(Debug)]
pub(super) struct PlaceTable {
    items: usize,
    /// By place: a bit per item that comes behind it.
    behind: Vec<u32>,
    /// By place and item; anything where the item does not come.
    places: Vec<u32>,
}

impl PlaceTable {
    /// The table of histories of single items; `None` if it would take more than `limit_bytes`.
    pub(super) fn of(suffixes: &Suffixes, items: usize, limit_bytes: usize) -> Option<Self> {
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
    pub(super) fn counts(&self, ends: &[End]) -> [u32; MOST_ITEMS] {
        let mut counts = [0; MOST_ITEMS];
        // Four words of eight sums, each up to 255.
        for ends in ends.chunks(usize::from(u8::MAX)) {
            let mut sums = [0; MOST_ITEMS / 8];
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
