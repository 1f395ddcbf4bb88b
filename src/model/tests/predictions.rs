//! Predictions against scikit-learn and statsmodels, and what holds for every one of them.
#![allow(clippy::cast_precision_loss, reason = "small counts become floats")]
#![allow(clippy::unreadable_literal, reason = "published figures, as printed")]

use clientele_model::Error;
use clientele_model::predict::{
    BoostedParams, Calibration, Fitted, ImportanceParams, LinearParams, Loss, Model, Sample,
    classification, fit_boosted, fit_linear, importances,
};
use ndarray::{Array2, Axis};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma, Poisson, StandardNormal};

const TWEEDIE: Loss = Loss::Tweedie { power: 1.5 };
const LOSSES: [Loss; 3] = [Loss::Logistic, TWEEDIE, Loss::Squared];

/// Customers, with what they did.
#[derive(Debug, Clone)]
struct Shop {
    features: Array2<f64>,
    labels: Vec<f64>,
    amounts: Vec<f64>,
    ids: Vec<u64>,
}

impl Shop {
    fn names(&self) -> Vec<String> {
        let count = self.features.ncols();
        (0..count).map(|index| format!("x{index}")).collect()
    }

    fn labels(&self, loss: Loss) -> &[f64] {
        if loss == Loss::Logistic {
            &self.labels
        } else {
            &self.amounts
        }
    }

    fn sample<'a>(&'a self, names: &'a [String], loss: Loss) -> Sample<'a> {
        Sample {
            features: self.features.view(),
            names,
            labels: self.labels(loss),
            weights: None,
            ids: &self.ids,
        }
    }

    fn linear(&self, loss: Loss, penalty: f64) -> clientele_model::Result<Fitted> {
        let params = LinearParams {
            loss,
            penalty,
            ..LinearParams::default()
        };
        fit_linear(&self.sample(&self.names(), loss), &params)
    }

    fn boosted(&self, loss: Loss, params: &BoostedParams) -> Fitted {
        let params = BoostedParams {
            loss,
            ..params.clone()
        };
        fit_boosted(&self.sample(&self.names(), loss), &params).expect("a fit")
    }

    fn both(&self, loss: Loss) -> [Fitted; 2] {
        let linear = self.linear(loss, 1.0).expect("a fit");
        [linear, self.boosted(loss, &BoostedParams::default())]
    }

    /// The rows at these places.
    fn select(&self, rows: &[usize]) -> Self {
        let pick = |all: &[f64]| rows.iter().map(|row| all[*row]).collect();
        Self {
            features: self.features.select(Axis(0), rows),
            labels: pick(&self.labels),
            amounts: pick(&self.amounts),
            ids: rows.iter().map(|row| self.ids[*row]).collect(),
        }
    }

    fn twice(&self) -> Self {
        let rows: Vec<usize> = (0..self.ids.len()).collect();
        self.select(&[rows.clone(), rows].concat())
    }
}

/// The true logit of a simulated customer: one feature bends, one matters only with another.
fn logit(row: &[f64; 5]) -> f64 {
    -0.8 + 0.9 * row[0] - (0.5 * row[1]).powi(2) + if row[2] > 0.0 { row[3] } else { 0.0 }
}

/// Customers of whom the last feature tells nothing, and the fourth is missing now and then.
fn simulate(customers: usize, seed: u64) -> Shop {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut cells, mut labels, mut amounts) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..customers {
        let mut row: [f64; 5] = std::array::from_fn(|_| random.sample(StandardNormal));
        let score = logit(&row);
        labels.push(f64::from(u8::from(
            random.random_bool(Loss::Logistic.mean(score)),
        )));
        let orders: f64 = Poisson::new((0.5 * score).exp())
            .expect("above 0")
            .sample(&mut random);
        let amount = Gamma::new(2.0 * orders.max(0.1), 12.0).expect("above 0");
        amounts.push(if orders > 0.0 {
            amount.sample(&mut random)
        } else {
            0.0
        });
        if random.random_bool(0.1) {
            row[3] = f64::NAN;
        }
        cells.extend(row);
    }
    Shop {
        features: Array2::from_shape_vec((customers, 5), cells).expect("five each"),
        labels,
        amounts,
        ids: (0..customers as u64)
            .map(|row| row + seed * 1_000_000)
            .collect(),
    }
}

