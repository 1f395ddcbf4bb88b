//! Models between tables: what a fit that fails leaves, what the last run left, who is judged by which parameters.

use crate::shop::Shop;
use crate::tables::{numbers, texts};
use arrow::array::RecordBatch;
use clientele::run::{Options, Summary};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use std::fmt::Write;

/// Customers of two channels, of whom those of the web come again and again, up to the end of 2025.
fn transactions() -> String {
    let mut text =
        "order_id,customer_id,ordered_at,channel,product_id,quantity,revenue\n".to_owned();
    for customer in 0..40 {
        let channel = ["web", "store"][customer % 2];
        let orders = if channel == "web" {
            8
        } else {
            1 + customer % 3
        };
        for order in 0..orders {
            let (year, month, day) = (2024 + order / 5, 1 + order * 2 % 12, 1 + customer % 28);
            let revenue = 10 + (customer * 7 + order * 3) % 11;
            writeln!(
                text,
                "{customer}-{order},c{customer:02},{year}-{month:02}-{day:02},{channel},tea,1,{revenue}"
            )
            .unwrap();
        }
    }
    text
}

async fn shop() -> Shop {
    Shop::new(&[("in/transactions.csv", &transactions())]).await
}

async fn run_for(shop: &Shop, date: &str) -> Summary {
    let options = Options {
        run_date: date.parse().ok(),
        ..Options::default()
    };
    shop.run_with(&options).await.unwrap()
}

async fn table(shop: &Shop, name: &str, date: &str) -> RecordBatch {
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
    assert_eq!(first.quality.models.len(), 0, "{:?}", first.quality.models);
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
    let known: Vec<f64> = numbers(&after, "value_last");
    assert!(known.iter().all(|value| value.is_finite()), "{known:?}");
    let again = run_for(&shop, "2025-12-31").await;
    assert_eq!(again.status, Some(clientele::publish::Status::Unchanged));
}

#[tokio::test]
async fn groups_are_fitted_apart_and_drawn_to_the_shop() {
    let mean_alive = async |settings: &str| {
        let shop = shop().await.with(settings);
        run_for(&shop, "2025-12-31").await;
        let value = table(&shop, "value/customer_value", "2025-12-31").await;
        let alive = numbers(&value, "probability_alive");
        let sum: f64 = alive.iter().skip(1).step_by(2).sum();
        sum / (alive.len() / 2) as f64
    };
    let together = mean_alive("models.purchases.group_by=none").await;
    let apart = "models.purchases.group_by=first_channel; models.purchases.pull=";
    let loosely = mean_alive(&format!("{apart}0.01")).await;
    let tightly = mean_alive(&format!("{apart}100000")).await;
    assert!((tightly - together).abs() < 1e-3, "{tightly} {together}");
    assert!((loosely - together).abs() > 0.02, "{loosely} {together}");
}
