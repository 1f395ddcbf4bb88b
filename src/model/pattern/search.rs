//! Depth-first search over projections, rarest item first, the same order for any thread count.

use rayon::prelude::*;

use super::constraints::Constraints;
use super::itemsets::Itemsets;
use super::keep::Keep;
use super::lattice::Lattice;
use super::narrow::narrow;
use super::projection::{Occurrences, Place, Projection};
use super::sink::{Budget, Sink};

/// Counts looked at together: most are too low, and one comparison tells it of all.
const BLOCK: usize = 16;

/// Projections with more codes than this are searched by several threads.
const PARALLEL_SIZE: usize = 1 << 14;

/// What holds for the whole search.
#[derive(Debug)]
pub(super) struct Search<'a> {
    pub(super) keep: Keep,
    pub(super) min_count: u32,
    pub(super) max_length: usize,
    pub(super) constraints: &'a Constraints,
    pub(super) budget: &'a Budget,
}

impl Search<'_> {
    /// The itemsets that extend `prefix`, which `path` bytes led to, inside `projection`; of its
    /// codes those from `first` on are extended first.
    pub(super) fn run(
        &self,
        projection: &Projection,
        prefix: &[u32],
        (path, first): (usize, usize),
    ) -> Itemsets {
        let mut occurrences = Occurrences::default();
        projection.deliver(self.keep != Keep::All, &mut occurrences);
        let chunks = (first..projection.head)
            .into_par_iter()
            .rev()
            .map_init(
                || Worker::new(self, prefix, path),
                |worker, code| {
                    worker.branch(projection, occurrences.of(code), code);
                    worker.sink.take()
                },
            )
            .collect();
        Itemsets::concat(chunks)
    }
}

/// One thread's way through the search, and memory used again from branch to branch.
struct Worker<'a> {
    search: &'a Search<'a>,
    prefix: Vec<u32>,
    sink: Sink<'a, Itemsets>,
    /// Bytes of the projections that led to the prefix.
    path: usize,
    /// Support of each parent code in the branch; all 0 between branches.
    counts: Vec<u32>,
    /// Child code of each parent code plus one; all 0 between branches.
    rename: Vec<u32>,
    /// The parent codes that the child keeps.
    kept: Vec<u32>,
    lattice: Lattice,
    spare: Vec<(Projection, Occurrences)>,
}

impl<'a> Worker<'a> {
    fn new(search: &'a Search<'a>, prefix: &[u32], path: usize) -> Self {
        Self {
            search,
            prefix: prefix.to_vec(),
            sink: Sink::new(search.budget),
            path,
            counts: Vec::new(),
            rename: Vec::new(),
            kept: Vec::new(),
            lattice: Lattice::default(),
            spare: Vec::new(),
        }
    }

    /// The itemsets that hold the prefix, the item `code`, and items more frequent than it.
    fn branch(&mut self, parent: &Projection, places: &[Place], code: usize) {
        if self.sink.is_full() {
            return;
        }
        let Search {
            keep,
            min_count,
            max_length,
            ..
        } = *self.search;
        let length = self.prefix.len();
        let support = parent.supports[code];
        self.prefix.push(parent.labels[code]);
        if keep == Keep::All && (code == 0 || length + 1 == max_length) {
            self.emit(&[], support);
        } else {
            let (mut child, mut occurrences) = self.spare.pop().unwrap_or_default();
            let work = self.count(parent, places);
            let next = self.select(parent, code, support, &mut child);
            if keep == Keep::All || next < support {
                if self.prefix.len() <= max_length && keep.holds(support, next, min_count) {
                    self.emit(&[], support);
                }
                if child.head > 0 && self.prefix.len() < max_length {
                    self.descend(parent, places, work, (&mut child, &mut occurrences));
                }
            }
            self.spare.push((child, occurrences));
        }
        self.prefix.truncate(length);
    }

