//! Tables in the format of Delta Lake: what other programs read of them, one commit a date, versions in the ledger.

use crate::cli::{Place, text};
use crate::crash::{Doing, Fault, Faulty, fails_once_at_every_write};
use crate::shop::{Shop, TRANSACTIONS, batch};
use clientele::plan::Catalog;
use clientele::publish::{Entry, Garbage, Ledger, Lock, Ready, Status, collect_garbage, publish};
use clientele::run::{Options, Summary};
use deltalake::DeltaTable;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};
use url::Url;

const TABLES: &str = "output.format=delta; output.publish=[base.orders, base.customers, base.source_days, value.concentration]";

/// Other data of the same date: a margin that nobody has.
const OTHER: [&str; 2] = ["--set", "parameters.margin_rate=0.5"];

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

fn succeeded(out: &Output) -> String {
    assert!(out.status.success(), "{}", text(&out.stderr));
    text(&out.stdout)
}

fn summary(out: &Output) -> Value {
    serde_json::from_str(succeeded(out).trim()).unwrap()
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

/// The commit of a version of `base.customers`.
fn commit(place: &Place, version: u64) -> String {
    place.path(&format!(
        "out/delta/base/customers/_delta_log/{version:020}.json"
    ))
}

/// Puts another number behind `"key":` in the commit.
fn forge(commit: &str, key: &str, number: i64) {
    let log = std::fs::read_to_string(commit).unwrap();
    let (before, behind) = log.split_once(&format!("\"{key}\":")).unwrap();
    let rest = behind.trim_start_matches(|digit: char| digit.is_ascii_digit());
    std::fs::write(commit, format!("{before}\"{key}\":{number}{rest}")).unwrap();
}

/// Makes the file so many days old.
fn age(path: &str, days: u64) {
    let file = std::fs::File::options().append(true).open(path).unwrap();
    let then = std::time::SystemTime::now() - Duration::from_hours(24 * days);
    file.set_modified(then).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_names_the_version_that_has_the_files_of_the_run() {
    let place = place();
    for date in ["2025-11-30", "2025-12-31"] {
        succeeded(&place.run(&["--run-date", date]));
    }
    succeeded(&place.run(&OTHER));
    for date in ["2025-11-30", "2025-12-31"] {
        assert_eq!(wrong_versions(&place, date).await, Vec::<String>::new());
    }
    let customers = table(&place, "base/customers", None).await;
    assert_eq!(files(&customers).len(), 2, "one file a date");
    assert_eq!(customers.version(), Some(2), "one commit a run");
    let unchanged = summary(&place.run(&OTHER));
    assert_eq!(unchanged["status"], "unchanged");
    assert_eq!(unchanged["outputs"][0]["version"], 2, "{unchanged}");
    let customers = table(&place, "base/customers", None).await;
    assert_eq!(customers.version(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_formats_hold_the_same_tables_and_what_reads_them_reads_the_same() {
    let said = |format: &str| {
        let place = Place::small();
        let job = place.path("job.yaml");
        let set = format!("output.format={format}");
        let mut told = Vec::new();
        for date in ["2025-11-30", "2025-12-31"] {
            let summary = summary(&place.run(&["--run-date", date, "--set", &set]));
            let outputs = summary["outputs"].as_array().unwrap().clone();
            told.extend(
                outputs
                    .iter()
                    .map(|output| format!("{} {}", output["table"], output["sha256"])),
            );
        }
        let late = std::fs::read_to_string(place.path("transactions.csv")).unwrap();
        let late = format!("{late}7,dora,2025-11-02,tea,1,12.00\n");
        std::fs::write(place.path("transactions.csv"), late).unwrap();
        let query = "select customer_id, revenue from base.customers order by all";
        for command in [
            &["show", &job, "base.customers", "--set", &set][..],
            &[
                "show",
                &job,
                "base.orders",
                "--run-date",
                "2025-11-30",
                "--set",
                &set,
            ],
            &["query", &job, query, "--set", &set],
            &["backfill", &job, "--changed", "--dry-run", "--set", &set],
        ] {
            let out = place.command(command);
            told.push(format!(
                "{:?} {} {}",
                out.status.code(),
                text(&out.stdout),
                text(&out.stderr)
            ));
        }
        told
    };
    let (parquet, delta) = (said("parquet"), said("delta"));
    assert!(parquet.len() > 16 && parquet.iter().any(|text| text.contains("anna")));
    assert_eq!(parquet, delta);
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_and_what_a_row_is_stand_in_the_schema_and_change_with_the_words() {
    let place = place();
    succeeded(&place.run(&[]));
    let catalog = Catalog::load(None).unwrap();
    let mut files = catalog.tables.values();
    let file = files
        .find(|file| file.table.published() == "base.customers")
        .unwrap();
    let customers = table(&place, "base/customers", None).await;
    let state = customers.snapshot().unwrap();
    assert_eq!(
        state.metadata().description(),
        Some(file.head.about.as_str())
    );
    let schema = state.schema();
    let comments: BTreeMap<&str, String> = schema
        .fields()
        .filter(|field| field.name() != "run_date")
        .map(|field| {
            let comment = field.metadata().get("comment");
            (field.name().as_str(), comment.unwrap().to_string())
        })
        .collect();
    let words: BTreeMap<&str, String> = file
        .head
        .columns
        .iter()
        .map(|(name, words)| (name.as_str(), words.clone()))
        .collect();
    assert_eq!(comments, words);
    // the same words are said once, others again
    let said = |version| {
        let log = std::fs::read_to_string(commit(&place, version)).unwrap();
        log.contains("\"metaData\"")
    };
    succeeded(&place.run(&OTHER));
    assert!(said(0) && !said(1));
    let first = std::fs::read_to_string(commit(&place, 0)).unwrap();
    let about = file.head.about.as_str();
    std::fs::write(commit(&place, 0), first.replace(about, "One row.")).unwrap();
    succeeded(&place.run(&[]));
    assert!(said(2));
}

/// Everything that a log says, its checkpoints too.
fn log_text(place: &Place, name: &str) -> String {
    let log = place.path(&format!("out/delta/{name}/_delta_log"));
    let mut text = String::new();
    for path in glob::glob(&format!("{log}/*")).unwrap().map(Result::unwrap) {
        let bytes = std::fs::read(&path).unwrap();
        if path.extension().is_some_and(|ending| ending == "parquet") {
            let mut lines = Vec::new();
            let mut writer = arrow_json::LineDelimitedWriter::new(&mut lines);
            writer.write(&batch(bytes)).unwrap();
            writer.finish().unwrap();
            text += &String::from_utf8(lines).unwrap();
        } else {
            text += &String::from_utf8(bytes).unwrap();
        }
    }
    text
}

#[test]
fn logs_know_no_customer_have_checkpoints_and_forget_what_is_older_than_a_month() {
    let place = place();
    for day in 10..=20 {
        succeeded(&place.run(&["--run-date", &format!("2025-12-{day}")]));
    }
    let log = log_text(&place, "base/customers");
    assert!(log.contains("part-") && log.contains("\\\"numRecords\\\":3"));
    assert!(Path::new(&commit(&place, 9).replace(".json", ".checkpoint.parquet")).exists());
    for name in ["base/customers", "base/orders"] {
        let log = log_text(&place, name);
        for word in ["anna", "ben", "cleo", "minValues"] {
            assert!(!log.contains(word), "{name}: {word}");
        }
    }
    for version in 0..9 {
        age(&commit(&place, version), 40);
    }
    succeeded(&place.command(&["gc", &place.path("job.yaml")]));
    let left = (0..12).filter(|version| Path::new(&commit(&place, *version)).exists());
    assert_eq!(left.collect::<Vec<_>>(), [9, 10]);
    succeeded(&place.run(&["--run-date", "2025-12-21"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_dies_at_a_named_step_leaves_versions_that_hold_and_a_rerun_commits_nothing_twice()
 {
    let place = place();
    succeeded(&place.run(&["--run-date", "2025-11-30"]));
    for step in [
        "table:0", "commit:0", "table:1", "commit:7", "ledger:0", "ledger:1", "latest:0", "mark:0",
    ] {
        let out = place.run_in(&[("CLIENTELE_ABORT_AT", step)], &[]);
        assert_eq!(out.status.code(), None, "{step}: {}", text(&out.stderr));
        let wrong = wrong_versions(&place, "2025-11-30").await;
        assert_eq!(wrong, Vec::<String>::new(), "{step}");
    }
    assert_a_rerun_commits_nothing_twice(&place).await;
}

/// What killed runs of the second date left is made whole by one more, and no table has a third version.
async fn assert_a_rerun_commits_nothing_twice(place: &Place) {
    succeeded(&place.run(&[]));
    let wrong = wrong_versions(place, "2025-12-31").await;
    assert_eq!(wrong, Vec::<String>::new());
    for output in entry(place, "2025-12-31").outputs {
        let newest = table(place, &output.table.replace('.', "/"), None).await;
        assert_eq!(newest.version(), Some(1), "{} came twice", output.table);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_at_any_moment_leaves_versions_that_hold_and_a_rerun_commits_nothing_twice()
 {
    let place = place();
    let begun = Instant::now();
    succeeded(&place.run(&["--run-date", "2025-11-30"]));
    let whole = begun.elapsed();
    let seed = std::process::id().into();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..12 {
        let moment = whole.mul_f64(random.random_range(0.1..1.0));
        let mut child = place.start();
        tokio::time::sleep(moment).await;
        let _ = child.kill();
        let _ = child.wait();
        let wrong = wrong_versions(&place, "2025-11-30").await;
        let when = format!("seed {seed}, killed after {moment:?} of {whole:?}");
        assert_eq!(wrong, Vec::<String>::new(), "{when}");
    }
    assert_a_rerun_commits_nothing_twice(&place).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_nth_write_fails_versions_before_stay_readable_and_a_rerun_ends_in_the_same_tables()
 {
    fails_once_at_every_write(TABLES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_the_newest_version_never_sees_half_a_commit() {
    let place = Arc::new(place());
    succeeded(&place.run(&[]));
    let writer = Arc::clone(&place);
    let runs = tokio::task::spawn_blocking(move || {
        for other in [&OTHER[..], &[], &OTHER, &[]] {
            succeeded(&writer.run(other));
        }
    });
    let mut reads = 0;
    while !runs.is_finished() {
        let there = files(&table(&place, "base/customers", None).await);
        assert_eq!(there.len(), 1, "{there:?}");
        let path = place.path(&format!("out/delta/base/customers/{}", there[0]));
        assert_eq!(batch(std::fs::read(path).unwrap()).num_rows(), 3);
        reads += 1;
    }
    runs.await.unwrap();
    eprintln!("newest version while four runs replaced it: {reads} reads, none wrong");
    assert!(reads > 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_that_run_side_by_side_are_all_in_every_table() {
    let place = place();
    let dates = ["2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"];
    std::thread::scope(|scope| {
        let running = dates
            .map(|date| scope.spawn(|| place.run(&["--run-date", date, "--lock-timeout", "60"])));
        for run in running {
            succeeded(&run.join().unwrap());
        }
    });
    for date in dates {
        assert_eq!(wrong_versions(&place, date).await, Vec::<String>::new());
    }
    let orders = table(&place, "base/orders", None).await;
    assert_eq!(files(&orders).len(), dates.len());
}

/// A shop whose store has a fault.
async fn shop_with(fault: impl Fn(Arc<dyn ObjectStore>) -> Faulty) -> (Shop, Shop) {
    let memory: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let objects = [("in/transactions.csv", TRANSACTIONS)];
    let good = Shop::over(memory.clone(), &objects).await.with(TABLES);
    let shop = Shop::over(memory.clone(), &objects).await.with(TABLES);
    shop.stores.insert("memory://shop", Arc::new(fault(memory)));
    (shop, good)
}

fn versions(summary: &Summary) -> Vec<Option<u64>> {
    let outputs = summary.outputs.iter();
    outputs.map(|output| output.version).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_recognised() {
    let (shop, _) = shop_with(|memory| Faulty::forgetful(memory, "_delta_log", false)).await;
    let summary = shop.run_with(&of("2025-12-31")).await.unwrap();
    assert_eq!(versions(&summary), [Some(0); 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_nobody_can_tell_whether_a_table_was_committed_nothing_is_deleted() {
    let (shop, good) = shop_with(|memory| Faulty::forgetful(memory, "_delta_log", true)).await;
    let error = shop.run_with(&of("2025-12-31")).await.unwrap_err();
    assert_eq!(error.exit_code(), 76, "{error:?}");
    let there = good.output().await;
    let paths: Vec<_> = there.iter().map(|(path, _)| path.as_str()).collect();
    assert!(paths.iter().any(|path| path.ends_with("00000.json")));
    assert!(paths.iter().any(|path| path.contains("/part-")));
    assert!(!paths.iter().any(|path| path.starts_with("out/runs")));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whom_others_always_overtake_may_try_again() {
    let memory: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let shop = Shop::over(memory.clone(), &[("in/transactions.csv", TRANSACTIONS)]).await;
    let shop = shop.with(TABLES);
    shop.run_with(&of("2025-11-30")).await.unwrap();
    let taken = Faulty::new(
        memory,
        || object_store::Error::AlreadyExists {
            path: "a version".to_owned(),
            source: "another commit came first".into(),
        },
        |doing, path| match doing {
            Doing::Write if path.as_ref().contains("_delta_log/0") => Fault::Refused,
            _ => Fault::Nothing,
        },
    );
    shop.stores.insert("memory://shop", Arc::new(taken));
    let error = shop.run_with(&of("2025-12-31")).await.unwrap_err();
    assert_eq!(error.exit_code(), 75, "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_taken_for_dead_comes_too_late() {
    let shop = Shop::usual().await.with(TABLES);
    let made = shop.run_with(&of("2025-12-31")).await.unwrap();
    let output = shop.stores.open("memory:shop/out").unwrap();
    let entry = Ledger::new(&output).last(made.run_date).await.unwrap();
    let earlier = Entry {
        run_id: "earlier".to_owned(),
        started_at: "2026-01-01T03:00:00+00:00".to_owned(),
        ..entry.unwrap()
    };
    let mut table = earlier.outputs[0].clone();
    let staged = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(staged.path(), shop.bytes(&table.path).await.unwrap()).unwrap();
    table.sha256 = format!("other{}", table.sha256);
    table.path = table.path.replace("/part-", "/part-other");
    let entry = |started_at: &str| Entry {
        started_at: started_at.to_owned(),
        outputs: vec![table.clone()],
        ..earlier.clone()
    };
    let ready = Ready {
        staged: staged.path().to_path_buf(),
        table: table.clone(),
    };
    let lock = Lock::acquire(&output, "2025-12-31", "earlier", Duration::ZERO)
        .await
        .unwrap();
    let late = entry("2026-01-01T03:00:00+00:00");
    let late = publish(&output, &lock, late, &mut [ready.clone()]).await;
    assert_eq!(late.unwrap_err().exit_code(), 75);
    // the same run commits twice, since the ledger has lost it
    let now = chrono::Utc::now().to_rfc3339();
    for _ in 0..2 {
        let mut ready = [ready.clone()];
        let done = publish(&output, &lock, entry(&now), &mut ready).await;
        assert_eq!(done.unwrap(), Status::Published);
        assert_eq!(ready[0].table.version, Some(1));
        let entry = output.child("runs/run_date=2025-12-31/000002.json");
        entry.delete().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_ahead_locks_nobody_out() {
    let place = place();
    succeeded(&place.run(&[]));
    forge(&commit(&place, 0), "version", i64::MAX / 2);
    assert_eq!(summary(&place.run(&OTHER))["status"], "published");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_does_not_take_the_run_is_told_and_the_last_run_stays() {
    let place = place();
    succeeded(&place.run(&[]));
    let first = std::fs::read_to_string(commit(&place, 0)).unwrap();
    let wrongs = [
        ("\\\"long\\\"", "\\\"string\\\"", "would be long"),
        (
            "\"delta.checkpointInterval\":",
            "\"delta.appendOnly\":\"true\",\"delta.checkpointInterval\":",
            "append-only",
        ),
    ];
    for (word, other, reason) in wrongs {
        assert!(first.contains(word), "{first}");
        std::fs::write(commit(&place, 0), first.replace(word, other)).unwrap();
        let out = place.run(&OTHER);
        let said = text(&out.stderr);
        assert_eq!(out.status.code(), Some(78), "{said}");
        assert!(
            said.contains("base/customers") && said.contains(reason),
            "{said}"
        );
        std::fs::write(commit(&place, 0), &first).unwrap();
        assert_eq!(
            wrong_versions(&place, "2025-12-31").await,
            Vec::<String>::new()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_dates_go_from_every_table() {
    let shop = Shop::usual().await.with(TABLES);
    for month in 1..=11 {
        let last = format!("2025-{month:02}-20");
        shop.run_with(&of(&last)).await.unwrap();
    }
    let output = shop.stores.open("memory:shop/out").unwrap();
    let named = |garbage: &Garbage| {
        let paths = garbage.expired.iter();
        paths
            .filter(|path| path.starts_with("delta/base/orders/run_date="))
            .count()
    };
    let would = collect_garbage(&output, Some(100), true).await.unwrap();
    let did = collect_garbage(&output, Some(100), false).await.unwrap();
    assert_eq!((named(&would), named(&did)), (7, 7), "{did:?}");
    assert_eq!(did.orphans, Vec::<String>::new());
    let again = collect_garbage(&output, Some(100), false).await.unwrap();
    assert_eq!(named(&again), 0, "{again:?}");
    let dates = Ledger::new(&output).dates().await.unwrap();
    assert_eq!(dates.len(), 4);
    let next = shop.run_with(&of("2025-12-31")).await.unwrap();
    assert_eq!(versions(&next), [Some(12); 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_no_version_of_the_last_week_has_are_removed_unless_the_ledger_names_them() {
    let place = place();
    succeeded(&place.run(&[]));
    succeeded(&place.run(&OTHER));
    let customers = |version| table(&place, "base/customers", Some(version));
    let below = |file: &str| place.path(&format!("out/delta/base/customers/{file}"));
    let first = below(&files(&customers(0).await)[0]);
    let second = below(&files(&customers(1).await)[0]);
    let stray = below("run_date=2025-12-31/part-of-a-dead-run.parquet");
    std::fs::write(&stray, "").unwrap();
    let gc = || {
        let out = succeeded(&place.command(&["gc", &place.path("job.yaml")]));
        let exists = |path: &String| Path::new(path).exists();
        ([&first, &second, &stray].map(exists), out)
    };
    assert_eq!(gc().0, [true, true, true], "a run may still be at it");
    for path in [&first, &second, &stray] {
        age(path, 2);
    }
    assert_eq!(gc().0, [true, true, false], "a reader may still be at it");
    forge(&commit(&place, 1), "deletionTimestamp", 1000);
    // the run that took the first file away, but for its entry
    let entries = glob::glob(&place.path("out/runs/run_date=2025-12-31/*2.json")).unwrap();
    let entry = entries.map(Result::unwrap).next().unwrap();
    let away = place.path("entry");
    std::fs::rename(&entry, &away).unwrap();
    assert_eq!(gc().0, [true, true, false], "the ledger names it");
    std::fs::rename(&away, &entry).unwrap();
    let (there, said) = gc();
    assert_eq!(there, [false, true, false]);
    assert!(said.contains("delta/base/customers/run_date="), "{said}");
    assert_eq!(
        wrong_versions(&place, "2025-12-31").await,
        Vec::<String>::new()
    );
}

/// What the dbt package of the place names as the source of a chapter.
fn source(place: &Place, chapter: &str) -> String {
    let (job, package) = (place.path("job.yaml"), place.path("dbt"));
    succeeded(&place.command(&["dbt", &job, "--out", &package]));
    let sources = std::fs::read_to_string(place.path("dbt/models/sources.yml")).unwrap();
    let scans = sources
        .lines()
        .filter_map(|line| line.split_once("delta_scan('"));
    let scans = scans.filter_map(|(_, behind)| behind.split_once("')"));
    let mut paths = scans.map(|(path, _)| path);
    let path = paths.find(|path| path.ends_with(&format!("/delta/{chapter}/{{name}}")));
    format!("delta_scan('{}')", path.unwrap())
}

#[test]
fn hand_offs_name_the_tables_as_what_they_are() {
    let place = place();
    succeeded(&place.run(&[]));
    let there = source(&place, "value");
    assert_eq!(
        there,
        format!("delta_scan('{}')", place.path("out/delta/value/{name}"))
    );
    succeeded(&place.command(&["contract", &place.path("job.yaml")]));
    let contract = std::fs::read_to_string(place.path("contract.odcs.yaml")).unwrap();
    assert!(contract.contains("format: delta"), "{contract}");
    assert!(contract.contains("/out/delta/{model}"), "{contract}");
}

#[test]
fn delta_rs_polars_and_duckdb_read_what_was_published() {
    let modules = "deltalake, polars, duckdb_extension_delta";
    let Some(python) = crate::python("CLIENTELE_DELTA", modules) else {
        return;
    };
    let place = place();
    for date in ["2025-03-31", "2025-12-31"] {
        succeeded(&place.run(&["--run-date", date]));
    }
    let first = entry(&place, "2025-03-31");
    let mut outputs = first.outputs.iter();
    let orders = outputs
        .find(|output| output.table == "base.orders")
        .unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/delta_witness.py");
    let version = orders.version.unwrap().to_string();
    let folder = place.path("out/delta/base/orders");
    let source = source(&place, "base").replace("{name}", "orders");
    let out = Command::new(&python)
        .args([script, &folder, &version, "revenue", &source])
        .output()
        .unwrap();
    let told: Value = serde_json::from_str(&succeeded(&out)).unwrap();
    let both = json!({"2025-03-31": [3, "70.0000"], "2025-12-31": [5, "85.5000"]});
    for reader in ["delta-rs", "polars", "duckdb"] {
        assert_eq!(told[reader], both, "{reader}");
    }
    let first = json!({"2025-03-31": [3, "70.0000"]});
    for reader in ["delta-rs at version", "polars at version"] {
        assert_eq!(told[reader], first, "{reader}");
    }
    assert_eq!(told["partitions"], json!(["run_date"]));
    assert!(
        told["description"]
            .as_str()
            .unwrap()
            .starts_with("One row per")
    );
    let comments = told["comments"].as_object().unwrap();
    let is_said = |comment: &Value| comment.as_str().is_some_and(|text| !text.is_empty());
    assert!(comments.values().all(is_said), "{comments:?}");
}
