//! Customers at the edge: purchase models answer, or say why not.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "small counts become floats and back"
)]

use clientele_model::Error;
use clientele_model::value::{
    Cell, Discount, History, Params, Segment, Spend, Technique, fit, fit_spend, lifetime_values,
};

const TECHNIQUES: [Technique; 6] = [
    Technique::Nbd,
    Technique::BgNbd,
    Technique::MbgNbd,
    Technique::ParetoNbd,
    Technique::BgCnbdK(2),
    Technique::BgBb,
];
const EXACT: Params = Params {
    prior_strength: 0.0,
    pull: 0.0,
    iterations: 200,
    start: Vec::new(),
    covariates: Vec::new(),
};

fn cell(x: u32, t_x: f64, age: f64, customers: f64) -> Cell {
    Cell {
        history: History { x, t_x, age },
        customers,
    }
}

fn shop(cells: Vec<Cell>) -> Vec<Segment> {
    vec![Segment::from(cells)]
}

/// Shops in which the data say little.
fn poor() -> Vec<(&'static str, Vec<Cell>)> {
    vec![
        ("one customer", vec![cell(3, 20.0, 30.0, 1.0)]),
        (
            "all one-time buyers",
            vec![cell(0, 0.0, 30.0, 60.0), cell(0, 0.0, 20.0, 40.0)],
        ),
        ("all the same", vec![cell(2, 10.0, 20.0, 500.0)]),
        ("nothing observed yet", vec![cell(0, 0.0, 0.0, 10.0)]),
        (
            "all bought on the last day",
            vec![cell(1, 9.0, 9.0, 5.0), cell(4, 9.0, 9.0, 2.0)],
        ),
    ]
}

#[test]
fn with_the_prior_every_shop_has_a_fit() {
    for technique in TECHNIQUES {
        for (name, cells) in poor() {
            let histories: Vec<History> = cells.iter().map(|cell| cell.history).collect();
            let fitted = fit(technique, &shop(cells), &Params::default())
                .unwrap_or_else(|error| panic!("{technique}, {name}: {error}"));
            let predictor = fitted.at(&[]).expect("no covariates");
            for alive in predictor.probability_alive(&histories) {
                assert!((0.0..=1.0).contains(&alive), "{technique}, {name}");
            }
            for expected in predictor.expected_purchases(&histories, 10.0) {
                assert!(
                    expected.is_finite() && expected >= 0.0,
                    "{technique}, {name}"
                );
            }
        }
    }
}

#[test]
fn without_the_prior_poor_shops_are_refused() {
    for technique in TECHNIQUES {
        for (name, cells) in poor() {
            let refused = fit(technique, &shop(cells), &EXACT);
            let known = matches!(
                refused,
                Err(Error::NotIdentified { .. } | Error::NotConverged { .. })
            );
            assert!(known, "{technique}, {name}: {refused:?}");
        }
    }
}

#[test]
fn no_customers_are_too_few() {
    for segments in [vec![], shop(vec![]), shop(vec![cell(1, 2.0, 3.0, 0.0)])] {
        let refused = fit(Technique::MbgNbd, &segments, &Params::default());
        assert!(matches!(
            refused,
            Err(Error::TooFew {
                found: 0,
                needed: 1,
                ..
            })
        ));
    }
    let refused = fit_spend(&[], &Params::default());
    assert!(matches!(refused, Err(Error::TooFew { needed: 2, .. })));
}

#[test]
fn what_is_out_of_range_is_named() {
    let refused = |technique, one| fit(technique, &shop(vec![one]), &Params::default());
    assert!(matches!(
        refused(Technique::MbgNbd, cell(1, 5.0, 4.0, 1.0)),
        Err(Error::OutOfRange {
            name: "t_x",
            row: 0,
            ..
        })
    ));
    assert!(matches!(
        refused(Technique::MbgNbd, cell(1, 3.0, 4.0, -1.0)),
        Err(Error::OutOfRange {
            name: "customers",
            ..
        })
    ));
    assert!(matches!(
        refused(Technique::BgBb, cell(4, 3.0, 4.0, 1.0)),
        Err(Error::OutOfRange { name: "t_x", .. })
    ));
    let spend = |x, mean| {
        fit_spend(
            &[Spend {
                x,
                mean,
                customers: 1.0,
            }],
            &Params::default(),
        )
    };
    assert!(matches!(
        spend(0, 3.0),
        Err(Error::OutOfRange { name: "x", .. })
    ));
    assert!(matches!(
        spend(1, -3.0),
        Err(Error::OutOfRange { name: "mean", .. })
    ));
}