/// The reference customers, and what scikit-learn predicts for them.
fn reference() -> (Shop, Vec<f64>, Vec<f64>) {
    let text = include_str!("reference/predictions.csv");
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    let rows: Vec<Vec<f64>> = lines
        .map(|line| {
            line.split(',')
                .map(|cell| cell.parse().unwrap_or(f64::NAN))
                .collect()
        })
        .collect();
    let column = |index: usize| rows.iter().map(|row| row[index]).collect::<Vec<f64>>();
    let features: Vec<f64> = rows.iter().flat_map(|row| row[..4].to_vec()).collect();
    let shop = Shop {
        features: Array2::from_shape_vec((rows.len(), 4), features).expect("four each"),
        labels: column(4),
        amounts: column(5),
        ids: (0..rows.len() as u64).collect(),
    };
    (shop, column(6), column(7))
}

fn coefficients(fitted: &Fitted) -> (f64, Vec<f64>) {
    let Model::Linear(linear) = fitted.model() else {
        panic!("linear")
    };
    let standardised = linear
        .coefficients()
        .iter()
        .map(|one| one.standardised)
        .collect();
    (linear.intercept(), standardised)
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (row, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (found - expected).abs() <= tolerance,
            "{row}: {found} for {expected}"
        );
    }
}

#[test]
fn coefficients_and_errors_are_those_of_scikit_learn_and_statsmodels() {
    let (shop, ..) = reference();
    // Standardised; the last is of a column that is 1 where spend is missing.
    // statsmodels 0.15.0: GLM(y, X, Binomial()).fit(tol=1e-14).
    let plain = shop.linear(Loss::Logistic, 0.0).expect("a fit");
    let (intercept, terms) = coefficients(&plain);
    close(&[intercept], &[-0.223775886], 1e-8);
    close(
        &terms,
        &[-0.792804000, 0.581937813, 0.150701352, 0.152645860],
        1e-8,
    );
    let Model::Linear(linear) = plain.model() else {
        panic!("linear")
    };
    let errors: Vec<f64> = linear
        .coefficients()
        .iter()
        .map(|one| one.standard_error * one.standardised / one.value)
        .collect();
    close(
        &errors,
        &[0.166186789, 0.136852047, 0.126083715, 0.123938850],
        1e-7,
    );
    // scikit-learn 1.9.1: LogisticRegression(C=1/3), TweedieRegressor(1.5, alpha=2/n), Ridge(2).
    let logistic = [-0.726498831, 0.541177181, 0.138219226, 0.142553713];
    let tweedie = [-0.693251642, 0.445524227, 0.158441069, 0.106088225];
    let ridge = [-10.944317394, 11.554237467, 2.61541942, 1.971560329];
    for (loss, penalty, intercept, terms, tolerance) in [
        (Loss::Logistic, 3.0, -0.213713658, logistic, 1e-7),
        (TWEEDIE, 2.0, 3.003859106, tweedie, 1e-7),
        (Loss::Squared, 2.0, 26.1842, ridge, 1e-7),
    ] {
        let (found_intercept, found) = coefficients(&shop.linear(loss, penalty).expect("a fit"));
        close(&[found_intercept], &[intercept], tolerance);
        close(&found, &terms, tolerance);
    }
}

#[test]
fn trees_are_those_of_scikit_learn() {
    let (shop, probabilities, expected) = reference();
    let params = BoostedParams {
        rounds: 20,
        leaves: 8,
        leaf_rows: 10,
        validation_share: 0.0,
        ..BoostedParams::default()
    };
    let predicted = |loss| {
        shop.boosted(loss, &params)
            .predict(shop.features.view())
            .expect("fits")
    };
    close(&predicted(Loss::Logistic), &probabilities, 1e-5);
    close(&predicted(Loss::Squared), &expected, 1e-3);
}

