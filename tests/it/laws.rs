//! Laws of segments and predictions, from a source to the published tables: order, doubling, one class only, fits of the last
//! run, drift.

use crate::score::{run_for, table, transactions};
use crate::shop::Shop;
use crate::tables::{numbers, texts};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use std::collections::BTreeMap;

/// Learning from a few hundred customers.
const SMALL: &str = "output.publish=[segments, predictions]; models.propensities.least_customers=50; \
    models.propensities.least_positives=10; models.segments.clusters_least=3; models.segments.clusters_most=3";
const DATE: &str = "2024-12-31";

async fn shop_of(text: &str, settings: &str) -> Shop {
    let shop = Shop::new(&[("in/transactions.csv", text)]).await;
    shop.with(&format!("{SMALL}; {settings}"))
}

/// The lines of `text` but the head, each made into others by `each`.
fn lines(text: &str, each: impl Fn(usize, &str) -> Vec<String>) -> String {
    let (head, rows) = text.split_once('\n').unwrap();
    let rows = rows.lines().enumerate();
    let made: Vec<String> = rows.flat_map(|(at, row)| each(at, row)).collect();
    format!("{head}\n{}\n", made.join("\n"))
}

/// The value of each parameter of a model.
async fn fitted(shop: &Shop, model: &str, date: &str) -> BTreeMap<String, f64> {
    let table = table(shop, "predictions/model_parameters", date).await;
    let names = texts(&table, "model")
        .into_iter()
        .zip(texts(&table, "parameter"));
    let values = names.zip(numbers(&table, "value"));
    values
        .filter(|((known, name), _)| known == model && !name.contains('~'))
        .map(|((_, name), value)| (name, value))
        .collect()
}

/// The values of a column by the key column.
async fn by(shop: &Shop, name: &str, [key, value]: [&str; 2]) -> BTreeMap<String, f64> {
    let table = table(shop, name, DATE).await;
    texts(&table, key)
        .into_iter()
        .zip(numbers(&table, value))
        .collect()
}

#[tokio::test]
async fn the_order_of_rows_changes_no_byte_of_a_model() {
    let text = transactions();
    let shuffled = {
        let (head, rows) = text.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.sort_by_key(|row| {
            row.bytes()
                .fold(7_u32, |sum, byte| sum.wrapping_mul(31) ^ u32::from(byte))
        });
        format!("{head}\n{}\n", rows.join("\n"))
    };
    assert_ne!(text, shuffled);
    let hashes = async |text: &str| {
        let shop = shop_of(text, "").await;
        let outputs = run_for(&shop, DATE).await.outputs.into_iter();
        outputs
            .map(|output| (output.table, output.sha256))
            .collect::<BTreeMap<_, _>>()
    };
    let (one, other) = (hashes(&text).await, hashes(&shuffled).await);
    assert!(one.len() > 10, "{one:?}");
    assert_eq!(one, other);
}

