//! The supports of all subsets of a few items at once: a table over bit masks.

use super::keep::Keep;
use super::projection::Projection;
use super::search::Search;

/// Support of every subset of at most [`MOST_ITEMS`] items, by bit mask.
#[derive(Debug, Default)]
pub(super) struct Lattice {
    table: Vec<u32>,
}

/// A table of 2¹² counters stays in the first-level cache.
const MOST_ITEMS: usize = 12;

impl Lattice {
    /// Whether a table over `items` costs less than a projection of `work` codes.
    pub(super) fn fits(items: usize, work: usize) -> bool {
        items <= 5 || (items <= MOST_ITEMS && items << items <= 16 * work)
    }

    /// An empty table over `items`.
    pub(super) fn clear(&mut self, items: usize) {
        self.table.clear();
        self.table.resize(1 << items, 0);
    }

    /// Counts a basket of parent codes, `rename` giving the own code plus one, or 0.
    pub(super) fn add(&mut self, codes: &[u32], rename: &[u32], weight: u32) {
        let mask = codes
            .iter()
            .fold(0, |mask, &code| mask | ((1 << rename[code as usize]) >> 1));
        self.table[mask] += weight;
    }

    /// From baskets equal to a subset to baskets that contain it, one item after the other.
    pub(super) fn sum(&mut self) {
        let mut half = 1;
        while half < self.table.len() {
            for block in self.table.chunks_exact_mut(2 * half) {
                let (without, with) = block.split_at_mut(half);
                for (subset, superset) in without.iter_mut().zip(with) {
                    *subset += *superset;
                }
            }
            half *= 2;
        }
    }

    /// Visits the kept subsets of the items of `child` below its head, at most `room` items each.
    pub(super) fn visit(
        &self,
        child: &Projection,
        search: &Search,
        room: usize,
        mut visitor: impl FnMut(&[u32], u32),
    ) {
        let mut items = [0; MOST_ITEMS];
        let walk = Walk {
            table: &self.table,
            rivals: rivals(child, search),
            child,
            search,
            room,
        };
        walk.extend(0, child.head, &mut items, 0, &mut visitor);
    }
}

/// For each code of `child` the mask of those that must not stand with it.
fn rivals(child: &Projection, search: &Search) -> [usize; MOST_ITEMS] {
    let mut rivals = [0; MOST_ITEMS];
    if search.constraints.is_empty() {
        return rivals;
    }
    for (rivals, &label) in rivals.iter_mut().zip(&child.labels) {
        *rivals = (0..child.labels.len())
            .filter(|&other| !search.constraints.allow(label, child.labels[other]))
            .fold(0, |mask, other| mask | (1 << other));
    }
    rivals
}

/// What holds for one visit.
struct Walk<'a> {
    table: &'a [u32],
    rivals: [usize; MOST_ITEMS],
    child: &'a Projection,
    search: &'a Search<'a>,
    room: usize,
}

impl Walk<'_> {
    /// Adds to the subset `mask` of `length` items each item below `top`, the rarest first.
    fn extend(
        &self,
        mask: usize,
        top: usize,
        items: &mut [u32; MOST_ITEMS],
        length: usize,
        visitor: &mut impl FnMut(&[u32], u32),
    ) {
        let Search {
            keep, min_count, ..
        } = *self.search;
        for code in (0..top).rev() {
            let subset = mask | 1 << code;
            let count = self.table[subset];
            if count < min_count || mask & self.rivals[code] != 0 {
                continue;
            }
            items[length] = self.child.labels[code];
            if keep == Keep::All || keep.holds(count, self.next(subset), min_count) {
                visitor(&items[..=length], count);
            }
            if length + 1 < self.room {
                self.extend(subset, code, items, length + 1, visitor);
            }
        }
    }

    /// The largest support of `subset` with one more item.
    fn next(&self, subset: usize) -> u32 {
        (0..self.child.labels.len())
            .filter(|code| subset & (1 << code) == 0)
            .map(|code| self.table[subset | 1 << code])
            .max()
            .unwrap_or(0)
    }
}