    /// Keeps the set of the prefix and `items`.
    fn emit(&mut self, items: &[u32], support: u32) {
        let prefix = &self.prefix;
        let bytes = Itemsets::bytes_of(prefix.len() + items.len());
        self.sink
            .push(bytes, |itemsets| itemsets.push([prefix, items], support));
    }

    /// Fills `counts` for the baskets at `places`; returns how many codes were read.
    fn count(&mut self, parent: &Projection, places: &[Place]) -> usize {
        if self.counts.len() < parent.labels.len() {
            self.counts.resize(parent.labels.len(), 0);
            self.rename.resize(parent.labels.len(), 0);
        }
        let mut work = 0;
        for place in places {
            let codes = parent.partners(place);
            work += codes.len();
            for &code in codes {
                self.counts[code as usize] += place.weight;
            }
        }
        work
    }

    /// Gives `child` the frequent partners of `code` and clears `counts`.
    ///
    /// A partner in every basket joins the prefix when only closed sets are wanted. Returns the
    /// largest support among the other partners.
    fn select(
        &mut self,
        parent: &Projection,
        code: usize,
        support: u32,
        child: &mut Projection,
    ) -> u32 {
        let Search {
            keep,
            min_count,
            constraints,
            ..
        } = *self.search;
        let item = parent.labels[code];
        let mut next = 0;
        child.clear();
        self.kept.clear();
        let bound = if keep == Keep::All {
            code
        } else {
            parent.labels.len()
        };
        let blocks = self.counts[..bound].chunks_mut(BLOCK);
        for (start, block) in (0..).step_by(BLOCK).zip(blocks) {
            if block.iter().copied().fold(0, u32::max) >= min_count {
                for (other, &count) in (start..).zip(&*block) {
                    if count < min_count || other == code {
                        continue;
                    }
                    let label = parent.labels[other];
                    if keep != Keep::All && count == support && other < code {
                        self.prefix.push(label);
                    } else if constraints.allow(item, label) {
                        next = next.max(count);
                        child.labels.push(label);
                        child.supports.push(count);
                        self.kept.push(narrow(other));
                    }
                }
            }
            block.fill(0);
        }
        child.head = self.kept.partition_point(|&other| (other as usize) < code);
        next
    }

    /// The itemsets that extend the prefix by the partners in `child`.
    fn descend(
        &mut self,
        parent: &Projection,
        places: &[Place],
        work: usize,
        (child, occurrences): (&mut Projection, &mut Occurrences),
    ) {
        if child.labels.len() == 1 {
            self.emit(&child.labels, child.supports[0]);
            return;
        }
        for (code, &other) in (1..).zip(&self.kept) {
            self.rename[other as usize] = code;
        }
        let small = Lattice::fits(child.labels.len(), work);
        if small {
            self.lattice.clear(child.labels.len());
            for place in places {
                self.lattice
                    .add(parent.partners(place), &self.rename, place.weight);
            }
        } else {
            child.reserve(places.len());
            for place in places {
                child.push(parent.partners(place), &self.rename, place.weight);
            }
        }
        for &other in &self.kept {
            self.rename[other as usize] = 0;
        }
        if small {
            self.lattice.sum();
            let room = self.search.max_length - self.prefix.len();
            let (prefix, sink) = (&self.prefix, &mut self.sink);
            self.lattice
                .visit(child, self.search, room, |items, count| {
                    let bytes = Itemsets::bytes_of(prefix.len() + items.len());
                    sink.push(bytes, |itemsets| itemsets.push([prefix, items], count));
                });
            return;
        }
        let before = self.path;
        self.path += child.bytes();
        self.search.budget.reach(self.path);
        if child.size() > PARALLEL_SIZE {
            let found = self.search.run(child, &self.prefix, (self.path, 0));
            self.sink.append(|itemsets| itemsets.append(&found));
        } else {
            child.deliver(self.search.keep != Keep::All, occurrences);
            for code in (0..child.head).rev() {
                self.branch(child, occurrences.of(code), code);
            }
        }
        self.path = before;
    }
}
