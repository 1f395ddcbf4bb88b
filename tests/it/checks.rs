//! The checks of a job: each test finds what a person counts, and warns, rejects or fails as it is told.

use crate::shop::{Shop, rows};
use clientele::error::Error;
use clientele::run::Summary;

/// Lines of the Wednesdays of December 2025, the last of them the run date, and one of the day after.
const LINES: &str = "\
order_id,customer_id,ordered_at,product_id,quantity,revenue,channel
1,anna,2025-12-03,tea,1,10.00,shop
2,,2025-12-10,tea,1,10.00,shop
3,ben,2025-12-17,mug,1,10.00,web
4,ben,2025-12-24,mug,1,10.00,fax
5,cleo,2025-12-31,tea,1000,10.00,shop
6,cleo,2025-12-31,cup,1,10.00,
6,cleo,2025-12-31,cup,1,11.00,web
7,dora,2026-01-01,cup,1,9999.00,fax
";

const PRODUCTS: &str = "product_id,product_name\ntea,Tea\nmug,Mug\n";

async fn shop(check: &str) -> Shop {
    let objects = [
        ("in/transactions.csv", LINES),
        ("in/products.csv", PRODUCTS),
    ];
    let products = "sources.products.url=memory:shop/in/products.csv";
    let publish = "output.publish=[base.checks, base.run_summary, base.rejected_lines, base.orders, base.source_balance]";
    let check = format!("checks.it={{{check}}}");
    Shop::new(&objects)
        .await
        .with(&format!("{products}; {publish}; {check}"))
}

async fn verdict(check: &str) -> String {
    match shop(check).await.run().await {
        Ok(summary) => told(&summary),
        Err(Error::Checks { failed }) => format!("failed {}", failed.join("; ")),
        Err(error) => panic!("{check}: {error:?}"),
    }
}

fn told(summary: &Summary) -> String {
    let findings = summary.quality.findings.iter();
    let finding = findings
        .clone()
        .find(|finding| finding.name == "it")
        .unwrap();
    let broken = finding.broken.map_or_else(
        || format!("{:?}", finding.observed),
        |broken| broken.to_string(),
    );
    format!(
        "{} {broken} of {}",
        finding.verdict.word(),
        finding.rows.unwrap()
    )
}

#[tokio::test]
async fn each_test_finds_what_a_person_counts() {
    let of = "of: transactions, otherwise: warn";
    for (check, expected) in [
        ("test: filled, columns: [customer_id]", "warned 1 of 7"),
        (
            "test: filled, columns: [customer_id, channel]",
            "warned 2 of 7",
        ),
        (
            "test: unique, columns: [order_id, product_id]",
            "warned 1 of 7",
        ),
        (
            "test: unique, columns: [order_id, revenue]",
            "passed 0 of 7",
        ),
        (
            "test: values, columns: [channel], values: [shop, web]",
            "warned 1 of 7",
        ),
        (
            "test: range, columns: [quantity], min: 1, max: 100",
            "warned 1 of 7",
        ),
        ("test: range, columns: [channel], max: 100", "warned 6 of 7"),
        (
            "test: known, columns: [product_id], known_in: products.product_id",
            "warned 2 of 7",
        ),
        (
            "test: fresh, columns: [ordered_at], max: 0",
            "passed Some(0.0) of 7",
        ),
        (
            "test: volume, columns: [ordered_at], min: 0.5, max: 2",
            "warned Some(3.0) of 7",
        ),
        (
            "test: volume, columns: [ordered_at], min: 0.5, max: 3",
            "passed Some(3.0) of 7",
        ),
        (
            "test: filled, columns: [customer_id], allowed_share: 0.2",
            "passed 1 of 7",
        ),
    ] {
        assert_eq!(
            verdict(&format!("{of}, {check}")).await,
            expected,
            "{check}"
        );
    }
}

#[tokio::test]
async fn a_table_is_checked_as_soon_as_it_is_made() {
    for (check, expected) in [
        ("test: range, columns: [revenue], max: 15", "warned 1 of 5"),
        (
            "test: fresh, columns: [order_date], max: 0",
            "passed Some(0.0) of 5",
        ),
    ] {
        let check = format!("of: base.orders, otherwise: warn, {check}");
        assert_eq!(verdict(&check).await, expected, "{check}");
    }
}

