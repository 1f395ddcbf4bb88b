//! Tables in the format of Delta Lake: what other programs read of them, one commit a date, versions in the ledger.

use crate::cli::{Place, text};
use crate::crash::Faulty;
use crate::shop::{Shop, TRANSACTIONS};
use clientele::publish::{Entry, Ledger, collect_garbage};
use clientele::run::Options;
use deltalake::DeltaTable;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use serde_json::Value;
use std::process::Command;
use std::sync::Arc;
use url::Url;

const TABLES: &str = "output.format=delta; output.publish=[base.orders, base.customers, base.source_days, value.concentration]";

fn of(date: &str) -> Options {
    Options {
        run_date: date.parse().ok(),
        ..Options::default()
    }
}

/// A small place whose tables are Delta Lake tables.
fn place() -> Place {
    let place = Place::small();
    let job = place.path("job.yaml");
    let text = std::fs::read_to_string(&job).unwrap();
    std::fs::write(job, text.replace("output: {", "output: {format: delta, ")).unwrap();
    place
}

fn entry(place: &Place, date: &str) -> Entry {
    let mut entries: Vec<_> = glob::glob(&place.path(&format!("out/runs/run_date={date}/*.json")))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    entries.sort();
    serde_json::from_slice(&std::fs::read(entries.last().unwrap()).unwrap()).unwrap()
}

async fn table(place: &Place, name: &str, version: Option<u64>) -> DeltaTable {
    let folder = place.path(&format!("out/delta/{name}"));
    let url = Url::from_directory_path(folder).unwrap();
    match version {
        Some(version) => deltalake::open_table_with_version(url, version).await,
        None => deltalake::open_table(url).await,
    }
    .unwrap()
}

/// Files of the version, below its table.
fn files(table: &DeltaTable) -> Vec<String> {
    let state = table.snapshot().unwrap();
    let mut files: Vec<_> = state
        .log_data()
        .iter()
        .map(|file| file.path().into_owned())
        .collect();
    files.sort();
    files
}

/// Tables of the entry whose version has another file for the date than the entry says, or more than one.
async fn wrong_versions(place: &Place, date: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for output in entry(place, date).outputs {
        let name = output.table.replace('.', "/");
        let there = files(&table(place, &name, output.version).await);
        let partition = format!("run_date={date}/");
        let of_date: Vec<_> = there
            .iter()
            .filter(|path| path.starts_with(&partition))
            .collect();
        if of_date.len() != 1 || !output.path.ends_with(of_date[0].as_str()) {
            wrong.push(output.table);
        }
    }
    wrong
}

