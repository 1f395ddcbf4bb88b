//! Round after round: what is left over, a tree for it, and whether that helped those held back.

use rayon::prelude::*;

use super::bins::{Binned, bin};
use super::boosted::BoostedParams;
use super::grow::{Grower, Leaf, Scale};
use super::hash::is_of_share;
use super::histogram::Slopes;
use super::sample::Sample;
use super::sum::sum;
use super::tree::Tree;

/// A fit on its way.
pub(crate) struct Boosting<'a> {
    sample: Sample<'a>,
    params: BoostedParams,
    binned: Vec<Binned>,
    training: Vec<u32>,
    held_back: Vec<u32>,
    /// Of every row, by the trees so far.
    scores: Vec<f64>,
}

impl<'a> Boosting<'a> {
    pub(crate) fn new(sample: Sample<'a>, params: &BoostedParams, start: f64) -> Self {
        let is_held_back = |row: &u32| {
            is_of_share(
                params.validation_share,
                params.seed,
                sample.ids[*row as usize],
            )
        };
        let (held_back, training) = (0..sample.rows() as u32).partition(is_held_back);
        Self {
            sample,
            params: params.clone(),
            binned: bin(sample.features, params.bins),
            training,
            held_back,
            scores: vec![start; sample.rows()],
        }
    }

    /// The trees, as many as help.
    pub(crate) fn run(mut self) -> Vec<Tree> {
        let mut trees = Vec::new();
        let (mut least, mut kept) = (self.held_back_loss(), 0);
        for round in 1..=self.params.rounds {
            let (tree, leaves) = self.grow();
            if leaves.len() < 2 {
                break;
            }
            self.follow(&tree, leaves);
            trees.push(tree);
            let loss = self.held_back_loss();
            // Without anybody held back there is no loss to watch.
            if loss.is_none() || loss < least {
                (least, kept) = (loss, round);
            } else if round - kept >= self.params.patience {
                break;
            }
        }
        trees.truncate(kept);
        trees
    }

    /// The mean loss of those held back, if there are any.
    fn held_back_loss(&self) -> Option<f64> {
        let row = |index: usize| self.held_back[index] as usize;
        let weight = |index| self.sample.weight(row(index));
        let cost = |index| {
            let row = row(index);
            weight(index)
                * self
                    .params
                    .loss
                    .value(self.sample.labels[row], self.scores[row])
        };
        let total = sum(self.held_back.len(), weight);
        (total > 0.0).then(|| sum(self.held_back.len(), cost) / total)
    }

    /// The next tree, and which training rows came to which leaf.
    fn grow(&self) -> (Tree, Vec<Leaf>) {
        let of_row = |row: usize| {
            let (first, second) = self
                .params
                .loss
                .slopes(self.sample.labels[row], self.scores[row]);
            let weight = self.sample.weight(row);
            (weight * first, weight * second)
        };
        let rows = (0..self.scores.len()).into_par_iter();
        let derivatives: Vec<(f64, f64)> = rows.map(of_row).collect();
        let largest = derivatives.iter().fold((0.0_f64, 0.0_f64), |most, one| {
            (most.0.max(one.0.abs()), most.1.max(one.1))
        });
        let scale = Scale::of(largest.0, largest.1);
        let slopes: Vec<Slopes> = derivatives
            .par_iter()
            .map(|(first, second)| scale.slopes(*first, *second))
            .collect();
        let grower = Grower {
            binned: &self.binned,
            params: &self.params,
            scale,
            slopes: &slopes,
        };
        grower.grow(self.training.clone())
    }

    /// Adds a tree to the scores.
    fn follow(&mut self, tree: &Tree, leaves: Vec<Leaf>) {
        for leaf in leaves {
            for row in leaf.rows {
                self.scores[row as usize] += tree.0[leaf.node].value;
            }
        }
        let value = |row: &u32| tree.value(&self.sample.features.row(*row as usize));
        let values: Vec<f64> = self.held_back.par_iter().map(value).collect();
        for (row, value) in self.held_back.iter().zip(values) {
            self.scores[*row as usize] += value;
        }
    }
}
