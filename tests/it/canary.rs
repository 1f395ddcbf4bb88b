//! No secret and nobody's id in anything that is kept or passed on: logs, summaries, lineage, metrics, the ledger.

use crate::cli::{Place, text};
use std::process::Output;

/// In every id of a customer, and in every secret.
const CANARY: &str = "canary";

/// A shop whose customers and secrets are canaries, and whose runs are told to everybody.
fn place() -> Place {
    let place = Place::new();
    let lines = crate::shop::TRANSACTIONS
        .replace("anna", "canary-anna")
        .replace("ben", "canary-ben");
    std::fs::write(place.path("transactions.csv"), lines).unwrap();
    place.write_job(&format!(
        "observe: {{metrics: {}, lineage: {}}}\n",
        place.path("clientele.prom"),
        place.path("lineage.jsonl")
    ));
    place
}

fn run(place: &Place, arguments: &[&str]) -> Output {
    let usual = [
        "--log-format",
        "json",
        "--summary-file",
        &place.path("summary.json"),
    ];
    let variables = [(
        "SHOP_DATABASE",
        "postgresql://shop:canary-password@127.0.0.1:9/shop?connect_timeout=2",
    )];
    place.run_in(&variables, &[&usual[..], arguments].concat())
}

/// Everything that was told or kept, but for the tables themselves, with its name.
fn told(place: &Place, out: &Output) -> Vec<(String, String)> {
    let mut told = vec![
        ("standard output".to_owned(), text(&out.stdout)),
        ("standard error".to_owned(), text(&out.stderr)),
    ];
    let kept = [
        "summary.json",
        "clientele.prom",
        "lineage.jsonl",
        "out/runs/*/*.json",
        "out/latest/run.json",
        "out/locks/*/*",
    ];
    for pattern in kept {
        for file in glob::glob(&place.path(pattern)).unwrap() {
            let file = file.unwrap();
            told.push((
                file.display().to_string(),
                std::fs::read_to_string(&file).unwrap(),
            ));
        }
    }
    told
}

fn assert_silent(place: &Place, out: &Output) {
    for (name, text) in told(place, out) {
        assert!(!text.contains(CANARY), "{name}: {text}");
    }
}

#[test]
fn a_run_that_goes_well_tells_nobodys_id() {
    let place = place();
    let out = run(&place, &[]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(told(&place, &out).len() >= 7, "all were told");
    assert_silent(&place, &out);
    let found = place.command(&["verify", &place.path("job.yaml")]);
    assert!(found.status.success() && !text(&found.stdout).contains(CANARY));
}

#[test]
fn rows_that_break_a_promise_are_shown_to_a_person_and_to_nobody_else() {
    let place = place();
    let folder = place.path("sql/marts/shop");
    std::fs::create_dir_all(&folder).unwrap();
    let twice = "-- One row per customer.\n-- Key: customer_id\n-- customer_id   who\n\
        select customer_id from entities.customers union all select customer_id from entities.customers\n";
    std::fs::write(format!("{folder}/twice.sql"), twice).unwrap();
    let sql = format!("sql={}", place.path("sql"));
    let set = ["--set", &sql, "--set", "output.publish=[shop]"];
    let out = run(&place, &set);
    assert_eq!(out.status.code(), Some(65), "{}", text(&out.stderr));
    assert!(text(&out.stderr).contains("has one row per customer_id"));
    assert_silent(&place, &out);
    let shown = place.run(&set);
    assert!(
        text(&shown.stderr).contains("canary-anna"),
        "{}",
        text(&shown.stderr)
    );
}

#[test]
fn a_value_that_cannot_be_read_is_shown_to_a_person_and_to_nobody_else() {
    let place = place();
    let set = [
        "--set",
        "sources.transactions.columns={customer_id: \"cast(cast(customer_id as bigint) as varchar)\"}",
    ];
    let out = run(&place, &set);
    assert_eq!(out.status.code(), Some(65), "{}", text(&out.stderr));
    assert_silent(&place, &out);
    let shown = place.run(&set);
    assert!(
        text(&shown.stderr).contains("canary-anna"),
        "{}",
        text(&shown.stderr)
    );
    let dates = run(
        &place,
        &[&["--from", "2025-12-30", "--to", "2025-12-31"][..], &set].concat(),
    );
    assert_eq!(dates.status.code(), Some(65));
    assert_silent(&place, &dates);
}

#[test]
fn a_check_that_fails_tells_how_many_and_not_who() {
    let place = place();
    let check = "checks.known={of: transactions, test: values, columns: [customer_id], values: [cleo], otherwise: fail}";
    let out = run(&place, &["--set", check]);
    assert_eq!(out.status.code(), Some(65), "{}", text(&out.stderr));
    assert_silent(&place, &out);
}

#[test]
fn a_secret_in_clear_text_is_refused_and_its_line_is_not_shown() {
    let place = place();
    for (secret, setting) in [
        (
            "stores: {s3://shop: {region: 7, secret_access_key: canary-secret}}\n",
            "stores.s3://shop.secret_access_key",
        ),
        (
            "stores: {s3://shop: {access_key_id: 'env:ID', token: canary-secret, regoin: x}}\n",
            "stores.s3://shop.token",
        ),
    ] {
        place.write_job(secret);
        let out = run(&place, &[]);
        assert_eq!(out.status.code(), Some(78), "{}", text(&out.stderr));
        assert!(text(&out.stderr).contains(setting), "{}", text(&out.stderr));
        assert_silent(&place, &out);
        assert!(!text(&place.run(&[]).stderr).contains(CANARY));
    }
}

#[cfg(feature = "postgres")]
#[test]
fn a_database_that_is_away_is_told_without_its_password() {
    let place = place();
    let out = run(&place, &["--set", "output.postgres=env:SHOP_DATABASE"]);
    assert_eq!(out.status.code(), Some(69), "{}", text(&out.stderr));
    assert_silent(&place, &out);
}