#[test]
fn trees_find_what_no_line_does_and_are_calibrated_on_unseen_customers() {
    let (past, unseen) = (simulate(40_000, 1), simulate(40_000, 2));
    let [linear, boosted] = past.both(Loss::Logistic);
    let told = |fitted: &Fitted| {
        let predictions = fitted
            .predict(unseen.features.view())
            .expect("as many features");
        classification(&predictions, &unseen.labels).expect("rows")
    };
    let (linear, boosted) = (told(&linear), told(&boosted));
    assert!(
        boosted.log_loss < linear.log_loss - 0.015,
        "{linear:?} {boosted:?}"
    );
    for told in [linear, boosted] {
        let slope = told.calibration_slope.expect("a line");
        assert!((0.9..1.1).contains(&slope), "{told:?}");
        assert!(
            told.calibration_intercept.expect("both kinds").abs() < 0.05,
            "{told:?}"
        );
    }
}

#[test]
fn expected_amounts_come_true_on_the_whole() {
    let (past, unseen) = (simulate(40_000, 3), simulate(40_000, 4));
    let mean = unseen.amounts.iter().sum::<f64>() / unseen.amounts.len() as f64;
    let naive = TWEEDIE
        .mean_loss(&vec![mean; 40_000], &unseen.amounts)
        .expect("as many");
    let losses = past.both(TWEEDIE).map(|fitted| {
        let predictions = fitted
            .predict(unseen.features.view())
            .expect("as many features");
        let bias = predictions.iter().sum::<f64>() / 40_000.0 / mean;
        assert!((bias - 1.0).abs() < 0.03, "{bias}");
        TWEEDIE
            .mean_loss(&predictions, &unseen.amounts)
            .expect("as many")
    });
    assert!(
        losses[1] < losses[0] && losses[0] < naive,
        "{losses:?} {naive}"
    );
}

#[test]
fn calibration_mends_what_drift_has_spoilt() {
    // Fitted where it happens rarely: held at a fifth of the odds.
    let (past, now, next) = (
        simulate(20_000, 5),
        simulate(20_000, 6),
        simulate(20_000, 7),
    );
    let rare: Vec<usize> = (0..20_000)
        .filter(|row| past.labels[*row] < 0.5 || row % 5 == 0)
        .collect();
    let fitted = past
        .select(&rare)
        .linear(Loss::Logistic, 1.0)
        .expect("a fit");
    let said = |shop: &Shop| {
        fitted
            .predict(shop.features.view())
            .expect("as many features")
    };
    let calibrations = [Calibration::platt, Calibration::isotonic];
    assert!(
        classification(&said(&next), &next.labels)
            .expect("rows")
            .calibration_intercept
            > Some(1.0)
    );
    for calibrate in calibrations {
        let calibration = calibrate(&said(&now), &now.labels).expect("both kinds");
        let mended: Vec<f64> = said(&next).iter().map(|p| calibration.apply(*p)).collect();
        let told = classification(&mended, &next.labels).expect("rows");
        assert!(
            (0.9..1.1).contains(&told.calibration_slope.expect("a line")),
            "{told:?}"
        );
        assert!(
            told.calibration_intercept.expect("both kinds").abs() < 0.06,
            "{told:?}"
        );
    }
}

#[test]
fn neither_the_order_of_rows_nor_the_threads_change_a_tree() {
    let shop = simulate(5000, 8);
    let mut order: Vec<usize> = (0..5000).collect();
    order.sort_by_key(|row| row * 7919 % 5000);
    for loss in LOSSES {
        let [linear, boosted] = shop.both(loss);
        let [other_linear, other_boosted] = shop.select(&order).both(loss);
        // Start and number of trees rest on sums in the order of rows: equal to rounding.
        let scores = |fitted: &Fitted| fitted.scores(shop.features.view()).expect("fits");
        let size = scores(&boosted)
            .iter()
            .fold(1.0_f64, |most, score| most.max(score.abs()));
        close(&scores(&other_boosted), &scores(&boosted), 1e-6 * size);
        close(&scores(&other_linear), &scores(&linear), 1e-9 * size);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .expect("a thread");
        assert_eq!(pool.install(|| shop.both(loss)), [linear, boosted]);
    }
}

