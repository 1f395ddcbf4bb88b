//! Which centroid is nearest to a row, and which comes second.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use super::rows::PIECE;

/// Centroids that a row meets at once: their distances grow side by side in vector registers.
const LANES: usize = 8;

/// Where a row belongs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assignment {
    /// The cluster of the nearest centroid, or the likeliest; of equal ones, the first.
    pub cluster: usize,
    /// The Euclidean distance to its centroid.
    pub distance: f64,
    /// The cluster that comes second; the same as `cluster` if there is one only.
    pub second: usize,
    /// The distance to that; infinite if there is one cluster only.
    pub second_distance: f64,
}

/// Centroids in blocks of [`LANES`], feature by feature.
pub(crate) struct Centroids {
    blocks: Vec<[f64; LANES]>,
    features: usize,
}

impl Centroids {
    /// The last block is filled up with centroids at infinity.
    pub(crate) fn new(centroids: ArrayView2<f64>) -> Self {
        let (clusters, features) = centroids.dim();
        let block = |at: usize| {
            std::array::from_fn(|lane| {
                let place = (at / features * LANES + lane, at % features);
                centroids.get(place).copied().unwrap_or(f64::INFINITY)
            })
        };
        Self {
            blocks: (0..clusters.div_ceil(LANES) * features)
                .map(block)
                .collect(),
            features,
        }
    }

    /// The nearest centroid and its squared distance.
    ///
    /// Differences are squared as they are: ‖x‖² − 2x·c + ‖c‖² cancels where rows lie far from 0.
    pub(crate) fn nearest(&self, row: &[f64]) -> (usize, f64) {
        let mut nearest = (0, f64::INFINITY);
        self.distances(row, |cluster, distance| {
            if distance < nearest.1 {
                nearest = (cluster, distance);
            }
        });
        nearest
    }

    fn assign(&self, row: &[f64]) -> Assignment {
        let (mut nearest, mut second) = ((0, f64::INFINITY), (0, f64::INFINITY));
        self.distances(row, |cluster, distance| {
            if distance < nearest.1 {
                (second, nearest) = (nearest, (cluster, distance));
            } else if distance < second.1 {
                second = (cluster, distance);
            }
        });
        Assignment {
            cluster: nearest.0,
            distance: nearest.1.sqrt(),
            second: second.0,
            second_distance: second.1.sqrt(),
        }
    }

    fn distances(&self, row: &[f64], mut visit: impl FnMut(usize, f64)) {
        for (at, block) in self.blocks.chunks_exact(self.features).enumerate() {
            let mut squares = [0.0; LANES];
            for (value, centroids) in row.iter().zip(block) {
                for (square, centroid) in squares.iter_mut().zip(centroids) {
                    let difference = value - centroid;
                    *square += difference * difference;
                }
            }
            for (lane, square) in squares.into_iter().enumerate() {
                visit(at * LANES + lane, square);
            }
        }
    }
}

/// Where each row belongs, in the order of the rows.
pub(crate) fn assign(centroids: &Array2<f64>, rows: ArrayView2<f64>) -> Vec<Assignment> {
    let blocks = Centroids::new(centroids.view());
    let one = |row: usize| {
        let row = rows.row(row);
        row.as_slice().map_or_else(
            || blocks.assign(&row.to_vec()),
            |contiguous| blocks.assign(contiguous),
        )
    };
    let all = (0..rows.nrows()).into_par_iter();
    all.with_min_len(PIECE).map(one).collect()
}
