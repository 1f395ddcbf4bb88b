//! Our techniques behind linfa's traits: parameters are fitted to linfa's datasets, what was fitted predicts, and so what is
//! written for linfa's techniques takes ours.
//!
//! linfa's predictions cannot fail: where `assign` and `predict` of our own return an error (no rows, another number of
//! features, values that are not finite), these panic with it.

use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2};

use crate::group::{Assignment, k_means, mixture};
use crate::predict::{BoostedParams, Fitted, LinearParams, Sample, fit_boosted, fit_linear};
use crate::{Error, Result};

impl<T> Fit<Array2<f64>, T, Error> for k_means::Params {
    type Object = k_means::Fitted;

    fn fit(&self, dataset: &DatasetBase<Array2<f64>, T>) -> Result<Self::Object> {
        k_means::fit(dataset.records.view(), self)
    }
}

impl<T> Fit<Array2<f64>, T, Error> for mixture::Params {
    type Object = mixture::Fitted;

    fn fit(&self, dataset: &DatasetBase<Array2<f64>, T>) -> Result<Self::Object> {
        mixture::fit(dataset.records.view(), self)
    }
}

impl Fit<Array2<f64>, Array1<f64>, Error> for LinearParams {
    type Object = Fitted;

    fn fit(&self, dataset: &DatasetBase<Array2<f64>, Array1<f64>>) -> Result<Self::Object> {
        with_sample(dataset, |sample| fit_linear(sample, self))
    }
}

impl Fit<Array2<f64>, Array1<f64>, Error> for BoostedParams {
    type Object = Fitted;

    /// A row is known by its place: linfa's datasets have no keys.
    fn fit(&self, dataset: &DatasetBase<Array2<f64>, Array1<f64>>) -> Result<Self::Object> {
        with_sample(dataset, |sample| fit_boosted(sample, self))
    }
}

fn with_sample<T>(
    dataset: &DatasetBase<Array2<f64>, Array1<f64>>,
    fit: impl Fn(&Sample) -> Result<T>,
) -> Result<T> {
    let features = dataset.records.ncols();
    let names: Vec<String> = match dataset.feature_names() {
        names if names.len() == features => names.to_vec(),
        _ => (0..features).map(|feature| format!("x{feature}")).collect(),
    };
    let weights = dataset.weights();
    let weights = weights.map(|all| all.iter().map(|one| f64::from(*one)).collect::<Vec<_>>());
    let ids: Vec<u64> = (0..dataset.records.nrows() as u64).collect();
    fit(&Sample {
        features: dataset.records.view(),
        names: &names,
        labels: &dataset.targets.to_vec(),
        weights: weights.as_deref(),
        ids: &ids,
    })
}

impl PredictInplace<Array2<f64>, Array1<usize>> for k_means::Fitted {
    fn predict_inplace<'a>(&'a self, rows: &'a Array2<f64>, clusters: &mut Array1<usize>) {
        fill(clusters, self.assign(rows.view()).map(clusters_of));
    }

    fn default_target(&self, rows: &Array2<f64>) -> Array1<usize> {
        Array1::zeros(rows.nrows())
    }
}

impl PredictInplace<Array2<f64>, Array1<usize>> for mixture::Fitted {
    fn predict_inplace<'a>(&'a self, rows: &'a Array2<f64>, clusters: &mut Array1<usize>) {
        fill(clusters, self.assign(rows.view()).map(clusters_of));
    }

    fn default_target(&self, rows: &Array2<f64>) -> Array1<usize> {
        Array1::zeros(rows.nrows())
    }
}

impl PredictInplace<Array2<f64>, Array1<f64>> for Fitted {
    fn predict_inplace<'a>(&'a self, rows: &'a Array2<f64>, predictions: &mut Array1<f64>) {
        fill(predictions, self.predict(rows.view()));
    }

    fn default_target(&self, rows: &Array2<f64>) -> Array1<f64> {
        Array1::zeros(rows.nrows())
    }
}

fn clusters_of(assignments: Vec<Assignment>) -> Vec<usize> {
    assignments.into_iter().map(|one| one.cluster).collect()
}

fn fill<T>(targets: &mut Array1<T>, found: Result<Vec<T>>) {
    let found = found.unwrap_or_else(|error| panic!("{error}"));
    *targets = Array1::from_vec(found);
}
