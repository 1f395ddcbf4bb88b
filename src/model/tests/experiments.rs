//! Tests with a control group: against `SciPy`, statsmodels and scikit-uplift, and the laws that
//! hold for every test.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "small counts become floats and back"
)]

use std::collections::BTreeMap;

use clientele_model::experiment::{
    Moments, Shares, Split, Sums, Tested, UpliftCurve, compare, lift, qini_interval, sample_ratio,
    stratified, welch, winsor_limit,
};
use proptest::prelude::*;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

const TWO_ARMS: &str = include_str!("reference/two_arms.csv");
const UPLIFT: &str = include_str!("reference/uplift.csv");

fn rows(reference: &str) -> impl Iterator<Item = Vec<&str>> {
    reference
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| line.split(',').collect())
}

fn numbers(cells: &[&str]) -> Vec<f64> {
    cells
        .iter()
        .map(|cell| cell.parse().unwrap_or(f64::NAN))
        .collect()
}

fn arm(sums: &[f64]) -> Moments {
    let [
        count,
        outcome,
        outcome_squared,
        covariate,
        covariate_squared,
        product,
    ] = *sums.first_chunk().expect("six sums");
    let sums = Sums {
        count,
        outcome,
        outcome_squared,
        covariate,
        covariate_squared,
        product,
    };
    sums.moments().expect("customers")
}

fn moments(rows: impl IntoIterator<Item = (f64, f64)>) -> Moments {
    rows.into_iter()
        .collect::<Sums>()
        .moments()
        .expect("customers")
}

#[test]
fn comparisons_agree_with_scipy_and_statsmodels() {
    for row in rows(TWO_ARMS) {
        let row = numbers(&row);
        let (treated, control) = (arm(&row[..6]), arm(&row[6..12]));
        let found = compare(&control, &[treated], 0.95).expect("variance")[0];
        let interval = found.raw.interval(0.95);
        let answers = [
            found.raw.value,
            found.raw.standard_error,
            found.raw.degrees,
            found.raw.p_value(0.0),
            interval.lower,
            interval.upper,
            clientele_model::experiment::cuped(&[treated, control])
                .expect("arms")
                .theta,
            found.adjusted.value,
            found.adjusted.standard_error,
        ];
        for (answer, expected) in answers.into_iter().zip(&row[12..]) {
            assert!(
                (answer / expected - 1.0).abs() < 1e-8,
                "{answer} {expected}"
            );
        }
        let bounds = lift(&treated, &control, 0.95)
            .ok()
            .and_then(|lift| lift.interval);
        match bounds {
            None => assert!(row[21].is_nan()),
            Some(bounds) => {
                assert!((bounds.lower / row[21] - 1.0).abs() < 1e-8, "{bounds:?}");
                assert!((bounds.upper / row[22] - 1.0).abs() < 1e-8, "{bounds:?}");
            }
        }
    }
}

#[test]
fn uplift_areas_agree_with_scikit_uplift() {
    for row in rows(UPLIFT) {
        let list = |cell: &str| numbers(&cell.split(' ').collect::<Vec<_>>());
        let (scores, treated, outcomes) = (list(row[0]), list(row[1]), list(row[2]));
        let customers: Vec<Tested> = (0..scores.len())
            .map(|one| Tested {
                score: scores[one],
                is_treated: treated[one] > 0.5,
                outcome: outcomes[one],
            })
            .collect();
        let curve = UpliftCurve::new(&customers).expect("both arms");
        let (n, areas) = (scores.len() as f64, numbers(&row[3..]));
        let all_treated: f64 = treated.iter().sum();
        assert!((curve.qini() * n * all_treated - areas[0]).abs() < 1e-10);
        assert!((curve.auuc() * n * n - areas[1]).abs() < 1e-10);
    }
}

/// A customer: three in ten buy, more if they bought much before; and what they bought before.
fn draw(random: &mut ChaCha8Rng) -> (f64, f64) {
    let gamma = |shape, scale| Gamma::new(shape, scale).expect("above 0");
    let before = gamma(0.7, 60.0).sample(random);
    let buys = random.random_bool(0.3);
    let spend = gamma(2.0, 15.0).sample(random) + 0.8 * before;
    (if buys { spend } else { 0.0 } + 0.5 * before, before)
}

fn arms(effect: f64, random: &mut ChaCha8Rng) -> (Moments, Moments) {
    let treated = moments((0..400).map(|_| {
        let (outcome, before) = draw(random);
        (outcome + effect, before)
    }));
    (treated, moments((0..200).map(|_| draw(random))))
}

