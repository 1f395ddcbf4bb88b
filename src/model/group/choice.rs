//! How many clusters there are, or whether there are any.

use std::ops::RangeInclusive;

use ndarray::ArrayView2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::agreement::adjusted_rand;
use super::centroids::Centroids;
use super::k_means::{self, Fitted, fit_sorted};
use super::rows::Rows;
use super::separation::{Separation, separation_of};
use super::silhouette::{mean_and_error, silhouettes};
use crate::{Error, Result};

/// How to choose.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `clusters` | 2–10 | from 2 | numbers of clusters to try |
/// | `least_share` | 0.02 | 0–1 | a number of clusters is ruled out if one of them has a smaller share of the rows |
/// | `least_stability` | 0.6 | up to 1 | … if bootstrapped clusters agree less than this with them (mean adjusted Rand) |
/// | `bootstraps` | 10 | from 1 | samples drawn with replacement, for the stability |
/// | `rows` | 4000 | from 2 | rows of the silhouette and of each bootstrap |
/// | `k_means` | defaults | – | how each is fitted; its `clusters` are not used |
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    /// Numbers of clusters to try.
    pub clusters: RangeInclusive<usize>,
    /// No cluster may be smaller.
    pub least_share: f64,
    /// No choice may be shakier.
    pub least_stability: f64,
    /// Samples for the stability.
    pub bootstraps: usize,
    /// Rows of the silhouette and of each bootstrap.
    pub rows: usize,
    /// How each is fitted.
    pub k_means: k_means::Params,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            clusters: 2..=10,
            least_share: 0.02,
            least_stability: 0.6,
            bootstraps: 10,
            rows: 4000,
            k_means: k_means::Params::default(),
        }
    }
}

/// What became of a number of clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the one.
    Chosen,
    /// It would do, another is better.
    Possible,
    /// A cluster is too small.
    TooSmall,
    /// The clusters are others in other samples.
    Unstable,
}

/// One number of clusters, tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// How many.
    pub clusters: usize,
    /// The inertia of the rows that were fitted, per row.
    pub inertia: f64,
    /// The mean silhouette of the sample; 0 if one cluster has all of it.
    pub silhouette: f64,
    /// Its standard error.
    pub silhouette_error: f64,
    /// How far the clusters of the sample lie apart; nothing if one of them has all of it.
    pub separation: Option<Separation>,
    /// The mean adjusted Rand index of the clusters with those of bootstrap samples.
    pub stability: f64,
    /// Its standard error.
    pub stability_error: f64,
    /// The share of the smallest cluster.
    pub least_share: f64,
    /// What became of it.
    pub verdict: Verdict,
}

/// All that were tried, and the clusters of the chosen number.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// One for each number, ascending.
    pub trials: Vec<Trial>,
    /// Nothing if every number was ruled out: the rows do not fall into clusters.
    pub fitted: Option<Fitted>,
}

