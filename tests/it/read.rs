//! Sources are found, pruned and checked before a row is read; bad input names the place and the cure.

use crate::shop::{Shop, TRANSACTIONS, rows};
use arrow::array::{
    ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use clientele::error::Error;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use parquet::arrow::ArrowWriter;
use std::sync::Arc;

fn parquet(revenue: ArrayRef) -> Vec<u8> {
    let day = 20_000 * 86_400_000_000;
    let batch = RecordBatch::try_from_iter([
        (
            "order_id",
            Arc::new(StringArray::from(vec!["1", "2"])) as ArrayRef,
        ),
        (
            "customer_id",
            Arc::new(StringArray::from(vec!["anna", "ben"])) as ArrayRef,
        ),
        (
            "ordered_at",
            Arc::new(TimestampMicrosecondArray::from(vec![day, day])) as ArrayRef,
        ),
        (
            "product_id",
            Arc::new(StringArray::from(vec!["tea", "tea"])) as ArrayRef,
        ),
        (
            "quantity",
            Arc::new(Int32Array::from(vec![1, 1])) as ArrayRef,
        ),
        ("revenue", revenue),
    ])
    .unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn good() -> Vec<u8> {
    parquet(Arc::new(Float64Array::from(vec![1.5, 2.5])))
}

async fn shop_of(files: &[(&str, Vec<u8>)]) -> Shop {
    let shop = Shop::new(&[]).await;
    for (path, bytes) in files {
        shop.memory
            .put(&Path::from(*path), bytes.clone().into())
            .await
            .unwrap();
    }
    shop
}

async fn refused(shop: Shop, code: u8) -> String {
    let error = shop.run().await.unwrap_err();
    assert_eq!(error.exit_code(), code, "{error}");
    assert!(error.hint().is_some());
    assert!(shop.output().await.is_empty());
    error.to_string()
}

#[tokio::test]
async fn folders_with_dates_after_the_run_date_are_not_opened() {
    let files = [
        ("in/month=2025-11/part-0.parquet", good()),
        ("in/month=2025-12/part-0.parquet", good()),
        (
            "in/month=2026-02/part-0.parquet",
            b"not even parquet".to_vec(),
        ),
        ("in/_SUCCESS", Vec::new()),
    ];
    let settings =
        "sources.transactions.url=memory:shop/in/; sources.transactions.date_partition=month";
    let summary = shop_of(&files).await.with(settings).run().await.unwrap();
    let input = &summary.inputs[0];
    assert_eq!(
        (input.files, input.files_pruned, input.rows),
        (2, 1, Some(4))
    );
}

#[tokio::test]
async fn a_glob_takes_the_files_it_matches() {
    let files = [
        ("in/a-1.parquet", good()),
        ("in/a-2.parquet", good()),
        ("in/b-1.parquet", good()),
    ];
    let shop = shop_of(&files)
        .await
        .with("sources.transactions.url=memory:shop/in/a-*.parquet");
    assert_eq!(shop.run().await.unwrap().inputs[0].files, 2);
}

#[tokio::test]
async fn the_files_names_and_folders_are_columns() {
    let files = [
        ("in/month=2025-11/a.parquet", good()),
        ("in/month=2025-12/b.parquet", good()),
    ];
    let settings = "sources.transactions.url=memory:shop/in/; \
        sources.transactions.columns={order_id: \"order_id || month\", channel: source_file}";
    let shop = shop_of(&files).await.with(settings);
    shop.run().await.unwrap();
    let orders = rows(shop.bytes("latest/base/orders.parquet").await.unwrap());
    assert!(
        orders.contains("12025-11") && orders.contains("in/month=2025-12/b.parquet"),
        "{orders}"
    );
}

#[tokio::test]
async fn a_row_that_the_job_does_not_count_is_rejected_with_its_reason() {
    let settings = "sources.transactions.reject={too early: \"ordered_at < '2025-02-01'\"}";
    let shop = Shop::usual().await.with(settings);
    let summary = shop.run().await.unwrap();
    assert_eq!(summary.quality.rows["rejected: too early"], 2);
    let rejected = rows(
        shop.bytes("latest/base/rejected_lines.parquet")
            .await
            .unwrap(),
    );
    assert!(rejected.contains(r#""product_id":"mug""#), "{rejected}");
}

#[tokio::test]
async fn an_empty_folder_is_told() {
    let shop = shop_of(&[])
        .await
        .with("sources.transactions.url=memory:shop/nowhere/");
    insta::assert_snapshot!(refused(shop, 66).await);
}

#[tokio::test]
async fn damaged_files_are_all_told() {
    let mut short = good();
    short.truncate(short.len() / 2);
    let files = [
        ("in/a.parquet", good()),
        ("in/b.parquet", short),
        ("in/c.parquet", b"no parquet at all".to_vec()),
    ];
    let shop = shop_of(&files)
        .await
        .with("sources.transactions.url=memory:shop/in/");
    insta::assert_snapshot!(refused(shop, 65).await);
}

#[tokio::test]
async fn a_file_of_another_schema_is_told() {
    let other = parquet(Arc::new(StringArray::from(vec!["1.5", "2.5"])));
    let files = [("in/a.parquet", good()), ("in/b.parquet", other)];
    let shop = shop_of(&files)
        .await
        .with("sources.transactions.url=memory:shop/in/");
    insta::assert_snapshot!(refused(shop, 65).await);
}

#[tokio::test]
async fn everything_that_is_not_as_declared_is_told_at_once() {
    let csv =
        "receipt,customer_id,ordered_at,product_id,quantity,revenue\n1,anna,2025-01-01,tea,1,10\n";
    let settings = "sources.transactions.columns={revenue: \"revenu * 1.2\", order: receipt, quantity: \"now() - now()\"}; \
        sources.transactions.reject={odd: quantity}";
    let products = "sku,label\ntea,Tea\n";
    let objects = [("in/transactions.csv", csv), ("in/products.csv", products)];
    let settings = format!("{settings}; sources.products.url=memory:shop/in/products.csv");
    let shop = Shop::new(&objects).await.with(&settings);
    insta::assert_snapshot!(refused(shop, 65).await);
}

#[tokio::test]
async fn a_text_date_that_cannot_be_read_is_rejected_and_one_with_a_format_is_read() {
    let csv = TRANSACTIONS.replace("2025-01-10", "10.01.2025");
    let shop = Shop::new(&[("in/transactions.csv", &csv)]).await;
    let summary = shop.run().await.unwrap();
    assert_eq!(summary.quality.rows["rejected: date cannot be read"], 2);
    let settings = "sources.transactions.columns={ordered_at: \
        \"coalesce(try_to_timestamp(ordered_at, '%d.%m.%Y'), try_cast(ordered_at as timestamp))\"}";
    let summary = shop.with(settings).run().await.unwrap();
    assert_eq!(summary.quality.rows["lines"], 7);
}

#[tokio::test]
async fn a_store_that_nobody_knows_is_told() {
    let error = Shop::usual()
        .await
        .with("output.url=ftp://shop/out")
        .run()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Store { .. }));
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("no store for ftp"), "{cause}");
}

#[tokio::test]
async fn a_slow_store_is_waited_for() {
    use object_store::throttle::{ThrottleConfig, ThrottledStore};
    let wait = std::time::Duration::from_millis(5);
    let config = ThrottleConfig {
        wait_get_per_call: wait,
        wait_list_per_call: wait,
        wait_put_per_call: wait,
        ..ThrottleConfig::default()
    };
    let slow = ThrottledStore::new(object_store::memory::InMemory::new(), config);
    let shop = Shop::over(Arc::new(slow), &[("in/transactions.csv", TRANSACTIONS)]).await;
    let summary = shop.run().await.unwrap();
    assert_eq!(
        summary.outputs,
        Shop::usual().await.run().await.unwrap().outputs
    );
}

#[tokio::test]
async fn outcomes_are_numbers_or_true_and_false_and_of_exposures_alone() {
    let exposures = "customer_id,campaign_id,arm,exposed_at\nanna,spring,control,2025-10-01\n";
    let files = [
        ("in/transactions.csv", TRANSACTIONS),
        ("in/exposures.csv", exposures),
    ];
    let settings = "sources.exposures={url: memory:shop/in/exposures.csv, outcomes: {seen: exposed_at > '2025', \
        spend: revenue, when: \"date '2025-10-01'\"}}; sources.transactions.outcomes={clicks: quantity}";
    let told = refused(Shop::new(&files).await.with(settings), 65).await;
    for problem in [
        "transactions: outcomes: clicks: outcomes are of exposures; transactions has none",
        "spend: ",
        "when: date '2025-10-01' is Date32, neither a number nor true or false",
    ] {
        assert!(told.contains(problem), "{told}");
    }
    assert!(!told.contains("seen"), "{told}");
}