#[tokio::test]
async fn a_failed_check_publishes_nothing_and_tells_what_was_found() {
    let check = "of: transactions, otherwise: fail, test: filled, columns: [customer_id]";
    let shop = shop(check).await;
    let error = shop.run().await.unwrap_err();
    assert_eq!(error.exit_code(), 65);
    let text = error.to_string();
    assert_eq!(
        text,
        "one check failed\nit (transactions.customer_id filled): 1 of 7 rows"
    );
    assert!(shop.output().await.is_empty());
    let above =
        "of: transactions, otherwise: warn, test: filled, columns: [customer_id], fail_above: 0.1";
    assert!(verdict(above).await.starts_with("failed"));
}

#[tokio::test]
async fn rows_that_break_a_rejecting_check_are_rejected_lines_with_its_name() {
    let check = "of: transactions, otherwise: reject, test: known, columns: [product_id], known_in: products.product_id";
    let shop = shop(check).await;
    let summary = shop.run().await.unwrap();
    assert_eq!(told(&summary), "rejected 2 of 7");
    assert_eq!(summary.quality.rows["rejected: it"], 2);
    assert_eq!(summary.quality.rows["lines"], 5);
    let unique = "of: transactions, otherwise: reject, test: unique, columns: [order_id]";
    let summary = self::shop(unique).await.run().await.unwrap();
    assert_eq!(
        (
            summary.quality.rows["lines"],
            summary.quality.rows["rejected: it"]
        ),
        (6, 1)
    );
    let products =
        "of: products, otherwise: reject, test: values, columns: [product_id], values: [mug]";
    let summary = self::shop(products).await.run().await.unwrap();
    assert_eq!(told(&summary), "rejected 1 of 2");
}

/// A file is longer or shorter with every word of a column's comment.
fn without_bytes(table: &str) -> String {
    let rows = table.lines().filter(|line| line.starts_with('|'));
    let kept = rows.map(|row| {
        let cells = row.split('|').enumerate().filter(|(at, _)| *at != 5);
        cells.map(|(_, cell)| cell).collect::<Vec<_>>().join("|") + "\n"
    });
    kept.collect()
}

#[tokio::test]
async fn checks_and_steps_are_published_and_the_same_at_a_rerun() {
    let shop =
        shop("of: transactions, otherwise: warn, test: filled, columns: [customer_id]").await;
    let first = shop.run().await.unwrap();
    let second = shop.run().await.unwrap();
    assert_eq!(first.outputs, second.outputs);
    insta::assert_snapshot!(rows(
        shop.bytes("latest/base/checks.parquet").await.unwrap()
    ));
    let steps = rows(shop.bytes("latest/base/run_summary.parquet").await.unwrap());
    insta::assert_snapshot!(without_bytes(&steps));
}

#[tokio::test]
async fn a_check_of_what_is_not_there_is_a_mistake_of_the_job() {
    for (check, hint) in [
        (
            "of: transaction, test: filled, columns: [customer_id]",
            "did you mean transactions?",
        ),
        (
            "of: transactions, test: filled, columns: [customerid]",
            "did you mean customer_id?",
        ),
        (
            "of: base.order, test: filled, columns: [customer_id]",
            "did you mean base.orders?",
        ),
    ] {
        let error = shop(&format!("{check}, otherwise: warn"))
            .await
            .run()
            .await
            .unwrap_err();
        assert_eq!(error.exit_code(), 78, "{error}");
        assert!(error.to_string().contains(hint), "{error}");
    }
}

#[tokio::test]
async fn a_person_is_told_which_checks_do_not_hold() {
    let check =
        "of: transactions, test: values, columns: [channel], values: [shop, web], otherwise: warn";
    let summary = shop(check).await.run().await.unwrap();
    assert_eq!(
        summary.quality.attention(),
        ["warned: it (transactions.channel values): 1 of 7 rows"]
    );
}
