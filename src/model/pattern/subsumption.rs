//! Which of many frequent sets have a larger one that says as much.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::set_index::SetIndex;

/// For each of `sets` whether one with one item more `beats` it, given both counts.
///
/// `get` gives the items of a set; `shorten` writes them without the one at a place, and says
/// whether there is one.
pub(super) fn beaten<'a>(
    sets: usize,
    get: impl Fn(usize) -> &'a [u32] + Sync,
    count: impl Fn(usize) -> u32 + Sync,
    shorten: impl Fn(&[u32], usize, &mut Vec<u32>) -> bool + Sync,
    beats: impl Fn(u32, u32) -> bool + Sync,
) -> Vec<bool> {
    let mut index = SetIndex::default();
    index.clear(sets);
    for set in 0..sets {
        index.find_or_insert(&get(set).iter().copied(), set, &get);
    }
    let beaten: Vec<AtomicBool> = (0..sets).map(|_| AtomicBool::new(false)).collect();
    (0..sets)
        .into_par_iter()
        .for_each_init(Vec::new, |shorter, larger| {
            for place in 0..get(larger).len() {
                if shorten(get(larger), place, shorter)
                    && let Some(smaller) = index.find(&shorter.iter().copied(), &get)
                    && beats(count(larger), count(smaller))
                {
                    beaten[smaller].store(true, Ordering::Relaxed);
                }
            }
        });
    beaten.into_iter().map(AtomicBool::into_inner).collect()
}
