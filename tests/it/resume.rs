//! A run that failed half-way is taken up where it stood, and ends in the same tables as one that never failed.

use crate::cli::{Place, text};
use std::process::Output;

/// A date before, so that models have something to start from.
const BEFORE: [&str; 2] = ["--run-date", "2025-11-30"];

fn summary(out: &Output) -> serde_json::Value {
    assert!(out.status.success(), "{}", text(&out.stderr));
    serde_json::from_str(text(&out.stdout).trim()).unwrap()
}

fn resumed(summary: &serde_json::Value) -> usize {
    summary["resumed"].as_array().map_or(0, Vec::len)
}

/// The run ends the moment so many tables are made, as by a loss of power.
fn die_after(place: &Place, tables: usize, arguments: &[&str]) {
    let at = format!("made:{tables}");
    let out = place.run_in(&[("CLIENTELE_ABORT_AT", at.as_str())], arguments);
    assert_eq!(out.status.code(), None, "{}", text(&out.stderr));
}

fn folders_left(place: &Place) -> usize {
    std::fs::read_dir(place.path("out/.staging")).map_or(0, Iterator::count)
}

#[test]
fn a_run_killed_in_the_middle_is_resumed_and_ends_in_the_same_bytes() {
    let place = Place::new();
    assert!(place.run(&BEFORE).status.success());
    let other = format!("output.url={}", place.path("other"));
    let whole = ["--set", &other];
    assert!(
        place
            .run(&[&BEFORE[..], &whole[..]].concat())
            .status
            .success()
    );
    let fresh = summary(&place.run(&whole));
    // twice in the middle: what was taken over is noted again
    die_after(&place, 40, &[]);
    die_after(&place, 80, &["--resume"]);
    let again = summary(&place.run(&["--resume"]));
    let told = resumed(&again);
    assert!(told > 15, "{told} were not made again");
    eprintln!("{told} tables were not made again");
    assert_eq!(again["outputs"], fresh["outputs"]);
    assert_eq!(again["quality"], fresh["quality"]);
    assert_eq!(folders_left(&place), 0);
}

#[test]
fn what_was_made_of_other_input_settings_or_sql_is_made_again() {
    let place = Place::small();
    let changes: [&[&str]; 3] = [
        &["--set", "parameters.margin_rate=0.5"],
        &["--allow-incomplete-day", "--run-date", "2025-12-30"],
        &[],
    ];
    for (number, change) in changes.into_iter().enumerate() {
        die_after(&place, 9, &[]);
        if change.is_empty() {
            let more = format!(
                "{}7,dora,2025-12-21,mug,1,10.00\n",
                crate::shop::TRANSACTIONS
            );
            std::fs::write(place.path("transactions.csv"), more).unwrap();
        }
        let again = summary(&place.run(&[change, &["--resume"]].concat()));
        assert_eq!(resumed(&again), 0, "change {number}");
    }
    die_after(&place, 12, &["--set", "parameters.margin_rate=0.6"]);
    let memory = [
        "--set",
        "parameters.margin_rate=0.6",
        "--memory-limit",
        "1GiB",
    ];
    let again = summary(&place.run(&[&memory[..], &["--resume"]].concat()));
    assert!(resumed(&again) > 0, "more memory changes no row");
}

#[test]
fn a_run_leaves_what_it_made_only_if_it_is_to_be_resumed() {
    let place = Place::small();
    let failing =
        "checks.never={of: base.orders, test: range, columns: [revenue], max: 0, otherwise: fail}";
    let out = place.run(&["--set", failing]);
    assert_eq!((out.status.code(), folders_left(&place)), (Some(65), 0));
    let out = place.run(&["--set", failing, "--resume"]);
    assert_eq!((out.status.code(), folders_left(&place)), (Some(65), 1));
    let out = place.run(&["--set", failing, "--resume"]);
    assert_eq!((out.status.code(), folders_left(&place)), (Some(65), 1));
    summary(&place.run(&["--resume"]));
}

#[test]
fn a_file_that_is_not_what_its_note_says_is_made_again() {
    let place = Place::small();
    die_after(&place, 12, &[]);
    for file in glob::glob(&place.path("out/.staging/*/base/*.parquet")).unwrap() {
        std::fs::write(file.unwrap(), "half a file").unwrap();
    }
    let again = summary(&place.run(&["--resume"]));
    let told = again["resumed"].to_string();
    assert!(!told.contains("base.orders"), "{told}");
    let other = format!("output.url={}", place.path("other"));
    assert_eq!(
        again["outputs"],
        summary(&place.run(&["--set", &other]))["outputs"]
    );
}
