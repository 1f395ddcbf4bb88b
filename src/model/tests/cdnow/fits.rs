//! Parameters, log-likelihoods and standard errors.

use std::fs::File;

use clientele_model::value::{
    Fitted, History, Params, Segment, Technique, collapse, fit, fit_rhythm,
};
use parquet::file::reader::SerializedFileReader;
use parquet::record::RowAccessor;

use crate::{CALIBRATION_END, EXACT, assert_near, data, fitted, histories, purchases, whole};

fn assert_fit(fitted: &Fitted, log_likelihood: f64, values: &[f64], tolerance: f64) {
    let found = fitted.parameters();
    assert!(
        (fitted.log_likelihood() - log_likelihood).abs() < 1e-3,
        "log-likelihood {} for {log_likelihood}",
        fitted.log_likelihood()
    );
    for (parameter, value) in found.iter().zip(values) {
        assert!(
            (parameter.value / value - 1.0).abs() < tolerance,
            "{parameter:?} for {value}"
        );
    }
}

fn assert_errors(fitted: &Fitted, errors: &[f64], tolerance: f64) {
    for (parameter, error) in fitted.parameters().iter().zip(errors) {
        let ratio = parameter.standard_error / error;
        assert!((ratio - 1.0).abs() < tolerance, "{parameter:?} for {error}");
    }
}

#[test]
fn day_exact_fits_are_those_of_clvtools_btyd_and_btydplus() {
    let Some(folder) = data("day_exact_fits_are_those_of_clvtools_btyd_and_btydplus") else {
        return;
    };
    let histories = histories(&purchases(&folder), CALIBRATION_END, 7.0);
    let bg = fitted(Technique::BgNbd, &histories);
    assert_fit(
        &bg,
        -9582.42921,
        &[0.242_594_5, 4.413_601_9, 0.792_919_9, 2.425_888_1],
        5e-5,
    );
    assert_errors(&bg, &[0.012557, 0.378224, 0.185733, 0.705407], 1e-3);
    let mbg = fitted(Technique::MbgNbd, &histories);
    assert_fit(
        &mbg,
        -9582.1357,
        &[0.524844, 6.183093, 0.891388, 1.614048],
        1e-4,
    );
    let pareto = fitted(Technique::ParetoNbd, &histories);
    assert_fit(
        &pareto,
        -9594.97618,
        &[0.553270, 10.577801, 0.606020, 11.663915],
        1e-3,
    );
    assert_errors(&pareto, &[0.047620, 0.842700, 0.187053, 6.203674], 5e-3);
    let nbd = fitted(Technique::Nbd, &histories);
    assert_fit(&nbd, -9763.6576, &[0.384766, 12.072014], 1e-5);
}

#[test]
fn fits_of_the_rounded_summary_are_those_of_lifetimes_and_hardie() {
    let Some(folder) = data("fits_of_the_rounded_summary_are_those_of_lifetimes_and_hardie") else {
        return;
    };
    let file = File::open(folder.join("cdnow_customers_summary.parquet")).expect("the summary");
    let histories: Vec<History> = SerializedFileReader::new(file)
        .expect("Parquet")
        .into_iter()
        .map(|row| {
            let row = row.expect("a row");
            let x = row.get_long(1).expect("frequency") as u32;
            let (t_x, age) = (
                row.get_double(2).expect("recency"),
                row.get_double(3).expect("T"),
            );
            History { x, t_x, age }
        })
        .collect();
    let bg = fitted(Technique::BgNbd, &histories);
    assert_fit(
        &bg,
        -9582.42556,
        &[0.242593, 4.413532, 0.792886, 2.425753],
        1e-5,
    );
    let mbg = fitted(Technique::MbgNbd, &histories);
    assert_fit(
        &mbg,
        -9582.13268,
        &[0.524838, 6.182992, 0.891356, 1.613999],
        1e-5,
    );
    let pareto = fitted(Technique::ParetoNbd, &histories);
    assert_fit(
        &pareto,
        -9594.97393,
        &[0.553276, 10.577612, 0.606214, 11.667910],
        1e-3,
    );
}

