//! The published tables in the hands of others: readers of Parquet, dbt, Superset. What a machine has not is
//! skipped by name; in CI that fails.

use crate::cli::text;
use crate::report::shop;
use std::path::Path;
use std::process::{Command, Output};

/// The program over the job of the generated shop.
fn clientele(command: &str, arguments: &[&str]) -> Output {
    let job = concat!(env!("CARGO_MANIFEST_DIR"), "/jobs/demo.yaml");
    Command::new(env!("CARGO_BIN_EXE_clientele"))
        .args([command, job])
        .args(arguments)
        .env("DEMO", shop())
        .output()
        .unwrap()
}

fn succeeded(out: &Output) -> String {
    assert!(
        out.status.success(),
        "{}{}",
        text(&out.stdout),
        text(&out.stderr)
    );
    text(&out.stdout)
}

/// What a script beside this file says.
fn witness(python: &str, script: &str, arguments: &[&str]) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let out = Command::new(python)
        .arg(Path::new(folder).join(script))
        .args(arguments)
        .output()
        .unwrap();
    succeeded(&out)
}

fn published() -> String {
    shop().join("published").display().to_string()
}

#[test]
fn duckdb_polars_pyarrow_and_spark_read_the_same_rows_and_money_from_every_table() {
    let Some(python) = crate::python("CLIENTELE_READERS", "pyspark, polars, duckdb, pyarrow")
    else {
        return;
    };
    let said = witness(&python, "readers_witness.py", &[&published()]);
    assert!(said.ends_with("tables, 2 dates\n"), "{said}");
}

#[test]
fn dbt_builds_the_package_with_all_its_tests_and_its_metrics_are_those_of_the_tables() {
    let Some(python) = crate::python("CLIENTELE_DBT", "dbt.adapters.duckdb, metricflow") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().display().to_string();
    succeeded(&clientele("dbt", &["--out", &package]));
    let profile = format!(
        "clientele_demo: {{target: test, outputs: {{test: {{type: duckdb, path: {package}/shop.duckdb, threads: 1}}}}}}"
    );
    std::fs::write(folder.path().join("profiles.yml"), profile).unwrap();
    let built = Command::new(&python)
        .args(["-m", "dbt.cli.main", "build"])
        .current_dir(&folder)
        .env("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
        .output()
        .unwrap();
    let said = succeeded(&built);
    assert!(
        said.contains("Completed successfully") && said.contains("WARN=0"),
        "{said}"
    );
    let table = format!("{}/latest/value/customer_value.parquet", published());
    let said = witness(&python, "dbt_witness.py", &[&package, &table]);
    assert!(said.ends_with("tiers\n"), "{said}");
}

#[test]
fn superset_takes_the_dashboards_and_each_chart_shows_the_rows_of_its_table() {
    let Some(python) = crate::python("CLIENTELE_SUPERSET", "superset, duckdb_engine") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    let settings = format!(
        "SECRET_KEY = 'of a test'\nSQLALCHEMY_DATABASE_URI = 'sqlite:///{}'\nPREVENT_UNSAFE_DB_CONNECTIONS = False\n",
        place("superset.db")
    );
    std::fs::write(place("superset_config.py"), settings).unwrap();
    let superset = |arguments: &[&str]| {
        let mut command = Command::new(&python);
        command
            .args(arguments)
            .env("SUPERSET_CONFIG_PATH", place("superset_config.py"))
            .env("FLASK_APP", "superset");
        succeeded(&command.output().unwrap())
    };
    let called = |arguments: &[&str]| {
        let main = "from superset.cli.main import superset; superset()";
        superset(&[&["-c", main], arguments].concat())
    };
    let bundle = place("superset.zip");
    succeeded(&clientele("superset", &["--out", &bundle]));
    called(&["db", "upgrade"]);
    called(&[
        "fab",
        "create-admin",
        "--username",
        "admin",
        "--firstname",
        "a",
        "--lastname",
        "b",
        "--email",
        "a@b.c",
        "--password",
        "admin",
    ]);
    called(&["init"]);
    // a second import takes the place of the first
    called(&["import-dashboards", "-p", &bundle, "-u", "admin"]);
    called(&["import-dashboards", "-p", &bundle, "-u", "admin"]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/superset_witness.py");
    let said = superset(&[script, &published(), "11"]);
    let last = said.lines().last().unwrap_or_default();
    assert!(last.starts_with("10 dashboards, "), "{said}");
}

#[test]
fn the_same_tables_give_the_same_dashboards() {
    let folder = tempfile::tempdir().unwrap();
    let bundles = ["first.zip", "second.zip"].map(|name| {
        let path = folder.path().join(name);
        succeeded(&clientele(
            "superset",
            &["--out", &path.display().to_string()],
        ));
        std::fs::read(path).unwrap()
    });
    assert!(bundles[0].len() > 10_000 && bundles[0] == bundles[1]);
}
