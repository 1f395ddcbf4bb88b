//! Our techniques and linfa's, through the same traits on the same data.
#![allow(clippy::unwrap_used, reason = "a test that stops has failed")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "species are 0, 1 and 2"
)]
#![allow(clippy::similar_names, reason = "one of ours and one of theirs")]

use clientele_model::group::{adjusted_rand, k_means, mixture};
use clientele_model::predict::{Fitted, LinearParams, Loss, Model};
use linfa::DatasetBase;
use linfa::prelude::*;
use linfa_clustering::{GaussianMixtureModel, KMeans};
use linfa_linear::LinearRegression;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, Axis};

/// Measures of the irises, and their species.
fn iris() -> Dataset<f64, usize, ndarray::Ix1> {
    let lines = include_str!("reference/iris.csv").lines();
    let flowers = lines.filter(|line| !line.starts_with('#')).skip(1);
    let fields = flowers.flat_map(|line| line.split(','));
    let numbers = fields.map(|field| field.parse().unwrap()).collect();
    let table = Array2::from_shape_vec((150, 5), numbers).unwrap();
    let species = table.column(4).mapv(|species: f64| species as usize);
    Dataset::new(table.select(Axis(1), &[0, 1, 2, 3]), species)
}

/// Each feature with mean 0 and deviation 1.
fn standardised(records: &Array2<f64>) -> Array2<f64> {
    let mean = records.mean_axis(Axis(0)).unwrap();
    (records - &mean) / records.std_axis(Axis(0), 0.0)
}

fn close(ours: f64, theirs: f64, tolerance: f64) {
    let allowed = tolerance * theirs.abs().max(1.0);
    assert!((ours - theirs).abs() <= allowed, "{ours} and {theirs}");
}

#[test]
fn k_means_ends_where_that_of_linfa_does() {
    let flowers = iris();
    for clusters in 2..=4 {
        let theirs = KMeans::params(clusters).n_runs(50).tolerance(1e-9);
        let theirs = theirs.fit(&flowers).unwrap();
        let ours = k_means::Params {
            clusters,
            starts: 50,
            tolerance: 0.0,
            ..k_means::Params::default()
        };
        let ours = ours.fit(&flowers).unwrap();
        // linfa tells the mean of the squared distances.
        close(ours.inertia / 150.0, theirs.inertia(), 1e-9);
        let [ours, theirs]: [Array1<usize>; 2] = [ours.predict(&flowers), theirs.predict(&flowers)];
        let agreement = adjusted_rand(&ours.to_vec(), &theirs.to_vec());
        close(agreement.unwrap(), 1.0, 1e-12);
    }
}

#[test]
fn a_mixture_ends_where_that_of_linfa_does() {
    let flowers = iris();
    let theirs = GaussianMixtureModel::params(3)
        .n_runs(10)
        .tolerance(1e-9)
        .max_n_iterations(5000);
    let theirs = theirs.fit(&flowers).unwrap();
    let ours = mixture::Params {
        tolerance: 1e-10,
        iterations: 5000,
        start: k_means::Params {
            clusters: 3,
            ..k_means::Params::default()
        },
        ..mixture::Params::default()
    };
    let ours = ours.fit(&flowers).unwrap();
    for (weight, mean) in ours.weights.iter().zip(ours.means.rows()) {
        let far = |other: &usize| (&mean - &theirs.means().row(*other)).mapv(f64::abs).sum();
        let same = (0..3).min_by(|a, b| far(a).total_cmp(&far(b))).unwrap();
        close(*weight, theirs.weights()[same], 1e-3);
        assert!(far(&same) < 1e-2, "{}", far(&same));
    }
    let [ours, theirs]: [Array1<usize>; 2] = [ours.predict(&flowers), theirs.predict(&flowers)];
    let agreement = adjusted_rand(&ours.to_vec(), &theirs.to_vec());
    close(agreement.unwrap(), 1.0, 1e-12);
}

/// The score of a linear model where every feature is 0, and what each adds.
fn line(fitted: &Fitted) -> (f64, Vec<f64>) {
    let Model::Linear(linear) = fitted.model() else {
        panic!("no linear model");
    };
    let slopes = linear.coefficients();
    let origin = Array2::zeros((1, slopes.len()));
    let intercept = fitted.scores(origin.view()).unwrap()[0];
    (intercept, slopes.iter().map(|slope| slope.value).collect())
}

#[test]
fn least_squares_are_those_of_linfa() {
    let flowers = iris();
    let (features, width) = (
        flowers.records.select(Axis(1), &[0, 1, 2]),
        flowers.records.column(3).to_owned(),
    );
    let dataset = DatasetBase::new(features, width);
    let theirs = LinearRegression::new().fit(&dataset).unwrap();
    let ours = LinearParams {
        loss: Loss::Squared,
        penalty: 0.0,
        ..LinearParams::default()
    };
    let ours = ours.fit(&dataset).unwrap();
    let (intercept, slopes) = line(&ours);
    close(intercept, theirs.intercept(), 1e-9);
    for (ours, theirs) in slopes.iter().zip(theirs.params()) {
        close(*ours, *theirs, 1e-9);
    }
    let [ours, theirs]: [Array1<f64>; 2] =
        [Predict::predict(&ours, &dataset), theirs.predict(&dataset)];
    close((ours - theirs).mapv(f64::abs).sum(), 0.0, 1e-9);
}

#[test]
fn a_logistic_regression_is_that_of_linfa() {
    let flowers = iris();
    let features = standardised(&flowers.records);
    let is_virginica = flowers.targets.mapv(|species| species == 2);
    let label = is_virginica.mapv(f64::from);
    let theirs = LogisticRegression::default()
        .alpha(1.0)
        .gradient_tolerance(1e-10)
        .max_iterations(1000)
        .fit(&DatasetBase::new(features.clone(), is_virginica))
        .unwrap();
    // linfa tells the coefficients of whichever label it holds for the positive one.
    let sign = if theirs.labels().pos.class { 1.0 } else { -1.0 };
    let ours = LinearParams::default();
    let ours = ours.fit(&DatasetBase::new(features, label)).unwrap();
    let (intercept, slopes) = line(&ours);
    close(intercept, sign * theirs.intercept(), 1e-5);
    for (ours, theirs) in slopes.iter().zip(theirs.params()) {
        close(*ours, sign * theirs, 1e-5);
    }
}

#[test]
#[should_panic(expected = "a row has 3 entries, 4 were expected")]
fn other_features_than_were_fitted_are_refused() {
    let flowers = iris();
    let fitted = k_means::Params::default().fit(&flowers).unwrap();
    let fewer = flowers.records.select(Axis(1), &[0, 1, 2]);
    let _: Array1<usize> = fitted.predict(&fewer);
}
