//! The whole way: the same input gives the same bytes, nothing is lost, nothing later is read.

use crate::shop::{Shop, TRANSACTIONS, batch, rows};
use arrow::datatypes::DataType;
use clientele::error::Error;
use clientele::publish::Status;
use clientele::run::{self, News, Options};
use std::cell::RefCell;

#[tokio::test]
async fn every_table_of_a_small_shop_is_published() {
    let shop = Shop::usual().await;
    let summary = shop.run().await.unwrap();
    assert_eq!(summary.status, Some(Status::Published));
    let deciles = shop
        .bytes("latest/value/revenue_deciles.parquet")
        .await
        .unwrap();
    insta::assert_snapshot!(rows(deciles));
    let orders = shop
        .bytes("tables/base/orders/run_date=2025-12-31/part-0.parquet")
        .await
        .unwrap();
    insta::assert_snapshot!(rows(orders));
}

#[tokio::test]
async fn a_rerun_is_unchanged_to_the_last_byte() {
    let shop = Shop::usual().await;
    shop.run().await.unwrap();
    let before = shop.output().await;
    assert_eq!(shop.run().await.unwrap().status, Some(Status::Unchanged));
    assert_eq!(before, shop.output().await);
}

#[tokio::test]
async fn one_thread_and_three_write_the_same_bytes() {
    let mut outputs = Vec::new();
    for threads in [1, 3] {
        let shop = Shop::usual()
            .await
            .with(&format!("resources.threads={threads}"));
        let summary = shop.run().await.unwrap();
        outputs.push(summary.outputs);
    }
    assert_eq!(outputs[0], outputs[1]);
    assert!(outputs[0].len() >= 10);
}

#[tokio::test]
async fn nothing_after_the_run_date_is_read() {
    let shop = Shop::usual().await;
    let options = Options {
        run_date: "2025-11-30".parse().ok(),
        ..Options::default()
    };
    let summary = shop.run_with(&options).await.unwrap();
    assert_eq!(summary.quality.rows["lines"], 5);
    let later = TRANSACTIONS.replace("2025-12-20,mug,1,10.00", "2025-12-20,mug,99,990.00");
    let other = Shop::new(&[("in/transactions.csv", &later)]).await;
    assert_eq!(
        summary.outputs,
        other.run_with(&options).await.unwrap().outputs
    );
}

#[tokio::test]
async fn every_row_is_a_line_or_rejected_with_its_reason() {
    let dirt = "\
order_id,customer_id,ordered_at,product_id,quantity,revenue
1,anna,2025-01-10,tea,1,10.00
,anna,2025-01-10,tea,1,10.00
3,anna,,tea,1,10.00
4,anna,soon,tea,1,10.00
5,anna,2099-01-01,tea,1,10.00
6,anna,2026-01-01,tea,1,10.00
7,anna,2025-01-11,tea,1,
8,anna,2025-01-11,tea,1,NaN
9,anna,2025-01-11,tea,,10.00
10, anna ,2025-01-12, tea ,1,10.00
10, anna ,2025-01-12, tea ,1,10.00
";
    let shop = Shop::new(&[("in/transactions.csv", dirt)]).await;
    let summary = shop
        .with("parameters.deduplicate=true")
        .run()
        .await
        .unwrap();
    insta::assert_debug_snapshot!(summary.quality.rows);
}

#[tokio::test]
async fn the_line_on_standard_output_keeps_its_shape() {
    let summary = Shop::usual().await.run().await.unwrap();
    let line: serde_json::Value = serde_json::from_str(&summary.line()).unwrap();
    let names: Vec<_> = line
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    insta::assert_snapshot!(names.join(" "));
}

#[tokio::test]
async fn a_selected_table_leaves_the_others_of_its_date_alone() {
    let shop = Shop::usual().await;
    let all = shop.run().await.unwrap().outputs;
    let mut options = Options::default();
    options.selection.select = vec!["concentration".to_owned()];
    let changed = shop.with("parameters.margin_rate=0.5");
    let summary = changed.run_with(&options).await.unwrap();
    assert_eq!(summary.outputs.len(), 1);
    let text = changed
        .bytes("runs/run_date=2025-12-31/000002.json")
        .await
        .unwrap();
    let entry: clientele::publish::Entry = serde_json::from_slice(&text).unwrap();
    assert_eq!(entry.outputs.len(), all.len());
    assert!(entry.holds(&summary.outputs));
}

#[tokio::test]
async fn an_older_date_never_moves_latest() {
    let shop = Shop::usual().await;
    shop.run().await.unwrap();
    let latest = shop.bytes("latest/value/concentration.parquet").await;
    let options = Options {
        run_date: "2025-06-30".parse().ok(),
        ..Options::default()
    };
    shop.run_with(&options).await.unwrap();
    assert_eq!(
        shop.bytes("latest/value/concentration.parquet").await,
        latest
    );
}

#[tokio::test]
async fn a_day_that_is_not_over_is_refused() {
    let shop = Shop::usual().await.with("run_date=2999-01-01");
    let error = shop.run().await.unwrap_err();
    assert!(matches!(error, Error::DayNotOver { .. }));
    assert_eq!(error.exit_code(), 66);
    let options = Options {
        allow_incomplete_day: true,
        ..Options::default()
    };
    assert!(shop.run_with(&options).await.is_ok());
}