#[tokio::test]
async fn all_customers_twice_change_no_model_beyond_tolerance() {
    let text = transactions();
    let twice = lines(&text, |_, row| {
        vec![
            row.to_owned(),
            row.replace(",c", ",d").replacen('-', "-d", 1),
        ]
    });
    let (one, two) = (shop_of(&text, "").await, shop_of(&twice, "").await);
    for shop in [&one, &two] {
        run_for(shop, DATE).await;
    }
    let mean_spend = |of: &BTreeMap<String, f64>| of["p"] * of["gamma"] / (of["q"] - 1.0);
    for model in ["purchases", "spend", "segments"] {
        let (mut found, mut doubled) = (
            fitted(&one, model, DATE).await,
            fitted(&two, model, DATE).await,
        );
        assert_eq!(found.len(), doubled.len(), "{model}");
        if model == "spend" {
            // where customers spend alike only the mean can be told well
            let mean = |of| BTreeMap::from([("mean".to_owned(), mean_spend(of))]);
            (found, doubled) = (mean(&found), mean(&doubled));
        }
        for (name, value) in found.iter().filter(|(name, _)| {
            !["inertia", "iterations", "log_likelihood"].contains(&name.as_str())
        }) {
            let other = doubled[name];
            let far = (value - other).abs() / value.abs().max(1.0);
            // a prior that weighs as much as before is worth half as much
            assert!(
                far < 0.05,
                "{model} {name}: {value}, of twice as many {other}"
            );
        }
    }
    let said = ["customer_id", "purchase_probability"];
    let (said_of_one, said_of_two) = (
        by(&one, "predictions/propensities", said).await,
        by(&two, "predictions/propensities", said).await,
    );
    let far = said_of_one
        .iter()
        .map(|(customer, said)| (said - said_of_two[customer]).abs());
    let far: f64 = far.sum::<f64>() / said_of_one.len() as f64;
    eprintln!("purchase probabilities of twice as many customers differ by {far:.4} on average");
    assert!(said_of_one.values().all(|said| said.is_finite()));
    assert!(far < 0.05, "{far}");
}

#[tokio::test]
async fn where_all_come_back_nothing_is_learnt_and_that_is_said() {
    let mut text = "order_id,customer_id,ordered_at,product_id,quantity,revenue\n".to_owned();
    for customer in 0..100 {
        for month in 1..=12 {
            let day = 1 + customer % 28;
            let order = format!("{customer}-{month},c{customer:03},2024-{month:02}-{day:02}");
            text.extend([&order, ",tea,1,10\n"]);
        }
    }
    let shop = shop_of(&text, "").await;
    let summary = run_for(&shop, DATE).await;
    let reason = &summary.quality.models["purchase"];
    assert!(reason.contains("0 customers who did not"), "{reason}");
    let probabilities = by(
        &shop,
        "predictions/propensities",
        ["customer_id", "purchase_probability"],
    )
    .await;
    assert_eq!(probabilities.len(), 100);
    assert!(probabilities.values().all(|said| said.is_nan()));
}

#[tokio::test]
async fn a_job_that_does_not_fit_again_scores_by_the_fits_of_the_last_run() {
    let shop = shop_of(&transactions(), "").await;
    run_for(&shop, "2024-12-01").await;
    let shop = shop.with(&format!("{SMALL}; models.refit=false"));
    let summary = run_for(&shop, DATE).await;
    for model in ["purchases", "spend", "segments"] {
        assert_eq!(
            fitted(&shop, model, "2024-12-01").await,
            fitted(&shop, model, DATE).await,
            "{model}"
        );
    }
    let fitted_texts = async |date: &str| {
        let table = table(&shop, "predictions/propensity_models", date).await;
        let names = texts(&table, "model")
            .into_iter()
            .zip(texts(&table, "technique"));
        let fits = names.zip(texts(&table, "fitted"));
        fits.filter(|(_, fitted)| !fitted.is_empty())
            .collect::<BTreeMap<_, _>>()
    };
    let (before, after) = (fitted_texts("2024-12-01").await, fitted_texts(DATE).await);
    assert!(!before.is_empty());
    assert!(
        before
            .iter()
            .all(|(name, fitted)| after.get(name) == Some(fitted))
    );
    for model in ["purchases", "segments", "purchase"] {
        let said = &summary.quality.models[model];
        assert!(said.contains("the fit of the last run is used"), "{said}");
    }
    // customers are scored as they are today all the same
    let known = by(
        &shop,
        "predictions/propensities",
        ["customer_id", "purchase_probability"],
    )
    .await;
    assert!(known.values().all(|said| said.is_finite()));
    let first = shop_of(&transactions(), "models.refit=false").await;
    let summary = run_for(&first, DATE).await;
    assert!(
        !summary.quality.models.contains_key("segments"),
        "{:?}",
        summary.quality.models
    );
}

