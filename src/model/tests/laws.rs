//! What holds for every purchase model, whatever its parameters and customers.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "small counts become floats and back"
)]

use clientele_model::value::{
    Cell, Fitted, History, Params, Segment, Technique, collapse, fit, fit_groups,
};
use proptest::prelude::*;

const TECHNIQUES: [Technique; 6] = [
    Technique::Nbd,
    Technique::BgNbd,
    Technique::MbgNbd,
    Technique::ParetoNbd,
    Technique::BgCnbdK(2),
    Technique::MbgCnbdK(3),
];

fn technique() -> impl Strategy<Value = Technique> {
    proptest::sample::select(TECHNIQUES.to_vec())
}

/// Positive numbers over five orders of magnitude.
fn positive() -> impl Strategy<Value = f64> {
    (-2.5..2.5).prop_map(|exponent: f64| 10_f64.powf(exponent))
}

fn history() -> impl Strategy<Value = History> {
    (0_u32..200, 0.01..1.0, 0.0..300.0).prop_map(|(x, share, age): (u32, f64, f64)| {
        let x = if age > 0.0 { x / 2 } else { 0 };
        History {
            x,
            t_x: if x == 0 { 0.0 } else { share * age },
            age,
        }
    })
}

fn cells(rows: &[(u32, f64, f64, f64)]) -> Vec<Cell> {
    let cell = |&(x, t_x, age, customers): &_| Cell {
        history: History { x, t_x, age },
        customers,
    };
    rows.iter().map(cell).collect()
}

/// A small shop whose customers differ enough to fit.
fn shop() -> Vec<Cell> {
    cells(&[
        (0, 0.0, 30.0, 50.0),
        (0, 0.0, 38.0, 40.0),
        (1, 4.0, 30.0, 12.0),
        (1, 29.0, 36.0, 9.0),
        (2, 12.0, 38.0, 7.0),
        (3, 33.0, 35.0, 5.0),
        (6, 31.0, 38.0, 4.0),
        (14, 37.0, 38.0, 2.0),
        (9, 8.0, 39.0, 1.0),
    ])
}

fn fitted(technique: Technique, cells: Vec<Cell>) -> Fitted {
    let segment = Segment::from(cells);
    fit(technique, &[segment], &Params::default()).expect("a fit")
}

fn assert_same(a: &Fitted, b: &Fitted) {
    assert!((a.log_likelihood() / b.log_likelihood() - 1.0).abs() < 1e-10);
    for (a, b) in a.parameters().iter().zip(b.parameters()) {
        assert!((a.value / b.value - 1.0).abs() < 1e-6, "{a:?} {b:?}");
    }
}

proptest! {
    #[test]
    fn probabilities_are_probabilities_and_expectations_are_finite(
        technique in technique(),
        parameters in [positive(), positive(), positive(), positive()],
        history in history(),
        span in 0.0..100.0,
    ) {
        let process = technique.process(parameters);
        let alive = process.alive(&history);
        let none = process.none(&history, span);
        let expected = process.expected(&history, span);
        prop_assert!((0.0..=1.0).contains(&alive), "alive {alive}");
        prop_assert!((0.0..=1.0 + 1e-12).contains(&none), "none {none}");
        prop_assert!(expected.is_finite() && expected >= 0.0, "expected {expected}");
        prop_assert!(process.waiting(&history, 0.5) > 0.0);
    }

    #[test]
    fn silence_lowers_the_probability_of_being_alive(
        technique in technique(),
        parameters in [positive(), positive(), positive(), positive()],
        history in history(),
        longer in 0.1..100.0,
    ) {
        let process = technique.process(parameters);
        let later = History { age: history.age + longer, ..history };
        prop_assert!(process.alive(&later) <= process.alive(&history) + 1e-12);
    }

    #[test]
    fn the_distribution_sums_to_the_expectation(
        technique in technique(),
        parameters in [0.1..3.0, 2.0..50.0, 0.2..3.0, 0.5..50.0],
        history in history(),
        span in 0.1..60.0,
    ) {
        let process = technique.process(parameters);
        let tails = process.exceeds(&history, span, 1e-13);
        let expected = process.expected(&history, span);
        let sum: f64 = tails.iter().sum();
        prop_assert!((sum - expected).abs() < 1e-7 * (1.0 + expected), "{sum} {expected}");
        let none = process.none(&history, span);
        let first = tails.first().copied().unwrap_or(0.0);
        prop_assert!((1.0 - first - none).abs() < 1e-8, "{first} {none}");
        prop_assert!(tails.windows(2).all(|pair| pair[1] <= pair[0] + 1e-12));
    }

    #[test]
    fn time_has_no_preferred_unit(
        technique in technique(),
        parameters in [0.1..3.0, 2.0..50.0, 0.2..3.0, 0.5..50.0],
        history in history(),
        unit in positive(),
    ) {
        let mut scaled: [f64; 4] = parameters;
        for (parameter, name) in scaled.iter_mut().zip(technique.parameters()) {
            *parameter *= if matches!(*name, "alpha" | "beta") { unit } else { 1.0 };
        }
        let (here, there) = (technique.process(parameters), technique.process(scaled));
        let same = History { t_x: history.t_x * unit, age: history.age * unit, ..history };
        let (a, b) = (here.alive(&history), there.alive(&same));
        prop_assert!((a - b).abs() < 1e-9);
        let (a, b) = (here.expected(&history, 10.0), there.expected(&same, 10.0 * unit));
        prop_assert!((a - b).abs() < 1e-9 * (1.0 + a));
        let (a, b) = (here.waiting(&history, 0.3) * unit, there.waiting(&same, 0.3));
        prop_assert!((a / b - 1.0).abs() < 1e-9);
    }

    #[test]
    fn quantiles_rise_with_the_share_and_the_span(
        technique in technique(),
        history in history(),
        low in 0.05..0.5,
        more in 0.0..0.45,
        span in 1.0..50.0,
    ) {
        let predictor = fitted(technique, shop()).at(&[]).expect("no covariates");
        let at = |span, q| predictor.purchase_quantiles(&[history], span, q)[0];
        prop_assert!(at(span, low) <= at(span, low + more));
        prop_assert!(at(span, low + more) <= at(2.0 * span, low + more));
        let (lower, upper) = predictor.purchase_intervals(&[history], span, 0.8)[0];
        prop_assert!(lower <= upper);
    }
}