/// Every line of every log of a place, parsed.
fn log_lines(place: &Place, name: &str) -> Vec<Value> {
    let mut commits: Vec<_> =
        glob::glob(&place.path(&format!("out/delta/{name}/_delta_log/*.json")))
            .unwrap()
            .map(Result::unwrap)
            .collect();
    commits.sort();
    let texts = commits
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap());
    texts
        .flat_map(|text| {
            text.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect::<Vec<_>>()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_names_the_version_that_has_the_files_of_the_run() {
    let place = place();
    for date in ["2025-11-30", "2025-12-31"] {
        assert!(place.run(&["--run-date", date]).status.success());
    }
    let out = place.run(&["--set", "parameters.margin_rate=0.5"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    for date in ["2025-11-30", "2025-12-31"] {
        assert_eq!(wrong_versions(&place, date).await, Vec::<String>::new());
    }
    let customers = table(&place, "base/customers", None).await;
    assert_eq!(files(&customers).len(), 2, "one file a date");
    assert_eq!(customers.version(), Some(2), "one commit a run");
    let unchanged = place.run(&["--set", "parameters.margin_rate=0.5"]);
    let summary: Value = serde_json::from_str(text(&unchanged.stdout).trim()).unwrap();
    assert_eq!(summary["status"], "unchanged");
    assert_eq!(summary["outputs"][0]["version"], 2, "{summary}");
    assert_eq!(
        table(&place, "base/customers", None).await.version(),
        Some(2)
    );
}

#[test]
fn no_log_knows_more_of_a_file_than_its_rows() {
    let place = place();
    assert!(place.run(&[]).status.success());
    let lines = log_lines(&place, "base/customers");
    let added = lines.iter().find_map(|line| line.get("add")).unwrap();
    assert_eq!(added["stats"], "{\"numRecords\":3}");
    assert!(lines.iter().all(|line| !line.to_string().contains("anna")));
    let metadata = lines.iter().find_map(|line| line.get("metaData")).unwrap();
    assert_eq!(
        metadata["configuration"]["delta.dataSkippingNumIndexedCols"],
        "0"
    );
}

#[test]
fn delta_rs_polars_and_duckdb_read_what_was_published() {
    let Some(python) = crate::python(
        "CLIENTELE_PYTHON",
        "deltalake, polars, duckdb_extension_delta",
    ) else {
        return;
    };
    let place = place();
    for date in ["2025-03-31", "2025-12-31"] {
        assert!(place.run(&["--run-date", date]).status.success());
    }
    let first = entry(&place, "2025-03-31");
    let orders = first
        .outputs
        .iter()
        .find(|output| output.table == "base.orders")
        .unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/delta_witness.py");
    let out = Command::new(python)
        .args([
            script,
            &place.path("out/delta/base/orders"),
            &orders.version.unwrap().to_string(),
            "revenue",
        ])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", text(&out.stderr));
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    let both = serde_json::json!({"2025-03-31": [4, "80.0000"], "2025-12-31": [6, "95.5000"]});
    for reader in ["delta-rs", "polars", "duckdb"] {
        assert_eq!(told[reader], both, "{reader}");
    }
    for reader in ["delta-rs at version", "polars at version"] {
        assert_eq!(
            told[reader],
            serde_json::json!({"2025-03-31": [4, "80.0000"]}),
            "{reader}"
        );
    }
    assert_eq!(told["partitions"], serde_json::json!(["run_date"]));
    let comments = told["comments"].as_object().unwrap();
    assert!(
        comments
            .values()
            .all(|comment| comment.as_str().is_some_and(|text| !text.is_empty())),
        "{comments:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_dies_at_a_named_step_leaves_versions_that_hold_and_a_rerun_commits_nothing_twice()
 {
    let place = place();
    assert!(place.run(&["--run-date", "2025-11-30"]).status.success());
    for step in [
        "table:0", "commit:0", "table:1", "commit:7", "ledger:0", "ledger:1", "latest:0", "mark:0",
    ] {
        let out = place.run_in(&[("CLIENTELE_ABORT_AT", step)], &[]);
        assert_eq!(out.status.code(), None, "{step}: {}", text(&out.stderr));
        assert_eq!(
            wrong_versions(&place, "2025-11-30").await,
            Vec::<String>::new(),
            "{step}"
        );
    }
    assert!(place.run(&[]).status.success());
    assert_eq!(
        wrong_versions(&place, "2025-12-31").await,
        Vec::<String>::new()
    );
    for output in entry(&place, "2025-12-31").outputs {
        let newest = table(&place, &output.table.replace('.', "/"), None).await;
        assert_eq!(
            newest.version(),
            Some(1),
            "{} was committed again",
            output.table
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_that_run_side_by_side_are_all_in_every_table() {
    let place = place();
    let dates = ["2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"];
    std::thread::scope(|scope| {
        let running = dates
            .map(|date| scope.spawn(|| place.run(&["--run-date", date, "--lock-timeout", "60"])));
        for run in running {
            let out = run.join().unwrap();
            assert!(out.status.success(), "{}", text(&out.stderr));
        }
    });
    for date in dates {
        assert_eq!(wrong_versions(&place, date).await, Vec::<String>::new());
    }
    assert_eq!(
        files(&table(&place, "base/orders", None).await).len(),
        dates.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_recognised() {
    let memory: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let shop = Shop::over(memory.clone(), &[("in/transactions.csv", TRANSACTIONS)]).await;
    let shop = shop.with(TABLES);
    shop.stores.insert(
        "memory://shop",
        Arc::new(Faulty::forgetful(memory, "_delta_log", false)),
    );
    let summary = shop.run_with(&of("2025-12-31")).await.unwrap();
    assert!(
        summary
            .outputs
            .iter()
            .all(|output| output.version == Some(0)),
        "{:?}",
        summary.outputs
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_have_checkpoints_and_old_dates_go() {
    let shop = Shop::usual().await.with(TABLES);
    for month in 1..=11 {
        let last = format!("2025-{month:02}-20");
        shop.run_with(&of(&last)).await.unwrap();
    }
    let logs = "delta/base/orders/_delta_log";
    assert!(
        shop.bytes(&format!("{logs}/_last_checkpoint"))
            .await
            .is_some()
    );
    let output = shop.stores.open("memory:shop/out").unwrap();
    let named = |garbage: &clientele::publish::Garbage| {
        let paths = garbage.expired.iter();
        paths
            .filter(|path| path.starts_with("delta/base/orders/run_date="))
            .count()
    };
    let would = collect_garbage(&output, Some(100), true).await.unwrap();
    let did = collect_garbage(&output, Some(100), false).await.unwrap();
    assert_eq!((named(&would), named(&did)), (7, 7), "{did:?}");
    let again = collect_garbage(&output, Some(100), false).await.unwrap();
    assert_eq!(named(&again), 0, "{again:?}");
    let dates = Ledger::new(&output).dates().await.unwrap();
    assert_eq!(dates.len(), 4);
    shop.run_with(&of("2025-12-31")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_no_version_of_the_last_week_has_are_vacuumed() {
    let place = place();
    assert!(place.run(&[]).status.success());
    assert!(
        place
            .run(&["--set", "parameters.margin_rate=0.5"])
            .status
            .success()
    );
    let first = files(&table(&place, "base/customers", Some(0)).await);
    let file = place.path(&format!("out/delta/base/customers/{}", first[0]));
    let gc = || {
        let out = place.command(&["gc", &place.path("job.yaml")]);
        assert!(out.status.success(), "{}", text(&out.stderr));
    };
    gc();
    assert!(
        std::path::Path::new(&file).exists(),
        "a reader may still be at it"
    );
    // the tombstone, a month ago
    let commit = place.path("out/delta/base/customers/_delta_log/00000000000000000001.json");
    let log = std::fs::read_to_string(&commit).unwrap();
    let (before, behind) = log.split_once("\"deletionTimestamp\":").unwrap();
    let rest = behind.trim_start_matches(|digit: char| digit.is_ascii_digit());
    std::fs::write(&commit, format!("{before}\"deletionTimestamp\":1000{rest}")).unwrap();
    gc();
    assert!(!std::path::Path::new(&file).exists());
    assert_eq!(
        wrong_versions(&place, "2025-12-31").await,
        Vec::<String>::new()
    );
}