#[test]
fn a_test_of_nothing_is_significant_in_5_percent_and_intervals_cover_in_95() {
    const TESTS: u32 = 4_000;
    const EFFECT: f64 = 4.0;
    let random = &mut ChaCha8Rng::seed_from_u64(7);
    // With 4,000 tests a rate of 5 % is known to within 0.35 % (one deviation).
    let near = |what: &str, hits: u32, rate: f64| {
        let found = f64::from(hits) / f64::from(TESTS);
        eprintln!("{what}: {found}");
        assert!((found - rate).abs() < 0.012, "{found}");
    };
    let (mut alarms, mut adjusted_alarms, mut covered, mut adjusted_covered) = (0, 0, 0, 0);
    let (mut raw, mut adjusted) = (Vec::new(), Vec::new());
    for _ in 0..TESTS {
        let (treated, control) = arms(0.0, random);
        let found = compare(&control, &[treated], 0.95).expect("variance")[0];
        alarms += u32::from(found.raw.p_value(0.0) < 0.05);
        adjusted_alarms += u32::from(found.adjusted.p_value(0.0) < 0.05);
        let (treated, control) = arms(EFFECT, random);
        let found = compare(&control, &[treated], 0.95).expect("variance")[0];
        let holds = |one: clientele_model::experiment::Difference| {
            let interval = one.interval(0.95);
            u32::from(interval.lower < EFFECT && EFFECT < interval.upper)
        };
        covered += holds(found.raw);
        adjusted_covered += holds(found.adjusted);
        raw.push(found.raw.value);
        adjusted.push(found.adjusted.value);
    }
    near("significant without an effect", alarms, 0.05);
    near(
        "significant without an effect, adjusted",
        adjusted_alarms,
        0.05,
    );
    near("intervals that hold the effect", covered, 0.95);
    near("intervals that hold it, adjusted", adjusted_covered, 0.95);
    let spread = |values: &[f64]| moments(values.iter().map(|value| (*value, 0.0)));
    let (raw, adjusted) = (spread(&raw), spread(&adjusted));
    let error = (adjusted.variance / adjusted.count).sqrt();
    assert!((adjusted.mean - EFFECT).abs() < 4.0 * error, "{adjusted:?}");
    assert!(
        adjusted.variance < 0.8 * raw.variance,
        "{adjusted:?} {raw:?}"
    );
}

#[test]
fn the_interval_of_the_lift_covers_in_95_percent() {
    let random = &mut ChaCha8Rng::seed_from_u64(8);
    let mut covered = 0;
    for _ in 0..2_000 {
        // 20 % against 10 %: a lift of 1.
        let mut sold = |count: u32, rate| (0..count).filter(|_| random.random_bool(rate)).count();
        let treated = Sums::of_events(300.0, sold(300, 0.2) as f64).moments();
        let control = Sums::of_events(300.0, sold(300, 0.1) as f64).moments();
        let found = lift(
            &treated.expect("customers"),
            &control.expect("customers"),
            0.95,
        );
        let bounds = found.expect("a control mean").interval.expect("bounded");
        covered += u32::from(bounds.lower < 1.0 && 1.0 < bounds.upper);
    }
    assert!(
        (f64::from(covered) / 2_000.0 - 0.95).abs() < 0.02,
        "{covered}"
    );
}

#[test]
fn a_covariate_that_knows_nothing_does_no_harm() {
    let random = &mut ChaCha8Rng::seed_from_u64(9);
    let mut reductions = Vec::new();
    for _ in 0..500 {
        let mut blind = |count| moments((0..count).map(|_| (draw(random).0, random.random())));
        let (treated, control) = (blind(300), blind(300));
        reductions
            .push(compare(&control, &[treated], 0.95).expect("variance")[0].variance_reduction);
    }
    let mean = reductions.iter().sum::<f64>() / 500.0;
    assert!(mean > -0.001 && mean < 0.005, "{mean}");
    assert!(reductions.iter().all(|one| *one > -0.02));
}

/// χ² of a table of counts against independence of rows and columns; of one degree of freedom.
fn dependence(table: &[[u64; 2]; 2]) -> f64 {
    let whole: u64 = table.iter().flatten().sum();
    let row = |row: usize| table[row].iter().sum::<u64>() as f64 / whole as f64;
    let column = |column: usize| (table[0][column] + table[1][column]) as f64 / whole as f64;
    let cells = [(0, 0), (0, 1), (1, 0), (1, 1)];
    let shares = cells.map(|(i, j)| row(i) * column(j));
    let counts = cells.map(|(i, j)| table[i][j]);
    sample_ratio(&counts, &shares).expect("cells").chi_squared
}