#[test]
fn neither_order_nor_splitting_of_cells_changes_a_fit() {
    for technique in TECHNIQUES {
        let whole = fitted(technique, shop());
        let mut reversed = shop();
        reversed.reverse();
        assert_same(&whole, &fitted(technique, reversed));
        let halves: Vec<Cell> = shop()
            .into_iter()
            .flat_map(|cell| {
                [Cell {
                    customers: 0.25 * cell.customers,
                    ..cell
                }; 4]
            })
            .collect();
        assert_same(&whole, &fitted(technique, halves));
        let single: Vec<History> = shop()
            .into_iter()
            .flat_map(|cell| vec![cell.history; cell.customers as usize])
            .collect();
        assert_same(&whole, &fitted(technique, collapse(&single)));
    }
}

#[test]
fn stored_values_restore_the_fit() {
    for technique in TECHNIQUES {
        let whole = fitted(technique, shop());
        let restored = Fitted::restore(technique, &whole.values()).expect("all values");
        assert_same(&whole, &restored);
        let (a, b) = (whole.parameters(), restored.parameters());
        assert!((a[0].standard_error / b[0].standard_error - 1.0).abs() < 1e-12);
        assert!(Fitted::restore(technique, &whole.values()[1..]).is_err());
        assert_eq!(technique.to_string().parse(), Ok(technique));
    }
    assert!("bg_cnbd_0".parse::<Technique>().is_err());
    assert!("clv".parse::<Technique>().is_err());
}

#[test]
fn groups_stay_with_the_shop_until_they_are_large() {
    let steady = cells(&[(3, 36.0, 38.0, 6.0), (5, 37.0, 38.0, 4.0)]);
    let many = steady.iter().map(|cell| Cell {
        customers: 400.0 * cell.customers,
        ..*cell
    });
    let many: Vec<Cell> = many.collect();
    let parameters = Params {
        pull: 50.0,
        ..Params::default()
    };
    let rate = |fit: &Fitted| {
        let predictor = fit.at(&[]).expect("no covariates");
        predictor.expected_purchases(&[History::NEW], 38.0)[0]
    };
    let (whole, groups) = fit_groups(
        Technique::MbgNbd,
        &[shop(), steady.clone(), vec![]],
        &parameters,
    )
    .expect("fits");
    assert!(rate(&groups[1]) > rate(&whole));
    assert!(rate(&groups[1]) < 2.5);
    assert!((rate(&groups[2]) / rate(&whole) - 1.0).abs() < 1e-9);
    let (_, groups) = fit_groups(Technique::MbgNbd, &[shop(), many], &parameters).expect("fits");
    assert!((rate(&groups[1]) - 3.8).abs() < 0.3, "{}", rate(&groups[1]));
}
