//! The definitions themselves, for tests: slow, obvious, written without the search.

use std::collections::{BTreeMap, BTreeSet};

type Sets = BTreeMap<Vec<u32>, u32>;

/// Every subset of every basket, counted.
pub(super) fn frequent(baskets: &[Vec<u32>], min_count: u32) -> Sets {
    let mut counts = Sets::new();
    for basket in baskets {
        let distinct: Vec<u32> = basket
            .iter()
            .copied()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        for mask in 1..1_u32 << distinct.len() {
            let subset = (0..distinct.len()).filter(|item| mask & (1 << item) != 0);
            *counts
                .entry(subset.map(|item| distinct[item]).collect())
                .or_default() += 1;
        }
    }
    counts.retain(|_, count| *count >= min_count);
    counts
}

/// The sets of which no superset among `all` satisfies `beats`.
fn unbeaten(all: &Sets, beats: impl Fn(u32, u32) -> bool) -> Sets {
    let mut open = BTreeSet::new();
    for (larger, &count) in all {
        for left_out in 0..larger.len() {
            let mut smaller = larger.clone();
            smaller.remove(left_out);
            if all
                .get(&smaller)
                .is_some_and(|&support| beats(count, support))
            {
                open.insert(smaller);
            }
        }
    }
    all.iter()
        .filter(|(set, _)| !open.contains(*set))
        .map(|(set, &n)| (set.clone(), n))
        .collect()
}

pub(super) fn closed(all: &Sets) -> Sets {
    unbeaten(all, |count, support| count == support)
}

pub(super) fn maximal(all: &Sets) -> Sets {
    unbeaten(all, |_, _| true)
}