#[test]
fn covariates_must_be_the_same_everywhere_and_allowed() {
    let segment = |covariates: &[f64]| Segment {
        covariates: covariates.to_vec(),
        cells: vec![cell(1, 2.0, 3.0, 1.0)],
    };
    let refused = |technique, segments: &[Segment]| fit(technique, segments, &Params::default());
    let uneven = [segment(&[1.0]), segment(&[])];
    assert!(matches!(
        refused(Technique::ParetoNbd, &uneven),
        Err(Error::Shape { found: 0, .. })
    ));
    let refused = refused(Technique::BgBb, &[segment(&[1.0])]);
    assert!(matches!(refused, Err(Error::Shape { expected: 0, .. })));
}

#[test]
fn the_donors_of_fader_hardie_and_shang_come_back() {
    // The 1995 cohort of a public radio station: 11,104 donors over six years; BTYD 2.4.3,
    // donationsSummary.
    let counts = [
        (6, 6, 1203),
        (5, 6, 728),
        (4, 6, 512),
        (3, 6, 357),
        (2, 6, 234),
        (1, 6, 129),
        (5, 5, 335),
        (4, 5, 284),
        (3, 5, 225),
        (2, 5, 173),
        (1, 5, 119),
        (4, 4, 240),
        (3, 4, 181),
        (2, 4, 155),
        (1, 4, 78),
        (3, 3, 322),
        (2, 3, 255),
        (1, 3, 129),
        (2, 2, 613),
        (1, 2, 277),
        (1, 1, 1091),
        (0, 0, 3464),
    ];
    let cells =
        counts.map(|(x, t_x, customers)| cell(x, f64::from(t_x), 6.0, f64::from(customers)));
    let fitted = fit(Technique::BgBb, &shop(cells.to_vec()), &EXACT).expect("a fit");
    assert!(
        (fitted.log_likelihood() + 33_225.58).abs() < 0.01,
        "{}",
        fitted.log_likelihood()
    );
    for (parameter, value) in fitted
        .parameters()
        .iter()
        .zip([1.2035, 0.7497, 0.6568, 2.7834])
    {
        assert!(
            (parameter.value / value - 1.0).abs() < 1e-3,
            "{parameter:?}"
        );
    }
    let predictor = fitted.at(&[]).expect("no covariates");
    let all = predictor.distribution(
        &History {
            x: 6,
            t_x: 6.0,
            age: 6.0,
        },
        5.0,
    );
    assert!((all.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    let mean: f64 = all
        .iter()
        .zip(0_u32..)
        .map(|(share, count)| share * f64::from(count))
        .sum();
    let expected = predictor.expected_purchases(
        &[History {
            x: 6,
            t_x: 6.0,
            age: 6.0,
        }],
        5.0,
    )[0];
    assert!((mean - expected).abs() < 1e-10);
    assert!((expected - 3.75).abs() < 0.01, "{expected}"); // Table 4: 3.75 for (6, 6)
}

#[test]
fn lifetime_values_scale_with_money_and_hold_their_range() {
    let cells = vec![
        cell(0, 0.0, 30.0, 50.0),
        cell(1, 4.0, 30.0, 12.0),
        cell(2, 12.0, 38.0, 7.0),
        cell(6, 31.0, 38.0, 4.0),
        cell(14, 37.0, 38.0, 2.0),
    ];
    let histories: Vec<History> = cells.iter().map(|cell| cell.history).collect();
    let fitted = fit(Technique::MbgNbd, &shop(cells), &Params::default()).expect("a fit");
    let predictor = fitted.at(&[]).expect("no covariates");
    let values = |unit: f64| {
        let means = [0.0, 30.0, 20.0, 60.0, 45.0].map(|mean: f64| mean * unit);
        let spend: Vec<Spend> = histories
            .iter()
            .zip(means)
            .filter(|(history, _)| history.x > 0)
            .map(|(history, mean)| Spend {
                x: history.x,
                mean,
                customers: 20.0,
            })
            .collect();
        let spend = fit_spend(&spend, &Params::default()).expect("a fit");
        let discount = Discount::new(1.1_f64.ln() / 52.0, Some(260.0)).expect("in range");
        lifetime_values(&predictor, &spend, (&histories, &means), &discount, 0.8).expect("values")
    };
    for (one, double) in values(1.0).iter().zip(values(2.0)) {
        assert!((double.expected / one.expected - 2.0).abs() < 1e-6);
        assert!(
            one.lower <= one.expected && one.lower <= one.upper,
            "{one:?}"
        );
        assert!(one.deviation > 0.0 && one.deviation < 2.0, "{one:?}");
    }
    let wrong = fit_spend(
        &[
            Spend {
                x: 2,
                mean: 3.0,
                customers: 5.0,
            },
            Spend {
                x: 1,
                mean: 9.0,
                customers: 5.0,
            },
        ],
        &Params::default(),
    )
    .map(|spend| {
        let discount = Discount::new(0.1, None).expect("in range");
        lifetime_values(&predictor, &spend, (&histories, &[0.0; 5]), &discount, 0.8)
    })
    .expect("a fit");
    assert!(matches!(
        wrong,
        Err(Error::OutOfRange {
            name: "means",
            row: 1,
            ..
        })
    ));
}