#[tokio::test]
async fn days_begin_in_the_time_zone_of_the_job() {
    let midnight = "order_id,customer_id,ordered_at,product_id,quantity,revenue\n\
        1,anna,2025-07-01T23:30:00Z,tea,1,10\n";
    for (settings, day) in [
        ("time_zone=UTC", "2025-07-01"),
        ("time_zone=Europe/London", "2025-07-02"),
        (
            "time_zone=Europe/London; day_starts_at_hour=4",
            "2025-07-01",
        ),
    ] {
        let shop = Shop::new(&[("in/transactions.csv", midnight)])
            .await
            .with(settings);
        shop.run().await.unwrap();
        let orders = rows(shop.bytes("latest/base/orders.parquet").await.unwrap());
        assert!(
            orders.contains(&format!("| {day} ")),
            "{settings}: {orders}"
        );
    }
}

#[tokio::test]
async fn texts_are_published_as_text_of_one_type_whatever_their_query_unites() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("probe")).unwrap();
    let table = "-- One row per known customer, and nobody.
        -- Key: customer_id
        select distinct customer_id from entities.lines where customer_id is not null
        union all
        select arrow_cast('nobody', 'Utf8View')";
    std::fs::write(folder.path().join("probe/united.sql"), table).unwrap();
    let set = format!("sql={}; output.publish=[probe]", folder.path().display());
    let shop = Shop::usual().await.with(&set);
    shop.run().await.unwrap();
    let table = batch(shop.bytes("latest/probe/united.parquet").await.unwrap());
    assert_eq!(table.schema().field(0).data_type(), &DataType::Utf8);
}

#[tokio::test]
async fn a_broken_promise_stops_the_run_and_shows_the_rows() {
    let products = "product_id,product_name\ntea,Tea\nmug,Mug\ntea,Tee\n";
    let objects = [
        ("in/transactions.csv", TRANSACTIONS),
        ("in/products.csv", products),
    ];
    let shop = Shop::new(&objects)
        .await
        .with("sources.products.url=memory:shop/in/products.csv");
    let error = shop.run().await.unwrap_err();
    assert_eq!(error.exit_code(), 65);
    insta::assert_snapshot!(error);
    assert!(shop.output().await.is_empty());
}

#[tokio::test]
async fn what_is_told_of_the_reading_ends_with_all_there_is_to_read() {
    let shop = Shop::usual().await.with("resources.kept_share=0");
    let told = RefCell::new(Vec::new());
    let tell = |news: News<'_>| match news {
        News::Begun(..) => told.borrow_mut().push(Vec::new()),
        News::Read(progress) => told.borrow_mut().last_mut().unwrap().push(progress),
        _ => {}
    };
    let (job, options) = (shop.job(), Options::default());
    let never = std::future::pending();
    run::run(&job, &options, &shop.stores, &tell, never)
        .await
        .unwrap();
    let told = told.into_inner();
    assert!(
        told.iter()
            .flatten()
            .all(|read| read.of.is_none_or(|of| read.rows <= of))
    );
    assert!(
        told.iter()
            .all(|table| table.is_sorted_by_key(|read| read.rows))
    );
    let ends = told.iter().filter_map(|table| table.last());
    let whole = ends
        .filter(|end| end.rows > 0 && end.of == Some(end.rows))
        .count();
    assert!(whole > 10, "{told:?}");
}

#[tokio::test]
async fn lines_that_come_late_name_the_dates_that_would_change_and_a_backfill_changes_them() {
    use object_store::{ObjectStoreExt, path::Path};
    let shop = Shop::usual().await;
    let of = |date: &str| Options {
        run_date: date.parse().ok(),
        ..Options::default()
    };
    for date in ["2025-01-31", "2025-02-28", "2025-03-31"] {
        let summary = shop.run_with(&of(date)).await.unwrap();
        assert!(summary.changed.is_empty(), "{date}: {:?}", summary.changed);
    }
    let late = format!("{TRANSACTIONS}7,dora,2025-02-03,tea,1,10.00\n");
    let path = Path::from("in/transactions.csv");
    shop.memory
        .put(&path, late.into_bytes().into())
        .await
        .unwrap();
    let changed = |changed: &[clientele::run::Changed]| {
        let told = changed
            .iter()
            .map(|date| format!("{} from {}", date.run_date, date.first_day));
        told.collect::<Vec<_>>().join(", ")
    };
    let summary = shop.run().await.unwrap();
    assert_eq!(
        changed(&summary.changed),
        "2025-03-31 from 2025-02-03, 2025-02-28 from 2025-02-03"
    );
    let found = clientele::run::changed_dates(&shop.job(), &shop.stores)
        .await
        .unwrap();
    assert_eq!(
        changed(&found),
        "2025-02-28 from 2025-02-03, 2025-03-31 from 2025-02-03"
    );
    for date in found {
        let summary = shop
            .run_with(&of(&date.run_date.to_string()))
            .await
            .unwrap();
        assert_eq!(summary.status, Some(Status::Published));
    }
    let found = clientele::run::changed_dates(&shop.job(), &shop.stores)
        .await
        .unwrap();
    assert_eq!(changed(&found), "");
}
