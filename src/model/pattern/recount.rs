//! How many baskets contain each of many known sets: one walk of a prefix tree per basket.

use std::cmp::Ordering;
use std::ops::Range;

use rayon::prelude::*;

use super::baskets::Baskets;
use super::itemsets::Itemsets;
use super::narrow::narrow;

/// A node without a set.
const NO_SET: u32 = u32::MAX;

/// A prefix tree of itemsets, ready to count them in any baskets.
#[derive(Debug)]
pub struct Recount {
    nodes: Vec<Node>,
    sets: usize,
}

/// An item behind the items of its ancestors; its children stand together.
#[derive(Debug, Clone, Copy)]
struct Node {
    item: u32,
    set: u32,
    children: u32,
    children_end: u32,
}

impl Recount {
    /// The prefix tree of `itemsets`.
    #[must_use]
    pub fn of(itemsets: &Itemsets) -> Self {
        let mut order: Vec<usize> = (0..itemsets.len()).collect();
        order.par_sort_unstable_by_key(|&set| itemsets.items(set));
        let root = Node {
            item: 0,
            set: NO_SET,
            children: 0,
            children_end: 0,
        };
        let mut tree = Self {
            nodes: vec![root],
            sets: itemsets.len(),
        };
        tree.grow(0, &order, itemsets, 0);
        tree
    }

    /// Adds to `node` the sets in `order`, which share their first `depth` items.
    fn grow(&mut self, node: usize, order: &[usize], itemsets: &Itemsets, depth: usize) {
        let same_item = |left: &usize, right: &usize| {
            itemsets.items(*left)[depth] == itemsets.items(*right)[depth]
        };
        let first = self.nodes.len();
        for group in order.chunk_by(same_item) {
            let items = itemsets.items(group[0]);
            let set = if items.len() == depth + 1 {
                narrow(group[0])
            } else {
                NO_SET
            };
            self.nodes.push(Node {
                item: items[depth],
                set,
                children: 0,
                children_end: 0,
            });
        }
        self.nodes[node].children = narrow(first);
        self.nodes[node].children_end = narrow(self.nodes.len());
        for (child, group) in (first..).zip(order.chunk_by(same_item)) {
            let deeper = &group[usize::from(self.nodes[child].set != NO_SET)..];
            if !deeper.is_empty() {
                self.grow(child, deeper, itemsets, depth + 1);
            }
        }
    }

    /// The number of `baskets` that contain each set, in the order of the itemsets.
    #[must_use]
    pub fn count(&self, baskets: &Baskets) -> Vec<u32> {
        self.count_in(baskets, 0..baskets.len())
    }

    /// The same among the baskets with these numbers.
    #[must_use]
    pub fn count_in(&self, baskets: &Baskets, numbers: Range<usize>) -> Vec<u32> {
        let Range { start, end } = numbers;
        let chunk = numbers.len().div_ceil(rayon::current_num_threads()).max(1);
        (0..numbers.len().div_ceil(chunk))
            .into_par_iter()
            .map(|part| {
                let mut counts = vec![0; self.sets];
                for index in start + part * chunk..end.min(start + (part + 1) * chunk) {
                    self.visit(baskets.get(index), &mut |set| counts[set] += 1);
                }
                counts
            })
            .reduce_with(|mut total, part| {
                total
                    .iter_mut()
                    .zip(part)
                    .for_each(|(total, count)| *total += count);
                total
            })
            .unwrap_or_else(|| vec![0; self.sets])
    }

    /// Visits the sets that `basket` contains, its items ascending.
    pub(super) fn visit(&self, basket: &[u32], visit: &mut impl FnMut(usize)) {
        self.walk(self.nodes[0], basket, visit);
    }

    /// Visits the sets below `node` whose further items are all in `basket`.
    fn walk(&self, node: Node, mut basket: &[u32], visit: &mut impl FnMut(usize)) {
        let mut children = &self.nodes[node.children as usize..node.children_end as usize];
        while let (Some(child), Some(&item)) = (children.first(), basket.first()) {
            match child.item.cmp(&item) {
                Ordering::Less => {
                    children = &children[gallop(children, |child| child.item < item)..];
                }
                Ordering::Greater => basket = &basket[1..],
                Ordering::Equal => {
                    basket = &basket[1..];
                    if child.set != NO_SET {
                        visit(child.set as usize);
                    }
                    self.walk(*child, basket, visit);
                    children = &children[1..];
                }
            }
        }
    }
}

/// How many leading elements hold `before`, found in steps that double.
fn gallop<T>(sorted: &[T], before: impl Fn(&T) -> bool) -> usize {
    let mut bound = 1;
    while bound < sorted.len() && before(&sorted[bound]) {
        bound *= 2;
    }
    let start = bound / 2;
    start + sorted[start..sorted.len().min(bound)].partition_point(before)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pattern::{Constraints, Params, frequent};

    proptest! {
        #[test]
        fn sets_counted_again_have_their_counts(
            baskets in prop::collection::vec(prop::collection::vec(0_u32..12, 0..9), 0..40),
        ) {
            let baskets: Baskets = baskets.into_iter().collect();
            let found = frequent(&baskets, &Params::default(), &Constraints::none());
            let counts: Vec<u32> = found.itemsets.iter().map(|(_, count)| count).collect();
            let recount = Recount::of(&found.itemsets);
            prop_assert_eq!(&recount.count(&baskets), &counts);
            let half = baskets.len() / 2;
            let halves = [0..half, half..baskets.len()].map(|half| recount.count_in(&baskets, half));
            let sums: Vec<u32> = halves[0].iter().zip(&halves[1]).map(|(l, r)| l + r).collect();
            prop_assert_eq!(sums, counts);
        }
    }
}
