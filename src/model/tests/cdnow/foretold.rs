//! Who is still a customer, and how often they will buy.

use clientele_model::value::{
    History, Holdout, Predictor, Technique, holdout_log_likelihood, most_likely,
};

use crate::{
    CALIBRATION_END, HOLDOUT_END, assert_near, data, fitted, histories, predictor, published,
    purchases,
};

/// Pareto/NBD as BTYD fits it: a little off the top of the ridge in s and β.
const BTYD: [f64; 4] = [0.553397, 10.580199, 0.606062, 11.656224];

#[test]
fn the_choice_of_model_decides_who_has_left() {
    let Some(folder) = data("the_choice_of_model_decides_who_has_left") else {
        return;
    };
    let histories = histories(&purchases(&folder), CALIBRATION_END, 7.0);
    for (technique, mean) in [
        (Technique::BgNbd, 0.813),
        (Technique::ParetoNbd, 0.446),
        (Technique::MbgNbd, 0.449),
    ] {
        let alive = predictor(&fitted(technique, &histories)).probability_alive(&histories);
        let found = alive.iter().sum::<f64>() / alive.len() as f64;
        assert_near(found, mean, 6e-4, &technique.to_string());
    }
}

#[test]
fn predictions_for_single_customers_are_the_published_ones() {
    let Some(folder) = data("predictions_for_single_customers_are_the_published_ones") else {
        return;
    };
    let histories = histories(&purchases(&folder), CALIBRATION_END, 7.0);
    let pareto = predictor(&fitted(Technique::ParetoNbd, &histories));
    let bg = predictor(&fitted(Technique::BgNbd, &histories));
    let mbg = predictor(&fitted(Technique::MbgNbd, &histories));
    // BTYD's customer 1516.
    let frequent = [histories[1515]];
    assert_eq!(frequent[0].x, 26);
    assert_near(
        pareto.expected_purchases(&frequent, 52.0)[0],
        25.4542,
        2e-3,
        "Pareto/NBD",
    );
    assert_near(
        pareto.probability_alive(&frequent)[0],
        0.997873,
        1e-5,
        "Pareto/NBD alive",
    );
    assert_near(
        bg.expected_purchases(&frequent, 52.0)[0],
        25.7565,
        1e-3,
        "BG/NBD",
    );
    assert_near(
        bg.probability_alive(&frequent)[0],
        0.968852,
        1e-5,
        "BG/NBD alive",
    );
    // A new customer; that of Pareto/NBD under the parameters of BTYD.
    let btyd = published(Technique::ParetoNbd, &BTYD);
    assert_near(
        btyd.expected_purchases(&[History::NEW], 52.0)[0],
        1.473113,
        1e-6,
        "new, Pareto",
    );
    assert_near(
        1.0 + pareto.expected_purchases(&[History::NEW], 52.0)[0],
        2.473498,
        1e-4,
        "new, Pareto of CLVTools, with the first purchase",
    );
    assert_near(
        bg.expected_purchases(&[History::NEW], 52.0)[0],
        1.444005,
        2e-5,
        "new, BG",
    );
    // BTYDplus.
    let once = [History {
        x: 0,
        t_x: 0.0,
        age: 39.0,
    }];
    let twice = [History {
        x: 2,
        t_x: 30.43,
        age: 38.86,
    }];
    assert_near(
        mbg.probability_alive(&once)[0],
        0.389327,
        1e-5,
        "MBG/NBD alive, once",
    );
    assert_near(
        mbg.probability_alive(&twice)[0],
        0.706122,
        1e-5,
        "MBG/NBD alive, twice",
    );
    assert_near(
        mbg.expected_purchases(&twice, 39.0)[0],
        1.262657,
        2e-5,
        "MBG/NBD",
    );
}

#[test]
fn expectations_are_as_unsure_as_bootstrapped_ones() {
    let Some(folder) = data("expectations_are_as_unsure_as_bootstrapped_ones") else {
        return;
    };
    // Customer 1, CLVTools: 90 % of 50 draws of BG/NBD lie from 1.1648 to 1.3113, around 1.2260.
    let histories = histories(&purchases(&folder), CALIBRATION_END, 7.0);
    let bg = predictor(&fitted(Technique::BgNbd, &histories));
    let deviation = bg.expected_deviation(&histories[..1], 39.0)[0];
    let bootstrapped = f64::ln(1.3113 / 1.1648) / (2.0 * 1.645);
    eprintln!("deviation {deviation:.4}, bootstrapped {bootstrapped:.4}");
    assert!((0.6..1.6).contains(&(deviation / bootstrapped)));
}