/// How many groups of customers there are, with the numbers of every count tried.
///
/// Of those with no tiny cluster that come back in other samples, the fewest whose silhouette is
/// within one standard error of the best.
///
/// # Shapes
/// - `rows`: customers × features, standardised
/// - returns one trial per number of clusters, up to the number of different rows
///
/// # Errors
/// - `TooFew`: fewer than two different rows; no feature; no number to try
/// - `OutOfRange`: a value that is not finite
///
/// # Numerics
/// Silhouettes compare the rows of one sample with each other: the cost does not grow with the
/// square of the customers. Trials descend on `start_rows`, the chosen one on all.
///
/// # Source
/// Silhouette: Rousseeuw (1987). Bootstrap stability: Hennig (2007), Computational Statistics &
/// Data Analysis 52. One standard error: Breiman et al. (1984).
pub fn choose(rows: ArrayView2<f64>, params: &Params) -> Result<Choice> {
    let rows = Rows::sorted(rows, params.k_means.rows)?;
    let for_trials = rows.thinned(params.k_means.start_rows);
    let sample = for_trials.thinned(params.rows);
    let mut trials: Vec<Trial> = Vec::new();
    for clusters in params.clusters.clone() {
        match fit_sorted(&for_trials, &with_clusters(params, clusters)) {
            Ok(fitted) => trials.push(attempt(&for_trials, &sample, &fitted, params)),
            // There are no more different rows.
            Err(Error::TooFew { .. }) if !trials.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    if trials.is_empty() {
        return Err(Error::TooFew {
            what: "numbers of clusters to try",
            found: 0,
            needed: 1,
        });
    }
    let fitted = chosen(&mut trials)
        .map(|clusters| fit_sorted(&rows, &with_clusters(params, clusters)))
        .transpose()?;
    Ok(Choice { trials, fitted })
}

/// The fewest within one standard error of the best silhouette, marked.
fn chosen(trials: &mut [Trial]) -> Option<usize> {
    let possible = |trial: &&Trial| trial.verdict == Verdict::Possible;
    let best = trials
        .iter()
        .filter(possible)
        .max_by(|a, b| a.silhouette.total_cmp(&b.silhouette))?;
    let least = best.silhouette - best.silhouette_error;
    let close =
        |trial: &&mut Trial| trial.verdict == Verdict::Possible && trial.silhouette >= least;
    let chosen = trials.iter_mut().find(close)?;
    chosen.verdict = Verdict::Chosen;
    Some(chosen.clusters)
}

fn with_clusters(params: &Params, clusters: usize) -> k_means::Params {
    k_means::Params {
        clusters,
        ..params.k_means.clone()
    }
}

fn attempt(rows: &Rows, sample: &Rows, fitted: &Fitted, params: &Params) -> Trial {
    let clusters = fitted.centroids.nrows();
    let k_means = with_clusters(params, clusters);
    let labels = labels(fitted, sample);
    let agreements = (0..params.bootstraps).into_par_iter().map(|number| {
        let mut random = ChaCha8Rng::seed_from_u64(params.k_means.seed);
        // Streams of their own, beside those of the starts.
        random.set_stream((1 << 32) + number as u64);
        let mut places: Vec<usize> = (0..sample.len())
            .map(|_| (random.random::<f64>() * sample.len() as f64) as usize)
            .collect();
        places.sort_unstable();
        let again = fit_sorted(&sample.picked(places.into_iter()), &k_means)?;
        adjusted_rand(&labels, &self::labels(&again, sample))
    });
    // A bootstrap sample with too few different rows says nothing.
    let agreements: Vec<f64> = agreements.filter_map(Result::ok).collect();
    let (stability, stability_error) = mean_and_error(&agreements);
    let (silhouette, silhouette_error) =
        silhouettes(sample, &labels).map_or((0.0, 0.0), |values| mean_and_error(&values));
    let least_share = fitted.shares.iter().copied().fold(1.0, f64::min);
    Trial {
        clusters,
        inertia: fitted.inertia / rows.len() as f64,
        silhouette,
        silhouette_error,
        separation: separation_of(sample, &labels).ok(),
        stability,
        stability_error,
        least_share,
        verdict: if least_share < params.least_share {
            Verdict::TooSmall
        } else if stability >= params.least_stability {
            Verdict::Possible
        } else {
            Verdict::Unstable
        },
    }
}

fn labels(fitted: &Fitted, rows: &Rows) -> Vec<usize> {
    let centroids = Centroids::new(fitted.centroids.view());
    rows.iter().map(|row| centroids.nearest(row).0).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis, concatenate};

    use super::{Params, Separation, Trial, Verdict, choose};
    use crate::Error;
    use crate::group::adjusted_rand;
    use crate::group::tests::blobs;

    #[test]
    fn planted_segments_are_counted_and_recovered() {
        let (rows, planted) = blobs(6000, 5, 8, 0.5);
        let choice = choose(rows.view(), &Params::default()).expect("a choice");
        let fitted = choice.fitted.expect("clusters");
        assert_eq!(fitted.centroids.nrows(), 5, "{:#?}", choice.trials);
        let found = fitted.assign(rows.view()).expect("as fitted");
        let found: Vec<usize> = found.into_iter().map(|one| one.cluster).collect();
        assert!(adjusted_rand(&planted, &found).expect("one length") > 0.95);
        let best = |measure: fn(Separation) -> f64| {
            let apart = |one: &&Trial| one.separation.map_or(f64::NEG_INFINITY, measure);
            let best = choice
                .trials
                .iter()
                .max_by(|a, b| apart(a).total_cmp(&apart(b)));
            best.map(|one| one.clusters)
        };
        assert_eq!(best(|one| one.calinski_harabasz), Some(5));
        assert_eq!(best(|one| -one.davies_bouldin), Some(5));
        let chosen = |verdict| verdict == Verdict::Chosen;
        assert_eq!(
            choice
                .trials
                .iter()
                .filter(|one| chosen(one.verdict))
                .count(),
            1
        );
    }

    #[test]
    fn three_outliers_are_no_segment() {
        let (mut rows, _) = blobs(3000, 3, 2, 0.3);
        for row in 0..3 {
            rows.row_mut(row).fill(400.0);
        }
        let choice = choose(rows.view(), &Params::default()).expect("a choice");
        // Two clusters are the outliers and the rest, whether the sample meets them or not.
        assert_eq!(choice.trials[0].verdict, Verdict::TooSmall);
        assert!(choice.trials[0].least_share < 0.002);
        let params = Params {
            rows: 50,
            ..Params::default()
        };
        let unseen = choose(rows.view(), &params).expect("a choice");
        assert_eq!(unseen.trials[0].verdict, Verdict::TooSmall);
        for fitted in [choice.fitted, unseen.fitted] {
            assert!(fitted.is_none_or(|one| one.shares.iter().all(|share| *share >= 0.02)));
        }
    }

    #[test]
    fn one_cloud_is_not_stable_in_many_clusters() {
        let (rows, _) = blobs(3000, 1, 6, 1.0);
        let params = Params {
            clusters: 5..=8,
            ..Params::default()
        };
        let choice = choose(rows.view(), &params).expect("a choice");
        assert!(
            choice
                .trials
                .iter()
                .all(|one| one.verdict == Verdict::Unstable)
        );
        assert_eq!(choice.fitted, None);
    }

    #[test]
    fn the_order_of_the_rows_changes_nothing() {
        let (rows, _) = blobs(900, 3, 3, 0.4);
        let params = Params {
            clusters: 2..=4,
            ..Params::default()
        };
        let reversed: Vec<usize> = (0..900).rev().collect();
        let other = rows.select(Axis(0), &reversed);
        let choice = choose(rows.view(), &params);
        assert_eq!(choice, choose(other.view(), &params));
        let constant = concatenate![Axis(1), rows, Array2::ones((900, 1))];
        let chosen = choose(constant.view(), &params).expect("a choice").fitted;
        let known = choice.expect("a choice").fitted.map(|one| one.shares);
        assert_eq!(chosen.map(|one| one.shares), known);
    }

    #[test]
    fn no_more_clusters_are_tried_than_there_are_different_rows() {
        let rows = Array2::from_shape_fn((60, 1), |(row, _)| (row % 3) as f64 * 10.0);
        let choice = choose(rows.view(), &Params::default()).expect("a choice");
        let tried: Vec<usize> = choice.trials.iter().map(|one| one.clusters).collect();
        assert_eq!(tried, [2, 3]);
        assert_eq!(choice.fitted.map(|one| one.centroids.nrows()), Some(3));
        let same = choose(Array2::ones((60, 1)).view(), &Params::default());
        assert!(matches!(
            same,
            Err(Error::TooFew {
                found: 1,
                needed: 2,
                ..
            })
        ));
    }
}
