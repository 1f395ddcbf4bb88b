//! Whether a customer buys again, by what is known of them.

use std::collections::BTreeMap;

use clientele_model::predict::{LinearParams, Model, Sample, auc, classification, fit_linear};
use ndarray::{Array2, Axis};

use crate::{CALIBRATION_END, Purchases, assert_near, data, purchases};

/// Whether each customer bought again, and logarithms of days since the last purchase, purchase days
/// and spend, with the days since the first.
fn propensity(purchases: &Purchases) -> (Array2<f64>, Vec<f64>) {
    let row = |days: &BTreeMap<i32, f64>| {
        let (first, _) = days.first_key_value().expect("a first purchase");
        let past: Vec<_> = days.range(..=CALIBRATION_END).collect();
        let last = *past[past.len() - 1].0;
        let spend: f64 = past.iter().map(|(_, amount)| **amount).sum();
        [
            f64::from(CALIBRATION_END - last).ln_1p(),
            (past.len() as f64).ln_1p(),
            spend.ln_1p(),
            f64::from(CALIBRATION_END - first),
        ]
    };
    let cells: Vec<f64> = purchases.values().flat_map(row).collect();
    let again = |days: &BTreeMap<i32, f64>| days.range(CALIBRATION_END + 1..).next().is_some();
    let labels = purchases
        .values()
        .map(|days| f64::from(u8::from(again(days))));
    let features = Array2::from_shape_vec((purchases.len(), 4), cells).expect("four each");
    (features, labels.collect())
}

#[test]
fn the_logit_of_buying_again_is_that_of_scikit_learn() {
    let Some(folder) = data("the_logit_of_buying_again_is_that_of_scikit_learn") else {
        return;
    };
    let (features, labels) = propensity(&purchases(&folder));
    let names = ["recency", "frequency", "spend", "age"].map(str::to_owned);
    let ids: Vec<u64> = (0..labels.len() as u64).collect();
    let exact = LinearParams {
        penalty: 0.0,
        ..LinearParams::default()
    };
    let fit_on = |rows: &[usize]| {
        let labels: Vec<f64> = rows.iter().map(|row| labels[*row]).collect();
        let features = features.select(Axis(0), rows);
        let sample = Sample {
            features: features.view(),
            names: &names,
            labels: &labels,
            weights: None,
            ids: &ids[..rows.len()],
        };
        fit_linear(&sample, &exact).expect("a fit")
    };
    let all: Vec<usize> = (0..labels.len()).collect();
    let fitted = fit_on(&all);
    let Model::Linear(linear) = fitted.model() else {
        panic!("linear")
    };
    // scikit-learn 1.9.1, LogisticRegression without a penalty, on standardised features.
    assert_near(linear.intercept(), -1.022860, 1e-5, "intercept");
    let expected = [-0.513472, 0.631977, 0.169815, -0.123388];
    for (one, expected) in linear.coefficients().iter().zip(expected) {
        assert_near(one.standardised, expected, 1e-5, &names[one.feature]);
    }
    // Features alone, of equal frequencies the most recent first; then ten folds.
    let recency: Vec<f64> = features.column(0).iter().map(|days| -days).collect();
    let frequency = &features.column(1) * 1e3 - features.column(0);
    let alone = |scores: &[f64]| auc(scores, &labels).expect("as many").expect("both");
    assert_near(alone(&recency), 0.7714, 6e-5, "recency");
    assert_near(alone(&frequency.to_vec()), 0.7787, 6e-5, "frequency");
    assert_near(alone(&features.column(2).to_vec()), 0.7268, 6e-5, "spend");
    let mut predictions = vec![0.0; labels.len()];
    for fold in 0..10 {
        let (test, train): (Vec<_>, Vec<_>) = all.iter().partition(|row| **row % 10 == fold);
        let said = fit_on(&train).predict(features.select(Axis(0), &test).view());
        for (row, probability) in test.into_iter().zip(said.expect("four features")) {
            predictions[row] = probability;
        }
    }
    let told = classification(&predictions, &labels).expect("rows");
    assert_near(told.auc.expect("both"), 0.7800, 2e-3, "AUC of ten folds");
    assert_near(told.brier, 0.155918, 5e-4, "Brier score of ten folds");
}