/// Customers by repeat purchases: 0…6, then 7 and more.
fn by_frequency(histories: &[History], value: impl Fn(usize) -> f64) -> [f64; 8] {
    let mut bins = [0.0; 8];
    for (row, history) in histories.iter().enumerate() {
        bins[(history.x as usize).min(7)] += value(row);
    }
    bins
}

#[test]
fn expected_frequencies_are_the_published_table() {
    let Some(folder) = data("expected_frequencies_are_the_published_table") else {
        return;
    };
    let histories = histories(&purchases(&folder), CALIBRATION_END, 7.0);
    let actual = by_frequency(&histories, |_| 1.0);
    assert_eq!(
        actual.map(|count| count as u32),
        [1411, 439, 214, 100, 62, 38, 29, 64]
    );
    let bg = predictor(&fitted(Technique::BgNbd, &histories));
    let btyd = published(Technique::ParetoNbd, &BTYD);
    for (model, table) in [
        // The published last bin, 71.23, ends at the largest count seen; ours has all above it.
        (
            &bg,
            [1407.68, 460.32, 192.46, 101.17, 59.85, 38.12, 25.55, 71.85],
        ),
        (
            &btyd,
            [1434.13, 396.88, 193.48, 111.80, 69.98, 45.85, 30.92, 73.96],
        ),
    ] {
        let mut expected = [0.0; 8];
        for history in &histories {
            let frequencies = model.distribution(&History::NEW, history.age);
            for (purchases, probability) in frequencies.into_iter().enumerate() {
                expected[purchases.min(7)] += probability;
            }
        }
        for (found, published) in expected.iter().zip(table) {
            assert_near(*found, published, 0.02, "customers");
        }
    }
}

/// Purchases expected in 39 weeks by repeat purchases so far, 0…6 and more: Fader, Hardie & Lee (2005).
const BY_FREQUENCY: [(Technique, [f64; 8]); 2] = [
    (
        Technique::BgNbd,
        [
            0.225090, 0.523136, 1.044125, 1.520253, 2.163820, 2.653784, 3.503951, 6.157026,
        ],
    ),
    (
        Technique::ParetoNbd,
        [
            0.138420, 0.599441, 1.195803, 1.713798, 2.398252, 2.907130, 3.818457, 6.402879,
        ],
    ),
];

#[test]
fn expectations_by_past_frequency_are_the_published_table() {
    let Some(folder) = data("expectations_by_past_frequency_are_the_published_table") else {
        return;
    };
    let purchases = purchases(&folder);
    let histories = histories(&purchases, CALIBRATION_END, 7.0);
    let counts = by_frequency(&histories, |_| 1.0);
    for (technique, table) in BY_FREQUENCY {
        let model = predictor(&fitted(technique, &histories));
        let expected = model.expected_purchases(&histories, 39.0);
        let sums = by_frequency(&histories, |row| expected[row]);
        for ((sum, count), published) in sums.iter().zip(counts).zip(table) {
            assert_near(
                sum / count,
                published,
                2e-4 * published,
                &technique.to_string(),
            );
        }
    }
}

#[test]
fn unseen_time_chooses_a_model_whose_customers_leave() {
    let Some(folder) = data("unseen_time_chooses_a_model_whose_customers_leave") else {
        return;
    };
    let purchases = purchases(&folder);
    let histories = histories(&purchases, CALIBRATION_END, 7.0);
    let holdout: Vec<Holdout> = purchases
        .values()
        .zip(&histories)
        .map(|(days, history)| {
            let bought = days.range(CALIBRATION_END + 1..=HOLDOUT_END).count() as u32;
            Holdout {
                history: *history,
                purchases: bought,
                customers: 1.0,
            }
        })
        .collect();
    assert_eq!(holdout.iter().map(|row| row.purchases).sum::<u32>(), 1882);
    assert_eq!(holdout.iter().filter(|row| row.purchases > 0).count(), 684);
    let models: Vec<Predictor> = [
        Technique::Nbd,
        Technique::BgNbd,
        Technique::MbgNbd,
        Technique::ParetoNbd,
    ]
    .map(|technique| predictor(&fitted(technique, &histories)))
    .into();
    let (best, likelihoods) = most_likely(&models, &holdout, 39.0).expect("four models");
    eprintln!("holdout log-likelihoods {likelihoods:?}");
    assert!(best > 0);
    assert!(
        (likelihoods[best] - holdout_log_likelihood(&models[best], &holdout, 39.0)).abs() < 1e-9
    );
}