#[test]
fn assignments_are_even_and_independent_between_campaigns_and_keys() {
    let ids: Vec<String> = (0..50_000).map(|id| format!("C{id:06}")).collect();
    let shares = Shares::new(&[0.1, 0.9]).expect("together 1");
    let splits = [
        ("key", "spring"),
        ("key", "spring2"),
        ("key2", "spring"),
        ("key", ""),
    ]
    .map(|(key, campaign)| Split::new(key, campaign));
    for split in &splits {
        let mut bins = [0; 100];
        for id in &ids {
            bins[(split.uniform(id) * 100.0) as usize] += 1;
        }
        let even = sample_ratio(&bins, &[1.0; 100]).expect("bins");
        eprintln!(
            "even: χ² {:.1} of 99 degrees, p {:.3}",
            even.chi_squared, even.p_value
        );
        assert!(even.p_value > 1e-3, "{even:?}");
    }
    for (first, second) in [(0, 1), (0, 2), (0, 3), (1, 2)] {
        let mut table = [[0; 2]; 2];
        for id in &ids {
            let arm = |split: usize| shares.arm(splits[split].uniform(id));
            table[arm(first)][arm(second)] += 1;
        }
        let found = dependence(&table);
        eprintln!("independent: χ² {found:.2} of one degree");
        // beyond 10.83 in one of a thousand
        assert!(found < 10.83, "{table:?}");
    }
}

