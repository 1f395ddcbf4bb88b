//! One tree, grown from the leaf that gains most.

use rayon::prelude::*;

use super::bins::{Binned, MISSING};
use super::boosted::BoostedParams;
use super::histogram::{Cell, Histogram, Slopes, Split, Worth, best_split, histogram, subtract};
use super::tree::{Node, Question, Tree};

/// Rows of one task when rows are told apart.
const CHUNK: usize = 1 << 16;

/// A leaf needs this much second derivative: with less, its value is rounding.
const LEAST_BEND: f64 = 1e-6;

/// How many whole units of [`Slopes`] are one; powers of 2, so that going back is exact.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) first: f64,
    pub(crate) second: f64,
}

impl Scale {
    /// As fine as the largest derivatives allow: nine digits of them.
    pub(crate) fn of(first: f64, second: f64) -> Self {
        let fit = |most: f64| 2.0_f64.powi(30 - most.max(1e-200).log2().ceil() as i32);
        Self {
            first: fit(first),
            second: fit(second),
        }
    }

    pub(crate) fn slopes(self, first: f64, second: f64) -> Slopes {
        Slopes {
            first: (first * self.first).round() as i32,
            second: (second * self.second).round() as i32,
        }
    }
}

/// What a tree is grown from.
pub(crate) struct Grower<'a> {
    pub(crate) binned: &'a [Binned],
    pub(crate) params: &'a BoostedParams,
    pub(crate) scale: Scale,
    /// Of every row.
    pub(crate) slopes: &'a [Slopes],
}

/// Rows that have come to one end so far.
pub(crate) struct Leaf {
    pub(crate) node: usize,
    pub(crate) rows: Vec<u32>,
    depth: usize,
    total: Cell,
    histograms: Vec<Histogram>,
    best: Option<Split>,
}

impl Worth for Grower<'_> {
    fn of(&self, cell: Cell) -> f64 {
        let first = cell.first as f64 / self.scale.first;
        first * first / self.bend(cell)
    }

    fn is_enough(&self, cell: Cell) -> bool {
        cell.rows as usize >= self.params.leaf_rows
            && cell.second as f64 / self.scale.second >= LEAST_BEND
    }
}

impl Grower<'_> {
    fn bend(&self, cell: Cell) -> f64 {
        (cell.second as f64 / self.scale.second + self.params.penalty).max(LEAST_BEND)
    }

    /// The tree for `rows`, and which of them came to which of its leaves.
    pub(crate) fn grow(&self, rows: Vec<u32>) -> (Tree, Vec<Leaf>) {
        let root = self.root(rows);
        let mut nodes = vec![self.node(root.total)];
        let mut leaves = vec![root];
        while leaves.len() < self.params.leaves {
            let gain = |leaf: &Leaf| leaf.best.map_or(0.0, |best| best.gain);
            // The last of equal ones: of those at hand, the one that came last.
            let most =
                (0..leaves.len()).max_by(|a, b| gain(&leaves[*a]).total_cmp(&gain(&leaves[*b])));
            let Some((place, split)) = most.and_then(|at| Some((at, leaves[at].best?))) else {
                break;
            };
            let parent = leaves.swap_remove(place);
            nodes[parent.node].question = Some(Question {
                feature: split.feature as u32,
                threshold: self.binned[split.feature].thresholds[split.bin],
                missing_left: split.missing_left,
                left: nodes.len() as u32,
            });
            let is_last = leaves.len() + 2 >= self.params.leaves;
            for child in self.children(parent, split, nodes.len(), is_last) {
                nodes.push(self.node(child.total));
                leaves.push(child);
            }
        }
        (Tree(nodes), leaves)
    }

    /// A node's value: the step of Newton's method, shortened.
    fn node(&self, total: Cell) -> Node {
        let first = total.first as f64 / self.scale.first;
        Node {
            value: -self.params.shrinkage * first / self.bend(total),
            question: None,
        }
    }

    fn root(&self, rows: Vec<u32>) -> Leaf {
        let mut total = Cell::default();
        for row in &rows {
            total.add(self.slopes[*row as usize]);
        }
        let histograms = self.histograms(&rows);
        let mut root = Leaf {
            node: 0,
            rows,
            depth: 0,
            total,
            histograms,
            best: None,
        };
        root.best = self.best(&root);
        root
    }

    fn children(&self, parent: Leaf, split: Split, node: usize, is_last: bool) -> [Leaf; 2] {
        let (left, right) = self.part(&parent.rows, split);
        let leaf = |node, rows, total| Leaf {
            node,
            rows,
            depth: parent.depth + 1,
            total,
            histograms: Vec::new(),
            best: None,
        };
        let mut pair = [
            leaf(node, left, split.left),
            leaf(node + 1, right, parent.total.minus(split.left)),
        ];
        let may_split = |leaf: &Leaf| {
            leaf.depth < self.params.depth && leaf.rows.len() >= 2 * self.params.leaf_rows
        };
        if !is_last && pair.iter().any(may_split) {
            let larger = usize::from(pair[1].rows.len() > pair[0].rows.len());
            let small = self.histograms(&pair[1 - larger].rows);
            let mut large = parent.histograms;
            large
                .par_iter_mut()
                .zip(&small)
                .for_each(|(large, small)| subtract(large, small));
            pair[larger].histograms = large;
            pair[1 - larger].histograms = small;
            for leaf in pair.iter_mut().filter(|leaf| may_split(leaf)) {
                leaf.best = self.best(leaf);
            }
        }
        pair
    }

    fn histograms(&self, rows: &[u32]) -> Vec<Histogram> {
        let slopes: Vec<Slopes> = rows
            .par_iter()
            .with_min_len(CHUNK)
            .map(|row| self.slopes[*row as usize])
            .collect();
        let of_feature = |binned: &Binned| histogram(binned, rows, &slopes);
        self.binned.par_iter().map(of_feature).collect()
    }

    /// The best split of a leaf; of equal ones the first feature.
    fn best(&self, leaf: &Leaf) -> Option<Split> {
        let features = self.binned.par_iter().zip(&leaf.histograms).enumerate();
        let bests: Vec<_> = features
            .map(|(feature, (binned, cells))| best_split(feature, binned, cells, leaf.total, self))
            .collect();
        let better = |one: Split, other: Split| if other.gain > one.gain { other } else { one };
        bests.into_iter().flatten().reduce(better)
    }

    fn part(&self, rows: &[u32], split: Split) -> (Vec<u32>, Vec<u32>) {
        let bins = &self.binned[split.feature].bins;
        let goes_left = |row: &u32| {
            let bin = bins[*row as usize];
            if bin == MISSING {
                split.missing_left
            } else {
                usize::from(bin) <= split.bin
            }
        };
        let parts: Vec<(Vec<u32>, Vec<u32>)> = rows
            .par_chunks(CHUNK)
            .map(|chunk| chunk.iter().copied().partition(goes_left))
            .collect();
        let (left, right): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        (left.concat(), right.concat())
    }
}
