//! The purchase models against published fits of CDNOW: Fader, Hardie & Lee (2005, 2013),
//! `CLVTools` 0.12.1, BTYD 2.4.3, `BTYDplus`. The data are read in place, from the folder
//! `CLIENTELE_DATA`, or from shared/data beside the workspace. Without them the tests say so and
//! pass, except in CI.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "small counts become floats and back"
)]
#![allow(clippy::unreadable_literal, reason = "published figures, as printed")]

mod fits;
mod foretold;
mod propensity;
mod worth;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use clientele_model::value::{
    Cell, Fitted, History, Params, Predictor, Segment, Technique, collapse, fit,
};
use parquet::file::reader::SerializedFileReader;
use parquet::record::{Field, RowAccessor};

/// Calibration ends with 1997-09-30, holdout with 1998-06-30, as days since 1970.
const CALIBRATION_END: i32 = 10_134;

const HOLDOUT_END: i32 = 10_407;

const EXACT: Params = Params {
    prior_strength: 0.0,
    pull: 0.0,
    iterations: 200,
    start: Vec::new(),
    covariates: Vec::new(),
};

/// The folder of the data, if it is there.
fn data(test: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("CLIENTELE_DATA")
        .map_or(beside, PathBuf::from)
        .join("cdnow");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "{test}: no data in {}",
        folder.display()
    );
    eprintln!("{test}: skipped, no data in {}", folder.display());
    None
}

/// Purchase days of each customer with the day's amount, by sample id.
type Purchases = BTreeMap<String, BTreeMap<i32, f64>>;

fn purchases(folder: &Path) -> Purchases {
    let file = File::open(folder.join("cdnow_sample.parquet")).expect("the sample");
    let mut customers = Purchases::new();
    for row in SerializedFileReader::new(file).expect("Parquet") {
        let row = row.expect("a row");
        let id = row.get_string(1).expect("id");
        let Some((_, &Field::Date(day))) = row.get_column_iter().nth(2) else {
            panic!("the third column is a date")
        };
        let amount = row.get_double(4).expect("amount");
        *customers
            .entry(id.clone())
            .or_default()
            .entry(day)
            .or_default() += amount;
    }
    customers
}

/// Each customer up to `end`, in units of `unit` days, in the order of sample ids.
fn histories(purchases: &Purchases, end: i32, unit: f64) -> Vec<History> {
    let one = |days: &BTreeMap<i32, f64>| {
        let first = *days.keys().next().expect("a first purchase");
        let last = *days.range(..=end).next_back().expect("bought by then").0;
        let x = days.range(..=end).count() as u32 - 1;
        let since = |day: i32| f64::from(day - first) / unit;
        History {
            x,
            t_x: since(last),
            age: since(end),
        }
    };
    purchases.values().map(one).collect()
}

fn whole(cells: Vec<Cell>) -> Vec<Segment> {
    vec![Segment::from(cells)]
}

fn fitted(technique: Technique, histories: &[History]) -> Fitted {
    fit(technique, &whole(collapse(histories)), &EXACT).expect("a fit")
}

fn predictor(fitted: &Fitted) -> Predictor {
    fitted.at(&[]).expect("no covariates")
}

/// A model with given parameters, and no uncertainty.
fn published(technique: Technique, values: &[f64]) -> Predictor {
    let names = technique.parameters();
    let mut stored: Vec<(String, f64)> = names
        .iter()
        .map(ToString::to_string)
        .zip(values.iter().copied())
        .collect();
    for (row, first) in names.iter().enumerate() {
        stored.extend(
            names[..=row]
                .iter()
                .map(|second| (format!("{second}~{first}"), 0.0)),
        );
    }
    stored.push(("log_likelihood".to_owned(), 0.0));
    predictor(&Fitted::restore(technique, &stored).expect("all parameters"))
}

fn assert_near(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: {found} for {expected}"
    );
}

#[test]
fn the_sample_is_the_published_one() {
    let Some(folder) = data("the_sample_is_the_published_one") else {
        return;
    };
    let purchases = purchases(&folder);
    let histories = histories(&purchases, CALIBRATION_END, 7.0);
    assert_eq!(histories.len(), 2357);
    assert_eq!(histories.iter().map(|history| history.x).sum::<u32>(), 2457);
    let once = histories.iter().filter(|history| history.x == 0).count();
    assert_eq!(once, 1411);
    assert_near(
        once as f64 / 2357.0,
        0.59864,
        5e-6,
        "share without a repeat",
    );
    let spent = |from, to| -> (usize, f64) {
        let days = purchases.values().flat_map(|days| days.range(from..=to));
        days.fold((0, 0.0), |(count, sum), (_, amount)| {
            (count + 1, sum + amount)
        })
    };
    let (orders, money) = spent(i32::MIN, CALIBRATION_END);
    assert_eq!(orders, 4814);
    assert_near(money, 173_115.55, 5e-3, "spend of calibration");
    let (orders, money) = spent(CALIBRATION_END + 1, HOLDOUT_END);
    assert_eq!(orders, 1882);
    assert_near(money, 70_976.39, 5e-3, "spend of holdout");
}

#[test]
fn the_master_is_the_published_one() {
    let Some(folder) = data("the_master_is_the_published_one") else {
        return;
    };
    let file = File::open(folder.join("cdnow_master.parquet")).expect("the master");
    let (mut rows, mut nothing) = (0, 0);
    let mut days: BTreeMap<(String, i32), usize> = BTreeMap::new();
    let mut spent: BTreeMap<String, f64> = BTreeMap::new();
    for row in SerializedFileReader::new(file).expect("Parquet") {
        let row = row.expect("a row");
        let id = row.get_string(0).expect("id").clone();
        let Some((_, &Field::Date(day))) = row.get_column_iter().nth(1) else {
            panic!("the second column is a date")
        };
        let amount = row.get_double(3).expect("amount");
        rows += 1;
        nothing += usize::from(amount <= 0.0);
        *days.entry((id.clone(), day)).or_default() += 1;
        *spent.entry(id).or_default() += amount;
    }
    assert_eq!((rows, spent.len(), nothing), (69_659, 23_570, 80));
    assert_eq!(
        rows - days.len(),
        2_068,
        "rows of a customer and day that had one"
    );
    assert_eq!(spent.values().filter(|sum| **sum <= 0.0).count(), 68);
    assert_near(spent.values().sum(), 2_500_315.63, 5e-3, "revenue");
}
