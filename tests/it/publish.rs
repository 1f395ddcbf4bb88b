//! One run of a date at a time, and garbage that is nobody's.

use crate::shop::Shop;
use clientele::error::Error;
use clientele::publish::{Lock, Which, collect_garbage, verify};
use clientele::store::{Location, Stores};
use std::time::Duration;

fn places() -> (Vec<Location>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let stores = Stores::default();
    let urls = [
        "memory:locks/out".to_owned(),
        folder.path().join("out").display().to_string(),
    ];
    (
        urls.iter().map(|url| stores.open(url).unwrap()).collect(),
        folder,
    )
}

#[tokio::test]
async fn of_many_who_want_a_lock_one_has_it() {
    let (places, _folder) = places();
    for place in places {
        let wanting = (0..6).map(|run| {
            let place = place.clone();
            async move {
                Lock::acquire(&place, "2025-12-31", &format!("run {run}"), Duration::ZERO).await
            }
        });
        let outcomes = futures::future::join_all(wanting).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
            assert!(matches!(error, Error::Locked { .. }));
            assert_eq!(error.exit_code(), 75);
        }
        for lock in outcomes.into_iter().flatten() {
            lock.release().await.unwrap();
        }
        Lock::acquire(&place, "2025-12-31", "next", Duration::ZERO)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn one_who_waits_gets_the_lock_when_it_is_given_back() {
    let (places, _folder) = places();
    let held = Lock::acquire(&places[0], "day", "first", Duration::ZERO)
        .await
        .unwrap();
    let place = places[0].clone();
    let waiting = tokio::spawn(async move {
        Lock::acquire(&place, "day", "second", Duration::from_secs(20)).await
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    held.release().await.unwrap();
    assert!(waiting.await.unwrap().is_ok());
}

#[tokio::test]
async fn a_dead_holder_is_passed_over_and_learns_of_it() {
    let (places, _folder) = places();
    for place in places {
        let held = Lock::acquire(&place, "day", "first", Duration::ZERO)
            .await
            .unwrap();
        assert!(held.is_mine().await.unwrap());
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        let dead = serde_json::json!({
            "run_id": "first", "host": format!("{} {}", host.trim(), boot.trim()), "process": 999_999_999u32,
            "process_started": 1, "heard_of_seconds": u64::MAX / 2,
        });
        place
            .child("locks/day/000000001.json")
            .write(dead.to_string().into_bytes())
            .await
            .unwrap();
        let next = Lock::acquire(&place, "day", "second", Duration::ZERO)
            .await
            .unwrap();
        assert!(next.is_mine().await.unwrap());
        assert!(!held.is_mine().await.unwrap());
    }
}

#[tokio::test]
async fn a_table_that_no_run_names_is_garbage_only_when_it_is_old() {
    let shop = Shop::usual().await;
    shop.run().await.unwrap();
    let output = shop.stores.open("memory:shop/out").unwrap();
    output
        .child("tables/value/concentration/run_date=2025-12-30/part-0.parquet")
        .write(vec![1])
        .await
        .unwrap();
    let garbage = collect_garbage(&output, None, true).await.unwrap();
    assert_eq!(garbage, clientele::publish::Garbage::default());
}

#[tokio::test]
async fn an_operator_is_told_whether_a_run_was_committed_and_is_whole() {
    let shop = Shop::usual().await;
    let other = clientele::run::Options {
        run_id: Some("second".to_owned()),
        ..Default::default()
    };
    let first = shop.run().await.unwrap().run_id;
    let changed = Shop {
        memory: shop.memory.clone(),
        stores: shop.stores,
        settings: "parameters.margin_rate=0.7".to_owned(),
    };
    let shop = changed;
    shop.run_with(&other).await.unwrap();
    let output = shop.stores.open("memory:shop/out").unwrap();
    let asked = |which: Which| {
        let output = output.clone();
        async move { verify(&output, &which).await }
    };
    let date = "2025-12-31".parse().unwrap();
    for which in [
        Which::Newest,
        Which::Date(date),
        Which::Run("second".to_owned()),
    ] {
        let found = asked(which).await.unwrap();
        assert_eq!(
            (found.run_id.as_str(), &found.followed_by),
            ("second", &None)
        );
        assert!(
            found.is_latest && found.broken.is_empty() && found.tables > 40,
            "{found:?}"
        );
    }
    let found = asked(Which::Run(first)).await.unwrap();
    assert_eq!(found.followed_by.as_deref(), Some("second"));
    let error = asked(Which::Run("never".to_owned())).await.unwrap_err();
    assert_eq!(error.exit_code(), 66);
    assert!(
        error
            .to_string()
            .contains("there is no run never in the ledger"),
        "{error}"
    );
    // one table is lost, the latest copy of another is something else
    let lost = "tables/base/orders/run_date=2025-12-31/part-0.parquet";
    output.child(lost).delete().await.unwrap();
    let changed = "latest/base/customers.parquet";
    output.child(changed).write(vec![1]).await.unwrap();
    let found = asked(Which::Newest).await.unwrap();
    assert_eq!(found.broken, [lost, changed]);
    shop.run().await.unwrap();
    assert!(
        asked(Which::Newest).await.unwrap().broken.is_empty(),
        "a rerun has mended them"
    );
}

#[tokio::test]
async fn dates_that_are_too_old_are_removed() {
    let shop = Shop::usual().await;
    for date in ["2025-10-31", "2025-12-31"] {
        let options = clientele::run::Options {
            run_date: date.parse().ok(),
            ..Default::default()
        };
        shop.run_with(&options).await.unwrap();
    }
    let output = shop.stores.open("memory:shop/out").unwrap();
    let garbage = collect_garbage(&output, Some(30), false).await.unwrap();
    assert!(!garbage.expired.is_empty());
    let left = shop.output().await;
    assert!(left.iter().all(|(path, _)| !path.contains("2025-10-31")));
    assert!(
        left.iter()
            .any(|(path, _)| path.contains("run_date=2025-12-31"))
    );
}
