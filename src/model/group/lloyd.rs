//! The starts of k-means and its descent.

use ndarray::Array2;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::centroids::Centroids;
use super::rows::Rows;
use crate::{Error, Result};

/// Rows by their nearest centroid.
struct Tally {
    sums: Array2<f64>,
    sizes: Vec<usize>,
    inertia: f64,
    /// The squared distance of the row farthest from its centroid, and its place.
    farthest: (f64, usize),
}

/// Where a descent ended.
pub(crate) struct Descent {
    pub(crate) centroids: Array2<f64>,
    pub(crate) sizes: Vec<usize>,
    pub(crate) inertia: f64,
    pub(crate) iterations: usize,
}

/// Clusters for a start: each further centroid is a row drawn in proportion to its squared distance
/// from those before; of a few such rows, the one that leaves the least inertia (greedy k-means++).
///
/// # Errors
/// `TooFew`: fewer different rows than clusters
///
/// # Source
/// Arthur & Vassilvitskii (2007), SODA; the number of trials, 2 + ln k, is scikit-learn's.
pub(crate) fn start(rows: &Rows, clusters: usize, random: &mut ChaCha8Rng) -> Result<Array2<f64>> {
    let trials = 2 + (clusters as f64).ln() as usize;
    let mut places = vec![(random.random::<f64>() * rows.len() as f64) as usize];
    let mut nearest = nearer(rows, places[0], &vec![f64::INFINITY; rows.len()]);
    while places.len() < clusters {
        if nearest.1 <= 0.0 {
            return Err(Error::TooFew {
                what: "different rows",
                found: places.len(),
                needed: clusters,
            });
        }
        let drawn: Vec<usize> = (0..trials)
            .map(|_| draw(&nearest.0, random.random::<f64>() * nearest.1))
            .collect();
        let tried = drawn.into_par_iter();
        let tried: Vec<_> = tried
            .map(|place| (place, nearer(rows, place, &nearest.0)))
            .collect();
        let best = tried.into_iter().min_by(|a, b| a.1.1.total_cmp(&b.1.1));
        let Some((place, after)) = best else { break };
        places.push(place);
        nearest = after;
    }
    Ok(Array2::from_shape_fn(
        (clusters, rows.features()),
        |(cluster, feature)| rows.row(places[cluster])[feature],
    ))
}

/// The squared distances with one more centroid, and their sum.
fn nearer(rows: &Rows, place: usize, distances: &[f64]) -> (Vec<f64>, f64) {
    let centroid = rows.row(place);
    let pieces = rows.pieces(|first, piece| {
        let near: Vec<f64> = piece
            .zip(&distances[first..])
            .map(|(row, known)| squared_distance(row, centroid).min(*known))
            .collect();
        let sum: f64 = near.iter().sum();
        (near, sum)
    });
    let sum = pieces.iter().map(|(_, sum)| sum).sum();
    (pieces.into_iter().flat_map(|(near, _)| near).collect(), sum)
}

/// The place up to which the weights come to `target`; never one without weight.
fn draw(weights: &[f64], target: f64) -> usize {
    let (mut sum, mut last) = (0.0, 0);
    for (place, weight) in weights
        .iter()
        .enumerate()
        .filter(|(_, weight)| **weight > 0.0)
    {
        (sum, last) = (sum + weight, place);
        if sum > target {
            break;
        }
    }
    last
}

pub(crate) fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// Rows go to their nearest centroid, centroids to the mean of their rows, until their squared
/// moves sum to no more than `tolerance`.
pub(crate) fn descend(
    rows: &Rows,
    mut centroids: Array2<f64>,
    tolerance: f64,
    iterations: usize,
) -> Descent {
    let (mut taken, mut converged) = (0, false);
    while taken < iterations && !converged {
        let next = tally(rows, &centroids).means(rows, &centroids);
        let moved: f64 = (&next - &centroids).iter().map(|move_| move_ * move_).sum();
        centroids = next;
        taken += 1;
        converged = moved <= tolerance;
    }
    let Tally { sizes, inertia, .. } = tally(rows, &centroids);
    Descent {
        centroids,
        sizes,
        inertia,
        iterations: taken,
    }
}

fn tally(rows: &Rows, centroids: &Array2<f64>) -> Tally {
    let blocks = Centroids::new(centroids.view());
    let nothing = || Tally {
        sums: Array2::zeros(centroids.dim()),
        sizes: vec![0; centroids.nrows()],
        inertia: 0.0,
        farthest: (0.0, 0),
    };
    let pieces = rows.pieces(|first, piece| {
        let mut tally = nothing();
        let features = rows.features();
        let sums = tally.sums.as_slice_mut().unwrap_or_default();
        for (row, place) in piece.zip(first..) {
            let (cluster, distance) = blocks.nearest(row);
            let sums = &mut sums[cluster * features..][..features];
            sums.iter_mut()
                .zip(row)
                .for_each(|(sum, value)| *sum += value);
            tally.sizes[cluster] += 1;
            tally.inertia += distance;
            if distance > tally.farthest.0 {
                tally.farthest = (distance, place);
            }
        }
        tally
    });
    pieces.into_iter().fold(nothing(), Tally::with)
}

impl Tally {
    fn with(mut self, other: Self) -> Self {
        self.sums += &other.sums;
        self.sizes
            .iter_mut()
            .zip(other.sizes)
            .for_each(|(size, more)| *size += more);
        self.inertia += other.inertia;
        if other.farthest.0 > self.farthest.0 {
            self.farthest = other.farthest;
        }
        self
    }

    /// The mean of each cluster's rows. An empty one goes to the row farthest from its centroid;
    /// if there are several, the others wait where they were.
    fn means(&self, rows: &Rows, before: &Array2<f64>) -> Array2<f64> {
        let mut means = self.sums.clone();
        let mut farthest = (self.farthest.0 > 0.0).then(|| rows.row(self.farthest.1));
        for ((mut mean, size), before) in means
            .rows_mut()
            .into_iter()
            .zip(&self.sizes)
            .zip(before.rows())
        {
            if *size > 0 {
                mean /= *size as f64;
            } else if let Some(row) = farthest.take() {
                mean.iter_mut().zip(row).for_each(|(to, from)| *to = *from);
            } else {
                mean.assign(&before);
            }
        }
        means
    }
}