#[tokio::test]
async fn a_mixture_groups_customers_under_labels_that_stay() {
    let shop = shop_of(&transactions(), "models.segments.technique=mixture").await;
    run_for(&shop, "2024-12-01").await;
    run_for(&shop, DATE).await;
    let segments = by(&shop, "segments/segments", ["customer_id", "segment"]).await;
    assert!(
        segments
            .values()
            .all(|segment| (1.0..=3.0).contains(segment)),
        "{segments:?}"
    );
    let parameters = fitted(&shop, "segments", DATE).await;
    assert!(
        parameters.contains_key("0.covariance.1.0"),
        "{parameters:?}"
    );
    let moved = table(&shop, "segments/segment_migrations", DATE).await;
    let counted = numbers(&moved, "customer_count");
    let places = texts(&moved, "from_segment")
        .into_iter()
        .zip(texts(&moved, "to_segment"));
    let stayed: f64 = places
        .zip(&counted)
        .filter(|((from, to), _)| from == to)
        .map(|(_, count)| count)
        .sum();
    let all: f64 = counted.iter().sum();
    assert!(stayed > 0.8 * all, "{stayed} of {all}");
}

#[tokio::test]
async fn prices_that_rose_by_half_are_seen_to_have_moved_and_the_same_rows_are_steady() {
    let shop = shop_of(&transactions(), "").await;
    run_for(&shop, "2024-12-30").await;
    run_for(&shop, DATE).await;
    let [same, risen] = [
        transactions(),
        lines(&transactions(), |_, row| {
            let (rest, revenue) = row.rsplit_once(',').unwrap();
            vec![format!("{rest},{}", 1.5 * revenue.parse::<f64>().unwrap())]
        }),
    ];
    let drift_after = async |text: &str| {
        let path = Path::from("in/transactions.csv");
        let text = text.as_bytes().to_vec();
        shop.memory.put(&path, text.into()).await.unwrap();
        run_for(&shop, DATE).await;
        let table = table(&shop, "predictions/drift", DATE).await;
        let verdicts = texts(&table, "measure")
            .into_iter()
            .zip(texts(&table, "verdict"));
        (
            verdicts.collect::<BTreeMap<_, _>>(),
            numbers(&table, "stability_index"),
        )
    };
    let (verdicts, indices) = drift_after(&same).await;
    // of a score without a model there is no index
    assert!(verdicts.len() > 20 && !indices.iter().any(|index| *index < 0.0));
    assert_eq!(verdicts["order_revenue_mean"], "steady");
    let (verdicts, _) = drift_after(&risen).await;
    assert_eq!(verdicts["order_revenue_mean"], "shifted");
    assert_eq!(verdicts["recency_days"], "steady");
}

#[tokio::test]
async fn a_file_of_the_shops_own_folder_is_an_audience_under_its_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("audiences")).unwrap();
    let text = "-- One row per customer whose name is short.\n-- Key: customer_id\n-- customer_id   who\n\
        select customer_id from entities.customers where length(customer_id) = 3\n";
    std::fs::write(folder.path().join("audiences/o'neill's.sql"), text).unwrap();
    let mut job = Shop::usual()
        .await
        .with("output.publish=[segments.audiences]")
        .job();
    let shop = Shop::usual().await;
    job.sql = Some(folder.path().display().to_string());
    clientele::run::run(
        &job,
        &clientele::run::Options::default(),
        &shop.stores,
        &|_| {},
        std::future::pending(),
    )
    .await
    .unwrap();
    let audiences = table(&shop, "segments/audiences", "2025-12-31").await;
    let named = texts(&audiences, "audience")
        .into_iter()
        .zip(texts(&audiences, "customer_id"));
    let own: Vec<_> = named
        .filter(|(audience, _)| audience == "o'neill's")
        .collect();
    assert_eq!(own, [("o'neill's".to_owned(), "ben".to_owned())]);
}