#[test]
fn all_rows_twice_change_little() {
    let shop = simulate(5000, 9);
    let params = BoostedParams {
        penalty: 0.0,
        leaf_rows: 1,
        leaves: 8,
        depth: 3,
        ..BoostedParams::default()
    };
    for loss in LOSSES {
        let scores = |fitted: &Fitted| fitted.scores(shop.features.view()).expect("fits");
        let (once, twice) = (
            shop.boosted(loss, &params),
            shop.twice().boosted(loss, &params),
        );
        let size = scores(&once)
            .iter()
            .fold(1.0_f64, |most, score| most.max(score.abs()));
        close(&scores(&twice), &scores(&once), 1e-6 * size);
        let linear = |shop: &Shop| scores(&shop.linear(loss, 1.0).expect("a fit"));
        close(&linear(&shop.twice()), &linear(&shop), 2e-3 * size);
    }
}

#[test]
fn weights_count_like_repeated_rows() {
    let shop = simulate(3000, 10);
    let heavy: Vec<usize> = (0..3000).flat_map(|row| vec![row; 1 + row % 3]).collect();
    let weights: Vec<f64> = (0..3000).map(|row| f64::from(1 + row % 3)).collect();
    let repeated = shop
        .select(&heavy)
        .linear(Loss::Logistic, 1.0)
        .expect("a fit");
    let names = shop.names();
    let sample = Sample {
        weights: Some(&weights),
        ..shop.sample(&names, Loss::Logistic)
    };
    let weighted = fit_linear(&sample, &LinearParams::default()).expect("a fit");
    // The median that stands for missing values does not know weights.
    let (a, b) = (coefficients(&weighted), coefficients(&repeated));
    close(&[a.0], &[b.0], 5e-3);
    close(&a.1, &b.1, 5e-3);
}

#[test]
fn what_is_written_answers_the_same_to_the_last_bit() {
    let shop = simulate(3000, 11);
    for fitted in LOSSES.iter().flat_map(|loss| shop.both(*loss)) {
        let read: Fitted = fitted.to_string().parse().expect("its own text");
        assert_eq!(read, fitted);
        let features = shop.features.view();
        let bits = |fitted: &Fitted| -> Vec<u64> {
            let scores = fitted.scores(features).expect("fits");
            scores.into_iter().map(f64::to_bits).collect()
        };
        assert_eq!(bits(&read), bits(&fitted));
    }
}

#[test]
fn reasons_add_up_to_the_score_and_name_what_matters() {
    let shop = simulate(5000, 12);
    for fitted in shop.both(Loss::Logistic) {
        let features = shop.features.view();
        let scores = fitted.scores(features).expect("fits");
        let added = fitted
            .contributions(features)
            .expect("fits")
            .sum_axis(Axis(1))
            + fitted.baseline();
        close(added.as_slice().expect("in order"), &scores, 1e-9);
        let reasons = fitted.reasons(features, 3).expect("fits");
        let mut first = [0; 5];
        for reasons in &reasons {
            assert!(reasons.len() <= 3);
            assert!(
                reasons
                    .windows(2)
                    .all(|pair| { pair[0].contribution.abs() >= pair[1].contribution.abs() })
            );
            first[reasons[0].feature] += 1;
        }
        assert!(first[0] > 1500 && first[4] < 50, "{first:?}");
    }
}

