//! A regression tree: questions with two answers, and a value at every end.

use std::ops::Index;

use ndarray::ArrayView1;

/// A question: whether a feature is at most `threshold`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Question {
    pub(crate) feature: u32,
    pub(crate) threshold: f64,
    pub(crate) missing_left: bool,
    /// The index of the left child; the right one comes after it.
    pub(crate) left: u32,
}

/// A node: what is expected of those who come here, and how it goes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Node {
    pub(crate) value: f64,
    pub(crate) question: Option<Question>,
}

/// The nodes, root first; children come after their parent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree(pub(crate) Vec<Node>);

impl Node {
    /// Which node a row comes to next, and which feature decides; nothing at the end.
    fn next(&self, row: &(impl Index<usize, Output = f64> + ?Sized)) -> Option<(usize, usize)> {
        let question = self.question?;
        let feature = question.feature as usize;
        let value = row[feature];
        // Without branches, which nobody could foresee.
        let goes_left = (value <= question.threshold) | (question.missing_left & value.is_nan());
        Some((feature, question.left as usize + usize::from(!goes_left)))
    }
}

impl Tree {
    /// The value at the end of a row's way.
    pub(crate) fn value(&self, row: &(impl Index<usize, Output = f64> + ?Sized)) -> f64 {
        let mut node = self.0[0];
        while let Some((_, next)) = node.next(row) {
            node = self.0[next];
        }
        node.value
    }

    /// The change of the expected value at each step, with the feature that decided.
    pub(crate) fn steps(&self, row: ArrayView1<f64>) -> impl Iterator<Item = (usize, f64)> {
        let mut node = self.0[0];
        std::iter::from_fn(move || {
            let (feature, next) = node.next(&row)?;
            let change = self.0[next].value - node.value;
            node = self.0[next];
            Some((feature, change))
        })
    }
}