#[test]
fn strata_have_exact_shares_whatever_the_order_of_rows() {
    let split = Split::new("key", "spring");
    let plan = [0.15, 0.35, 0.5];
    let shares = Shares::new(&plan).expect("together 1");
    let tiers = ["top", "good", "trial", "lapsed", "event"];
    let mut audience: Vec<(String, &'static str)> = (0..3_000_usize)
        .map(|id| (format!("C{id}"), tiers[(id * id) % 7 % 5]))
        .chain([("alone".to_owned(), "single")])
        .collect();
    let deal = |audience: &[(String, &'static str)]| {
        let customers: Vec<&str> = audience.iter().map(|(id, _)| id.as_str()).collect();
        let strata: Vec<&str> = audience.iter().map(|(_, tier)| *tier).collect();
        let arms = stratified(&split, &shares, &customers, &strata).expect("one stratum each");
        audience
            .iter()
            .cloned()
            .zip(arms)
            .collect::<BTreeMap<_, _>>()
    };
    let dealt = deal(&audience);
    for tier in tiers {
        let of_tier: Vec<usize> = dealt
            .iter()
            .filter(|((_, own), _)| *own == tier)
            .map(|(_, arm)| *arm)
            .collect();
        for (arm, share) in plan.iter().enumerate() {
            let count = of_tier.iter().filter(|own| **own == arm).count() as f64;
            assert!(
                (count - share * of_tier.len() as f64).abs() < 1.0,
                "{tier} {arm}"
            );
        }
    }
    audience.shuffle(&mut ChaCha8Rng::seed_from_u64(1));
    assert_eq!(deal(&audience), dealt);
}

#[test]
fn strata_of_one_are_treated_as_often_as_the_share_says() {
    let split = Split::new("key", "spring");
    let shares = Shares::new(&[0.2, 0.8]).expect("together 1");
    let ids: Vec<String> = (0..10_000).map(|id| format!("C{id}")).collect();
    let strata: Vec<String> = (0..10_000).map(|id| format!("S{id}")).collect();
    let customers: Vec<&str> = ids.iter().map(String::as_str).collect();
    let strata: Vec<&str> = strata.iter().map(String::as_str).collect();
    let arms = stratified(&split, &shares, &customers, &strata).expect("one stratum each");
    let held = arms.iter().filter(|arm| **arm == 0).count() as f64;
    assert!((held - 2_000.0).abs() < 4.0 * 40.0, "{held}");
}

/// A test in which half of the customers, those with type above ½, are moved by `effect`.
fn uplift_test(effect: f64, knows: bool, random: &mut ChaCha8Rng) -> Vec<Tested> {
    (0..400)
        .map(|_| {
            let (kind, is_treated): (f64, bool) = (random.random(), random.random());
            let moved = is_treated && kind > 0.5;
            Tested {
                score: if knows { kind } else { random.random() },
                is_treated,
                outcome: draw(random).0 + if moved { effect } else { 0.0 },
            }
        })
        .collect()
}

#[test]
fn a_random_score_has_no_qini_and_a_knowing_one_has_the_planted() {
    const EFFECT: f64 = 20.0;
    let random = &mut ChaCha8Rng::seed_from_u64(10);
    let mut mean = |knows: bool| {
        let qinis: Vec<(f64, f64)> = (0..1_000)
            .map(|_| {
                let customers = uplift_test(EFFECT, knows, random);
                (UpliftCurve::new(&customers).expect("both arms").qini(), 0.0)
            })
            .collect();
        let all = moments(qinis);
        (all.mean, (all.variance / all.count).sqrt())
    };
    let (blind, error) = mean(false);
    assert!(blind.abs() < 4.0 * error, "{blind} {error}");
    // g rises to EFFECT/2 over the first half and stays: ∫ g = 3/8, less half of 1/2.
    let (knowing, error) = mean(true);
    assert!(
        (knowing - EFFECT / 8.0).abs() < 4.0 * error + 0.02,
        "{knowing} {error}"
    );
}

#[test]
fn the_qini_interval_of_a_random_score_holds_0() {
    let random = &mut ChaCha8Rng::seed_from_u64(11);
    let mut covered = 0;
    for seed in 0..200 {
        let customers = uplift_test(20.0, false, random);
        let interval = qini_interval(&customers, 0.95, 200, seed).expect("both arms");
        covered += u32::from(interval.lower < 0.0 && 0.0 < interval.upper);
    }
    assert!((180..=200).contains(&covered), "{covered}");
}

#[test]
fn uplift_does_not_depend_on_the_order_of_customers() {
    let random = &mut ChaCha8Rng::seed_from_u64(12);
    let mut customers = uplift_test(200.0, true, random);
    for customer in &mut customers {
        customer.score = (customer.score * 15.0).floor();
    }
    let before = UpliftCurve::new(&customers).expect("both arms");
    let interval = qini_interval(&customers, 0.9, 50, 3).expect("both arms");
    customers.shuffle(random);
    assert_eq!(UpliftCurve::new(&customers).expect("both arms"), before);
    assert_eq!(
        qini_interval(&customers, 0.9, 50, 3).expect("both arms"),
        interval
    );
    let deciles = before.deciles();
    let all: f64 = deciles
        .iter()
        .map(|one| one.customers.treated + one.customers.control)
        .sum();
    assert!((all - 400.0).abs() < 1e-9);
    assert!(deciles[0].uplift > deciles[9].uplift);
}

fn customers() -> impl Strategy<Value = Vec<(f64, f64)>> {
    let one = (-50.0..500.0, 0.0..500.0);
    proptest::collection::vec(one, 5..60)
}

proptest! {
    #[test]
    fn money_in_another_currency_changes_no_verdict(
        treated in customers(), control in customers(), rate in 0.01_f64..100.0,
    ) {
        let exchanged = |rows: &[(f64, f64)]| {
            moments(rows.iter().map(|(y, x)| (y * rate, x * rate)))
        };
        let both = |treated: &Moments, control: &Moments| {
            compare(control, &[*treated], 0.95).expect("variance")[0]
        };
        let ours = both(&moments(treated.clone()), &moments(control.clone()));
        let theirs = both(&exchanged(&treated), &exchanged(&control));
        prop_assert!((ours.raw.value * rate - theirs.raw.value).abs() < 1e-8 * rate);
        prop_assert!((ours.raw.p_value(0.0) - theirs.raw.p_value(0.0)).abs() < 1e-7);
        prop_assert!((ours.adjusted.p_value(0.0) - theirs.adjusted.p_value(0.0)).abs() < 1e-6);
        prop_assert!((ours.variance_reduction - theirs.variance_reduction).abs() < 1e-8);
    }

    #[test]
    fn the_lift_holds_0_exactly_when_the_difference_does(
        treated in customers(), control in customers(),
    ) {
        let (treated, control) = (moments(treated), moments(control));
        let difference = welch(&treated, &control).expect("variance").interval(0.95);
        if let Ok(Some(bounds)) = lift(&treated, &control, 0.95).map(|lift| lift.interval) {
            prop_assert_eq!(difference.lower > 0.0, bounds.lower > 0.0);
            prop_assert_eq!(difference.upper < 0.0, bounds.upper < 0.0);
        }
    }

    #[test]
    fn a_winsor_limit_is_an_amount_between_the_smallest_and_the_largest(
        mut outcomes in proptest::collection::vec(-100.0..1000.0, 1..80), quantile in 0.0..=1.0,
    ) {
        let limit = winsor_limit(&outcomes, quantile).expect("not all 0");
        let sizes = || outcomes.iter().map(|one: &f64| one.abs());
        prop_assert!(limit >= sizes().fold(f64::INFINITY, f64::min));
        prop_assert!(limit <= sizes().fold(0.0, f64::max));
        outcomes.reverse();
        prop_assert_eq!(winsor_limit(&outcomes, quantile).expect("not all 0").to_bits(), limit.to_bits());
    }
}