#[test]
fn importance_is_that_of_the_features_that_were_planted() {
    let (past, unseen) = (simulate(20_000, 13), simulate(20_000, 14));
    let fitted = past.boosted(Loss::Logistic, &BoostedParams::default());
    let ask = |shop: &Shop, seed| {
        let names = shop.names();
        let params = ImportanceParams {
            seed,
            ..ImportanceParams::default()
        };
        importances(&fitted, &shop.sample(&names, Loss::Logistic), &params).expect("fits")
    };
    let found = ask(&unseen, 0);
    for one in &found[..4] {
        assert!(
            one.loss_increase > 0.005 + 5.0 * one.standard_error,
            "{found:?}"
        );
    }
    assert!(found[4].loss_increase.abs() < 0.002, "{found:?}");
    let turned: Vec<usize> = (0..20_000).rev().collect();
    for (one, other) in found.iter().zip(ask(&unseen.select(&turned), 0)) {
        assert!((one.loss_increase - other.loss_increase).abs() < 1e-12);
    }
    assert_ne!(found, ask(&unseen, 1));
}

#[test]
fn a_separable_shop_has_an_answer_or_a_reason() {
    let features = Array2::from_shape_fn(
        (200, 2),
        |(row, column)| if column == 0 { row as f64 } else { 7.0 },
    );
    let shop = Shop {
        labels: (0..200)
            .map(|row| f64::from(u8::from(row >= 100)))
            .collect(),
        amounts: vec![1.0; 200],
        ids: (0..200).collect(),
        features,
    };
    assert!(matches!(
        shop.linear(Loss::Logistic, 0.0),
        Err(Error::NotIdentified { .. } | Error::NotConverged { .. })
    ));
    for fitted in shop.both(Loss::Logistic) {
        let predictions = fitted.predict(shop.features.view()).expect("fits");
        assert!(
            predictions[0] < 0.3 && predictions[199] > 0.7,
            "{predictions:?}"
        );
    }
    // Amounts that are all one, and features that tell nothing: the mean.
    for fitted in shop.both(TWEEDIE) {
        close(
            &fitted.predict(shop.features.view()).expect("fits"),
            &[1.0; 200],
            1e-9,
        );
    }
}

fn small_shop() -> impl Strategy<Value = Shop> {
    let cell =
        prop_oneof![5 => (-3_i32..4).prop_map(f64::from), 1 => Just(f64::NAN), 1 => -1e6..1e6];
    let row = (
        proptest::collection::vec(cell, 3),
        any::<bool>(),
        0.0..1e5_f64,
    );
    proptest::collection::vec(row, 1..60).prop_map(|rows| Shop {
        features: Array2::from_shape_fn((rows.len(), 4), |(row, column)| {
            if column == 3 {
                0.1
            } else {
                rows[row].0[column]
            }
        }),
        labels: rows.iter().map(|row| f64::from(u8::from(row.1))).collect(),
        amounts: rows
            .iter()
            .map(|row| if row.1 { row.2 } else { 0.0 })
            .collect(),
        ids: (0..rows.len() as u64).collect(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_few_customers_give_finite_answers_or_a_reason(shop in small_shop(), penalty in 0.0..2.0) {
        let names = shop.names();
        for loss in LOSSES {
            let sample = shop.sample(&names, loss);
            let linear = LinearParams { loss, penalty, ..LinearParams::default() };
            let trees = BoostedParams { loss, leaf_rows: 1, penalty, rounds: 20, ..BoostedParams::default() };
            for fitted in [fit_linear(&sample, &linear), fit_boosted(&sample, &trees)] {
                let Ok(fitted) = fitted else { continue };
                let predictions = fitted.predict(shop.features.view()).expect("as many features");
                prop_assert!(predictions.iter().all(|one| one.is_finite()), "{predictions:?}");
                let reasons = fitted.reasons(shop.features.view(), 3).expect("as many features");
                // A constant is no reason.
                prop_assert!(reasons.iter().flatten().all(|reason| reason.feature < 3));
                prop_assert_eq!(&fitted.to_string().parse::<Fitted>(), &Ok(fitted));
            }
        }
    }

    #[test]
    fn another_number_of_features_is_refused(columns in 0_usize..9) {
        let fitted = simulate(200, 15).linear(Loss::Squared, 1.0).expect("a fit");
        let told = fitted.predict(Array2::zeros((3, columns)).view());
        prop_assert_eq!(told.is_ok(), columns == 5);
    }
}
