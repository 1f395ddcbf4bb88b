//! What a purchase brings, and what those to come are worth today.

use std::collections::BTreeMap;

use clientele_model::value::{
    Discount, FittedSpend, GammaGamma, History, Spend, Technique, fit_spend,
};

use crate::{
    CALIBRATION_END, EXACT, Purchases, assert_near, data, histories, published, purchases,
};

/// Mean amount of each customer's repeat purchases up to `end`; 0 without one.
fn means(purchases: &Purchases, end: i32) -> Vec<f64> {
    let one = |days: &BTreeMap<i32, f64>| {
        let amounts: Vec<f64> = days
            .range(..=end)
            .skip(1)
            .map(|(_, amount)| *amount)
            .collect();
        amounts.iter().sum::<f64>() / amounts.len().max(1) as f64
    };
    purchases.values().map(one).collect()
}

fn spend(histories: &[History], means: &[f64]) -> FittedSpend {
    let rows = histories
        .iter()
        .zip(means)
        .filter(|(history, mean)| history.x > 0 && **mean > 0.0);
    let cells: Vec<Spend> = rows
        .map(|(history, mean)| Spend {
            x: history.x,
            mean: *mean,
            customers: 1.0,
        })
        .collect();
    assert_eq!(cells.len(), 946);
    fit_spend(&cells, &EXACT).expect("a fit")
}

#[test]
fn spend_is_that_of_clvtools() {
    let Some(folder) = data("spend_is_that_of_clvtools") else {
        return;
    };
    let purchases = purchases(&folder);
    let histories = histories(&purchases, CALIBRATION_END, 7.0);
    let fitted = spend(&histories, &means(&purchases, CALIBRATION_END));
    assert_near(fitted.log_likelihood(), -4055.91769, 1e-3, "log-likelihood");
    for (parameter, (value, error)) in fitted.parameters().iter().zip([
        (6.24935, 1.18997),
        (3.74426, 0.29014),
        (15.44431, 4.15953),
    ]) {
        assert_near(parameter.value / value, 1.0, 1e-4, &parameter.name);
        assert_near(parameter.standard_error / error, 1.0, 2e-3, &parameter.name);
    }
    assert_near(
        fitted.model().expected(0, 0.0),
        35.1705,
        5e-4,
        "population mean",
    );
}

#[test]
fn twelve_months_of_lifetime_value_are_those_of_lifetimes() {
    let Some(folder) = data("twelve_months_of_lifetime_value_are_those_of_lifetimes") else {
        return;
    };
    let purchases = purchases(&folder);
    let histories = histories(&purchases, CALIBRATION_END, 7.0);
    let means = means(&purchases, CALIBRATION_END);
    let model = published(
        Technique::BgNbd,
        &[0.2425945, 4.4136019, 0.7929199, 2.4258881],
    );
    let spend = GammaGamma {
        p: 6.24935,
        q: 3.74426,
        gamma: 15.44431,
    };
    let mut values = vec![0.0; histories.len()];
    let mut before = vec![0.0; histories.len()];
    for month in 1..=12 {
        let after = model.expected_purchases(&histories, 4.345 * f64::from(month));
        for (row, value) in values.iter_mut().enumerate() {
            let margin = spend.expected(histories[row].x, means[row]);
            *value += margin * (after[row] - before[row]) / 1.01_f64.powi(month);
        }
        before = after;
    }
    // The reference's times are rounded to two decimals of a week.
    for (found, published) in values.iter().zip([36.2776, 4.6372, 8.3440, 8.3440, 8.3440]) {
        assert_near(*found, published, 1e-3 * published, "customers 1 to 5");
    }
    assert_near(
        values.iter().sum::<f64>() / 71_509.163,
        1.0,
        1e-3,
        "all customers",
    );
}

#[test]
fn discounted_purchases_without_a_horizon_are_those_of_clvtools() {
    let Some(folder) = data("discounted_purchases_without_a_horizon_are_those_of_clvtools") else {
        return;
    };
    let purchases = purchases(&folder);
    let histories = histories(&purchases, CALIBRATION_END, 7.0);
    let means = means(&purchases, CALIBRATION_END);
    let model = published(
        Technique::ParetoNbd,
        &[0.553270, 10.577801, 0.606020, 11.663915],
    );
    let discount = Discount::new(1.1_f64.ln() / 52.0, None).expect("in range");
    let worth = model.discounted_purchases(&histories, &discount);
    let spend = spend(&histories, &means).model();
    for (customer, purchases, value) in [
        (1, 8.159004, 201.152335),
        (10, 0.600384, 21.115802),
        (100, 4.397304, 127.306798),
        (1000, 14.156965, 256.675145),
    ] {
        let row = customer - 1;
        assert_near(worth[row] / purchases, 1.0, 2e-4, "DERT");
        let margin = worth[row] * spend.expected(histories[row].x, means[row]);
        assert_near(margin / value, 1.0, 3e-4, "value");
    }
}
