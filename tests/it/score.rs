//! Models between tables: what a fit that fails leaves, what the last run left, who is judged by which parameters.

use crate::shop::Shop;
use crate::tables::{numbers, texts};
use arrow::array::RecordBatch;
use chrono::{Days, NaiveDate};
use clientele::run::{Options, Summary};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use std::fmt::Write;

/// A number from 0 to 1 that looks like chance and is always the same.
fn chance(customer: u32, draw: u32) -> f64 {
    let mixed = (customer + 1).wrapping_mul(0x9E37_79B1) ^ (draw + 1).wrapping_mul(0x85EB_CA77);
    f64::from(mixed.wrapping_mul(0xC2B2_AE35) >> 8) / f64::from(1 << 24)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "days from 0 to 730"
)]
/// Customers of two channels, who leave after one order in three on the web, and after two in three in the store.
pub(crate) fn transactions() -> String {
    let mut text =
        "order_id,customer_id,ordered_at,channel,product_id,quantity,revenue\n".to_owned();
    let first: NaiveDate = "2024-01-01".parse().unwrap();
    for customer in 0..300 {
        let (channel, leaving) = [("web", 1.0 / 3.0), ("store", 2.0 / 3.0)][customer as usize % 2];
        let mut day = 300.0 * chance(customer, 0);
        for order in 1..40 {
            let date = first + Days::new(day as u64);
            let revenue = 10.0 + (20.0 * chance(customer, 3 * order)).round();
            writeln!(
                text,
                "{customer}-{order},c{customer:03},{date},{channel},tea,1,{revenue}"
            )
            .unwrap();
            day -= 30.0 * (1.0 - chance(customer, 3 * order + 1)).ln();
            if chance(customer, 3 * order + 2) < leaving || day > 730.0 {
                break;
            }
        }
    }
    text
}

async fn shop() -> Shop {
    Shop::new(&[("in/transactions.csv", &transactions())]).await
}

pub(crate) async fn run_for(shop: &Shop, date: &str) -> Summary {
    let options = Options {
        run_date: date.parse().ok(),
        ..Options::default()
    };
    shop.run_with(&options).await.unwrap()
}

pub(crate) async fn table(shop: &Shop, name: &str, date: &str) -> RecordBatch {
    let path = format!("tables/{name}/run_date={date}/part-0.parquet");
    crate::shop::batch(shop.bytes(&path).await.unwrap())
}

/// The values of the parameters of one model that are no covariances, by group and name.
fn parameters(table: &RecordBatch, model: &str) -> Vec<(String, f64)> {
    let (models, names) = (texts(table, "model"), texts(table, "parameter"));
    let (groups, values) = (texts(table, "group_name"), numbers(table, "value"));
    (0..models.len())
        .filter(|row| models[*row] == model && !names[*row].contains('~'))
        .map(|row| (format!("{}.{}", groups[row], names[row]), values[row]))
        .collect()
}

#[tokio::test]
async fn a_fit_that_fails_leaves_the_parameters_of_the_last_run_and_says_so() {
    let shop = shop().await;
    let first = run_for(&shop, "2025-11-30").await;
    assert!(
        !first.quality.models.contains_key("purchases"),
        "{:?}",
        first.quality.models
    );
    let nobody = "order_id,customer_id,ordered_at,channel,product_id,quantity,revenue\n1,,2025-01-01,web,tea,1,1\n";
    let path = Path::from("in/transactions.csv");
    shop.memory.put(&path, nobody.into()).await.unwrap();
    let second = run_for(&shop, "2025-12-31").await;
    assert!(second.quality.models["purchases"].contains("the parameters of the last run are used"));
    let [before, after] = [
        table(&shop, "predictions/model_parameters", "2025-11-30").await,
        table(&shop, "predictions/model_parameters", "2025-12-31").await,
    ];
    assert_eq!(
        parameters(&before, "purchases"),
        parameters(&after, "purchases")
    );
    assert!(parameters(&before, "purchases").len() > 3);
}

#[tokio::test]
async fn the_second_run_knows_the_parameters_of_the_first_whatever_is_run_again() {
    let shop = shop().await;
    run_for(&shop, "2025-11-30").await;
    run_for(&shop, "2025-12-31").await;
    let before = table(&shop, "predictions/model_parameters", "2025-11-30").await;
    let after = table(&shop, "predictions/model_parameters", "2025-12-31").await;
    assert!(
        numbers(&before, "value_last")
            .iter()
            .all(|value| value.is_nan())
    );
    // in the first run there was no whole year before the window in which to find a season
    let names = texts(&after, "model")
        .into_iter()
        .zip(texts(&after, "parameter"));
    let of_purchases = names.zip(numbers(&after, "value_last"));
    let known: Vec<f64> = of_purchases
        .filter(|((model, name), _)| model.starts_with("purchase") && !name.ends_with("_season"))
        .map(|(_, value)| value)
        .collect();
    assert!(known.iter().all(|value| value.is_finite()), "{known:?}");
    let again = run_for(&shop, "2025-12-31").await;
    assert_eq!(again.status, Some(clientele::publish::Status::Unchanged));
}

