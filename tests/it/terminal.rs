//! What somebody at a terminal sees while a run is at work.

use crate::cli::{Place, text};
use std::process::Command;

#[test]
fn a_bar_shows_how_far_each_table_has_come_in_rows_and_bytes() {
    let place = Place::large();
    let run = format!(
        "{} run {}",
        env!("CARGO_BIN_EXE_clientele"),
        place.path("job.yaml")
    );
    // script gives the program a terminal of its own
    let out = Command::new("script")
        .args(["-qec", &format!("stty cols 200 && {run}"), "/dev/null"])
        .env_remove("CI")
        .env("TERM", "xterm")
        .output()
        .unwrap();
    let said = text(&out.stdout);
    assert!(out.status.success(), "{said}");
    let frames: Vec<_> = said
        .split(['\r', '\n'])
        .filter(|frame| frame.contains(" rows, "))
        .collect();
    let of = |frame: &str| {
        frame
            .split(" of ")
            .nth(2)
            .and_then(|rest| rest.split_once(" rows, "))
            .is_some()
    };
    let bars = frames
        .iter()
        .filter(|frame| of(frame) && frame.contains('█') && frame.contains("iB"));
    assert!(bars.count() > 3, "{}", frames.join("\n"));
    // how far of all tables
    assert!(
        frames
            .iter()
            .any(|frame| frame.contains("2025-12-31  1 of ")),
        "{}",
        frames.join("\n")
    );
}
