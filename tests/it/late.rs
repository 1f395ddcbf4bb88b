//! Lines that come late: the dates that they change are named, and just those are run again.

use crate::cli::{Place, text};
use serde_json::{Value, json};
use std::process::Output;

fn last_line(out: &Output) -> Value {
    assert!(out.status.success(), "{}", text(&out.stderr));
    serde_json::from_str(text(&out.stdout).lines().last().unwrap()).unwrap()
}

fn entries(place: &Place, date: &str) -> usize {
    std::fs::read_dir(place.path(&format!("out/runs/run_date={date}"))).map_or(0, Iterator::count)
}

#[test]
fn late_lines_have_just_the_dates_run_again_that_they_change() {
    let place = Place::small();
    let dates = ["--from", "2025-03-10", "--to", "2025-03-13"];
    assert!(place.run(&dates).status.success());
    let job = place.path("job.yaml");
    let asked =
        |more: &[&str]| place.command(&[&["backfill", &job, "--changed"][..], more].concat());
    assert_eq!(last_line(&asked(&["--dry-run"])), json!({"changed": []}));
    let late = format!(
        "{}7,dora,2025-03-12,mug,1,10.00\n",
        crate::shop::TRANSACTIONS
    );
    std::fs::write(place.path("transactions.csv"), late).unwrap();
    // the next night says so
    let out = place.run(&["--run-date", "2025-03-14"]);
    let of = |date: &str| json!({"run_date": date, "first_day": "2025-03-12"});
    assert_eq!(
        last_line(&out)["changed"],
        json!([of("2025-03-13"), of("2025-03-12")])
    );
    assert!(
        text(&out.stderr).contains("lines came late"),
        "{}",
        text(&out.stderr)
    );
    let changed = json!({"changed": [of("2025-03-12"), of("2025-03-13")]});
    assert_eq!(last_line(&asked(&["--dry-run"])), changed);
    assert_eq!(entries(&place, "2025-03-12"), 1, "nothing was run");
    let done = last_line(&asked(&[]));
    let published: Vec<_> = done["dates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|date| &date["status"])
        .collect();
    assert_eq!(published, ["published", "published"]);
    let counts =
        ["2025-03-10", "2025-03-11", "2025-03-12", "2025-03-13"].map(|date| entries(&place, date));
    assert_eq!(counts, [1, 1, 2, 2]);
    assert_eq!(last_line(&asked(&["--dry-run"])), json!({"changed": []}));
}