/// The mean probability of being still a customer of those who came by the store, and the numbers of the fits.
async fn told_apart(settings: &str) -> (f64, RecordBatch) {
    let date = "2024-12-31";
    let shop = shop().await.with(&format!(
        "parameters.window_days=90; models.purchases.techniques=[mbg_nbd]; {settings}"
    ));
    run_for(&shop, date).await;
    let value = table(&shop, "value/customer_value", date).await;
    let alive = numbers(&value, "probability_alive");
    let sum: f64 = alive.iter().skip(1).step_by(2).sum();
    let fits = table(&shop, "predictions/model_parameters", date).await;
    (sum / (alive.len() / 2) as f64, fits)
}

#[tokio::test]
async fn customers_are_told_apart_by_what_foretold_the_unseen_window_better() {
    let (together, fits) = told_apart("models.purchases.covariates=[]").await;
    let tried = |fits: &RecordBatch, structure: &str| {
        let metric = format!("all.holdout_log_likelihood{structure}");
        let found = parameters(fits, "purchase_choice").into_iter();
        let found = found.filter(|(name, _)| *name == metric);
        found.map(|(_, value)| value).fold(f64::NAN, f64::max)
    };
    assert!(tried(&fits, "").is_finite() && tried(&fits, "_apart").is_nan());
    let by_channel = "models.purchases.covariates=[first_channel]; models.purchases.pull=";
    let (loosely, fits) = told_apart(&format!("{by_channel}1")).await;
    let [alike, apart, moved] = ["", "_apart", "_covariates"].map(|name| tried(&fits, name));
    assert!(apart.max(moved) > alike, "{alike:?} {apart:?} {moved:?}");
    assert!(loosely < 0.8 * together, "{loosely} {together}");
    let is_told = !parameters(&fits, "purchase_covariates").is_empty();
    assert_eq!(is_told, moved > apart.max(alike));
    let own = parameters(&fits, "purchases");
    let of = |name: &str| own.iter().find(|(known, _)| known == name).unwrap().1;
    let leaving = |group: &str| {
        let [a, b] = ["a", "b"].map(|name| of(&format!("{group}.{name}")));
        a / (a + b)
    };
    assert!(leaving("store") > leaving("web") + 0.1, "{own:?}");
    let (tightly, _) = told_apart(&format!("{by_channel}100000")).await;
    assert!((tightly - together).abs() < 1e-3, "{tightly} {together}");
}

#[tokio::test]
async fn a_season_that_foretells_no_better_leaves_the_calendar_and_so_does_its_setting() {
    for settings in [
        "models.purchases.season=true",
        "models.purchases.season=false",
    ] {
        let shop = shop().await.with(settings);
        run_for(&shop, "2025-12-31").await;
        let fits = table(&shop, "predictions/model_parameters", "2025-12-31").await;
        let names = texts(&fits, "parameter");
        assert!(!names.iter().any(|name| name.starts_with("season_")));
        let is_tried = names
            .iter()
            .any(|name| name == "holdout_log_likelihood_season");
        assert_eq!(is_tried, settings.ends_with("true"));
    }
}

#[tokio::test]
async fn segments_keep_their_labels_from_run_to_run() {
    let shop = shop()
        .await
        .with("models.segments.clusters_least=3; models.segments.clusters_most=3");
    run_for(&shop, "2025-11-30").await;
    run_for(&shop, "2025-12-31").await;
    let moved = table(&shop, "segments/segment_migrations", "2025-12-31").await;
    let stayed: f64 = (texts(&moved, "from_segment")
        .iter()
        .zip(texts(&moved, "to_segment")))
    .zip(numbers(&moved, "customer_count"))
    .filter(|((from, to), _)| *from == to)
    .map(|(_, count)| count)
    .sum();
    let all: f64 = numbers(&moved, "customer_count").iter().sum();
    assert!(all > 250.0 && stayed > 0.95 * all, "{stayed} of {all}");
}

#[tokio::test]
async fn the_summary_tells_to_what_memory_raised_the_support_of_patterns() {
    let usual = Shop::usual().await.run().await.unwrap();
    assert!(usual.quality.raised_support.is_empty());
    let shop = Shop::usual()
        .await
        .with("resources.mining_share=0; models.baskets.min_count=1; models.sequences.min_count=1");
    let raised = shop.run().await.unwrap().quality.raised_support;
    let told: Vec<&str> = raised.keys().map(String::as_str).collect();
    assert_eq!(told, ["itemsets", "sequence_rules", "sequential_patterns"]);
}
