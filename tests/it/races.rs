//! Runs that are stopped, killed, watched by readers, or meet other runs, as processes.

use crate::cli::{Place, clientele, text};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::process::{Command, Output};
use std::time::Duration;

#[test]
fn a_run_that_is_asked_to_stop_stops_and_cleans_up() {
    let place = Place::large();
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        let child = place.start();
        place.wait_until_at_work();
        std::thread::sleep(Duration::from_millis(300));
        Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .status()
            .unwrap();
        let out = child.wait_with_output().unwrap();
        assert_eq!(out.status.code(), Some(code), "{}", text(&out.stderr));
        assert!(place.staging_is_empty());
        assert!(!place.has("out/runs"));
    }
    assert!(place.run(&[]).status.success());
}

#[test]
fn a_run_that_is_killed_at_any_moment_leaves_the_last_good_output_and_a_rerun_ends_in_the_same_tables()
 {
    let place = Place::large();
    assert!(place.run(&["--run-date", "2025-11-30"]).status.success());
    let table = place.path("out/tables/base/customers/run_date=2025-11-30/part-0.parquet");
    let before = std::fs::read(&table).unwrap();
    let seed = std::process::id().into();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let moments: Vec<u64> = (0..12).map(|_| random.random_range(20..4000)).collect();
    let mut wrong = 0;
    for milliseconds in &moments {
        let mut child = place.start();
        std::thread::sleep(Duration::from_millis(*milliseconds));
        let _ = child.kill();
        let _ = child.wait();
        for date in ["2025-11-30", "2025-12-31"] {
            wrong += read_as_the_ledger_says(&place.path("out"), date).0;
        }
        assert_eq!(std::fs::read(&table).unwrap(), before);
    }
    let left = std::fs::read_dir(place.path("out/.staging")).map_or(0, Iterator::count);
    eprintln!(
        "killed at random: {} kills (seed {seed}, after {moments:?} ms), {wrong} wrong reads, {left} folders left for gc",
        moments.len()
    );
    assert_eq!(wrong, 0);
    let out = place.run(&[]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let shas = |out: &Output| {
        let summary: serde_json::Value = serde_json::from_str(text(&out.stdout).trim()).unwrap();
        summary["outputs"].clone()
    };
    // a run knows what the last one said, so the other place gets both dates too
    let other = format!("output.url={}", place.path("other"));
    assert!(
        place
            .run(&["--run-date", "2025-11-30", "--set", &other])
            .status
            .success()
    );
    assert_eq!(shas(&out), shas(&place.run(&["--set", &other])));
}

/// Every table of the last entry of a date that is not there as the entry says, and how many there are.
fn read_as_the_ledger_says(out: &str, date: &str) -> (usize, usize) {
    use sha2::Digest;
    let mut entries: Vec<_> = glob::glob(&format!("{out}/runs/run_date={date}/*.json"))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    entries.sort();
    let Some(entry) = entries.last() else {
        return (0, 0);
    };
    let entry: clientele::publish::Entry =
        serde_json::from_slice(&std::fs::read(entry).unwrap()).unwrap();
    let is_wrong = |table: &&clientele::publish::OutputTable| {
        let bytes = std::fs::read(format!("{out}/{}", table.path)).unwrap_or_default();
        let hash: String = sha2::Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        hash != table.sha256
    };
    (
        entry.outputs.iter().filter(is_wrong).count(),
        entry.outputs.len(),
    )
}

#[test]
fn a_run_that_dies_at_a_named_step_leaves_whole_runs_and_a_rerun_ends_in_the_same_tables() {
    let place = Place::small();
    assert!(place.run(&["--run-date", "2025-11-30"]).status.success());
    let other = format!("output.url={}", place.path("other"));
    let both = ["--run-date", "2025-11-30", "--set", &other];
    assert!(place.run(&both).status.success());
    let whole = place.run(&["--set", &other]);
    let outputs = |out: &Output| {
        let summary: serde_json::Value = serde_json::from_str(text(&out.stdout).trim()).unwrap();
        summary["outputs"].clone()
    };
    let mut kills = 0;
    for step in [
        "table:0", "table:1", "table:7", "ledger:0", "ledger:1", "latest:0", "latest:7", "mark:0",
        "mark:1",
    ] {
        let out = place.run_in(&[("CLIENTELE_ABORT_AT", step)], &[]);
        assert_eq!(out.status.code(), None, "{step}: {}", text(&out.stderr));
        kills += 1;
        let (wrong, tables) = read_as_the_ledger_says(&place.path("out"), "2025-11-30");
        assert!(
            wrong == 0 && tables == 8,
            "{step}: {wrong} of {tables} tables"
        );
        let is_entered = !["table", "ledger:0"]
            .iter()
            .any(|before| step.starts_with(before));
        let (wrong, tables) = read_as_the_ledger_says(&place.path("out"), "2025-12-31");
        assert_eq!((wrong, tables > 0), (0, is_entered), "{step}");
        let again = place.run(&[]);
        assert!(again.status.success(), "{step}: {}", text(&again.stderr));
        assert_eq!(outputs(&again), outputs(&whole), "{step}");
        assert_eq!(
            read_as_the_ledger_says(&place.path("out"), "2025-12-31").0,
            0
        );
        let latest = std::fs::read(place.path("out/latest/base/orders.parquet")).unwrap();
        let table =
            std::fs::read(place.path("out/tables/base/orders/run_date=2025-12-31/part-0.parquet"))
                .unwrap();
        assert_eq!(latest, table, "{step}");
        for folder in ["runs/run_date=2025-12-31", "locks"] {
            let _ = std::fs::remove_dir_all(place.path(&format!("out/{folder}")));
        }
        std::fs::remove_file(place.path("out/latest/run.json")).unwrap();
    }
    let staging = std::fs::read_dir(place.path("out/.staging"))
        .unwrap()
        .count();
    eprintln!("killed at named steps: {kills} kills, 0 wrong reads, {staging} folders left for gc");
    assert_eq!(
        staging, kills,
        "each killed run leaves one folder, which gc removes after a day"
    );
}

#[test]
fn a_reader_that_loops_all_the_while_sees_whole_runs_only() {
    let place = Place::small();
    assert!(place.run(&["--run-date", "2025-03-01"]).status.success());
    let out = place.path("out");
    let is_over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let reader = std::thread::spawn({
        let (is_over, out) = (is_over.clone(), out.clone());
        move || {
            let (mut reads, mut wrong) = (0, 0);
            while !is_over.load(std::sync::atomic::Ordering::SeqCst) {
                let mut dates: Vec<_> = std::fs::read_dir(format!("{out}/runs"))
                    .unwrap()
                    .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                    .collect();
                dates.sort();
                for date in dates {
                    wrong += read_as_the_ledger_says(&out, date.trim_start_matches("run_date=")).0;
                }
                let latest = crate::tables::parquet(
                    format!("{out}/latest/base/source_balance.parquet").as_ref(),
                );
                wrong += usize::from(latest.num_rows() == 0);
                reads += 1;
            }
            (reads, wrong)
        }
    });
    assert!(
        place
            .run(&["--from", "2025-03-02", "--to", "2025-03-05"])
            .status
            .success()
    );
    for step in ["table:3", "ledger:0", "latest:3"] {
        let _ = place.run_in(
            &[("CLIENTELE_ABORT_AT", step)],
            &["--run-date", "2025-03-06"],
        );
    }
    assert!(place.run(&["--run-date", "2025-03-06"]).status.success());
    is_over.store(true, std::sync::atomic::Ordering::SeqCst);
    let (reads, wrong) = reader.join().unwrap();
    eprintln!("{reads} reads, {wrong} wrong");
    assert!(reads > 10 && wrong == 0, "{wrong} wrong in {reads} reads");
}

#[test]
fn two_dates_run_side_by_side_and_the_newer_one_is_latest() {
    let place = Place::small();
    let dates = ["2025-11-30", "2025-12-31"];
    let start = |date: &&str| {
        clientele()
            .args(["run", &place.path("job.yaml"), "--run-date", date])
            .spawn()
            .unwrap()
    };
    let running: Vec<_> = dates.iter().map(start).collect();
    for child in running {
        let out = child.wait_with_output().unwrap();
        assert!(out.status.success(), "{}", text(&out.stderr));
    }
    for date in dates {
        let (wrong, tables) = read_as_the_ledger_says(&place.path("out"), date);
        assert!(wrong == 0 && tables == 8, "{date}: {wrong} of {tables}");
    }
    let latest = std::fs::read(place.path("out/latest/base/orders.parquet")).unwrap();
    let newer =
        std::fs::read(place.path("out/tables/base/orders/run_date=2025-12-31/part-0.parquet"))
            .unwrap();
    assert_eq!(latest, newer);
}

#[test]
fn an_older_date_never_moves_the_latest_tables() {
    let place = Place::small();
    assert!(place.run(&["--run-date", "2025-12-30"]).status.success());
    let latest = || std::fs::read(place.path("out/latest/base/orders.parquet")).unwrap();
    let mark = || std::fs::read(place.path("out/latest/run.json")).unwrap();
    let newest = (latest(), mark());
    // an older date, then the same older date with other rows
    for arguments in [&[][..], &["--set", "parameters.margin_rate=0.5"]] {
        let older = [&["--run-date", "2025-03-31"][..], arguments].concat();
        assert!(place.run(&older).status.success());
        assert!((latest(), mark()) == newest);
    }
    assert!(place.run(&["--run-date", "2025-12-31"]).status.success());
    assert!((latest(), mark()) != newest);
}

#[test]
fn of_six_writers_of_one_date_one_wins_and_the_others_are_told_to_try_again() {
    let place = Place::large();
    let writers: Vec<_> = (1..=6)
        .map(|rate| {
            clientele()
                .args(["run", &place.path("job.yaml"), "--set"])
                .arg(format!("parameters.margin_rate=0.{rate}"))
                .spawn()
                .unwrap()
        })
        .collect();
    let codes: Vec<_> = writers
        .into_iter()
        .map(|writer| writer.wait_with_output().unwrap().status.code().unwrap())
        .collect();
    eprintln!("six writers of one date left with {codes:?}");
    let won = codes.iter().filter(|code| **code == 0).count();
    assert!(codes.iter().all(|code| [0, 75].contains(code)), "{codes:?}");
    // one who comes when the winner is done is no rival
    let entries = std::fs::read_dir(place.path("out/runs/run_date=2025-12-31"));
    assert_eq!(entries.unwrap().count(), won, "{codes:?}");
    assert!((1..6).contains(&won), "{codes:?}");
    let (wrong, tables) = read_as_the_ledger_says(&place.path("out"), "2025-12-31");
    assert!(wrong == 0 && tables > 0, "{wrong} of {tables}");
}

#[test]
fn of_two_runs_of_one_date_one_is_told_to_try_again() {
    let place = Place::large();
    let first = place.start();
    place.wait_until_at_work();
    let second = place.run(&[]);
    assert_eq!(second.status.code(), Some(75), "{}", text(&second.stderr));
    assert!(first.wait_with_output().unwrap().status.success());
}