#[test]
fn a_covariate_moves_rates_as_an_independent_fit_says() {
    let Some(folder) = data("a_covariate_moves_rates_as_an_independent_fit_says") else {
        return;
    };
    // Whether the first day brought 30 dollars or more; scipy 1.17 (L-BFGS-B, then Nelder–Mead) on
    // the likelihoods of Fader & Hardie (2007), parameters, then coefficients.
    let purchases = purchases(&folder);
    let histories = histories(&purchases, CALIBRATION_END, 7.0);
    let firsts = purchases.values().map(|days| days.values().next());
    let spent: Vec<bool> = firsts.map(|amount| amount >= Some(&30.0)).collect();
    let segments = [false, true].map(|spends| {
        let own = histories
            .iter()
            .zip(&spent)
            .filter(|(_, own)| **own == spends);
        let own: Vec<History> = own.map(|(history, _)| *history).collect();
        Segment {
            covariates: vec![f64::from(u8::from(spends))],
            cells: collapse(&own),
        }
    });
    for (technique, log_likelihood, values) in [
        (
            Technique::BgNbd,
            -9563.181614,
            &[
                0.251526, 5.936189, 0.660395, 1.763836, 0.609590, 0.403858, 0.733508,
            ][..],
        ),
        (
            Technique::ParetoNbd,
            -9574.930522,
            &[0.574496, 13.605037, 0.605162, 12.221633, 0.517760, 0.095403],
        ),
    ] {
        let fitted = fit(technique, &segments, &EXACT).expect("a fit");
        assert_fit(&fitted, log_likelihood, values, 2e-3);
    }
}

#[test]
fn a_fit_in_days_is_the_fit_in_weeks() {
    let Some(folder) = data("a_fit_in_days_is_the_fit_in_weeks") else {
        return;
    };
    let purchases = purchases(&folder);
    for technique in [
        Technique::MbgNbd,
        Technique::ParetoNbd,
        Technique::BgCnbdK(2),
    ] {
        let weeks = fitted(technique, &histories(&purchases, CALIBRATION_END, 7.0)).parameters();
        let days = fitted(technique, &histories(&purchases, CALIBRATION_END, 1.0)).parameters();
        for (week, day) in weeks.iter().zip(&days) {
            let unit = if matches!(&*week.name, "alpha" | "beta") {
                7.0
            } else {
                1.0
            };
            assert_near(day.value / week.value, unit, 1e-4, &week.name);
        }
    }
}

#[test]
fn a_warm_start_ends_where_a_cold_one_does() {
    let Some(folder) = data("a_warm_start_ends_where_a_cold_one_does") else {
        return;
    };
    let cells = collapse(&histories(&purchases(&folder), CALIBRATION_END, 7.0));
    let cold = fit(Technique::ParetoNbd, &whole(cells.clone()), &EXACT).expect("a fit");
    let start = cold.values();
    let warm = Params {
        start,
        iterations: 3,
        ..EXACT
    };
    let warm = fit(Technique::ParetoNbd, &whole(cells), &warm).expect("few steps");
    assert_near(
        warm.log_likelihood(),
        cold.log_likelihood(),
        1e-7,
        "log-likelihood",
    );
}

#[test]
fn buyers_of_music_have_no_rhythm() {
    let Some(folder) = data("buyers_of_music_have_no_rhythm") else {
        return;
    };
    let purchases = purchases(&folder);
    let cells = collapse(&histories(&purchases, CALIBRATION_END, 1.0));
    let gaps = purchases.values().flat_map(|days| {
        let days: Vec<i32> = days
            .range(..=CALIBRATION_END)
            .map(|(day, _)| *day)
            .collect();
        days.windows(2)
            .map(|pair| f64::from(pair[1] - pair[0]).ln())
            .collect::<Vec<_>>()
    });
    let fitted = fit_rhythm(true, &whole(cells), (gaps.sum(), 4), &EXACT).expect("a fit");
    assert_eq!(fitted.technique(), Technique::MbgCnbdK(1));
}
