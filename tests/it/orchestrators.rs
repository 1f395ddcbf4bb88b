//! The examples for orchestrators, run as far as the machine has them.

use crate::cli::{Place, text};
use std::path::PathBuf;
use std::process::Command;

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(example(name)).unwrap()
}

/// A command that finds the program and the job of `place`, and keeps its own things there.
fn command(program: &str, place: &Place) -> Command {
    let mut command = Command::new(program);
    command
        .env("CLIENTELE", env!("CARGO_BIN_EXE_clientele"))
        .env("CLIENTELE_JOB", place.path("job.yaml"))
        .env("AIRFLOW_HOME", place.path("airflow"))
        .env("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        .env("AIRFLOW__CORE__DAGS_FOLDER", example("airflow"))
        .env("DAGSTER_HOME", place.path(""))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

#[test]
fn airflow_runs_the_day_that_is_over() {
    let Some(python) = crate::python("CLIENTELE_AIRFLOW", "airflow") else {
        return;
    };
    let place = Place::small();
    let airflow = |arguments: &[&str]| {
        let out = command(&python, &place)
            .args(["-m", "airflow"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            out.status.success(),
            "{arguments:?}: {}{}",
            text(&out.stdout),
            text(&out.stderr)
        );
    };
    airflow(&["db", "migrate"]);
    airflow(&["dags", "test", "clientele_nightly", "2025-03-12"]);
    assert!(place.has("out/runs/run_date=2025-03-11/000001.json"));
}

#[test]
fn dagster_materialises_a_partition() {
    let Some(python) = crate::python("CLIENTELE_PYTHON", "dagster") else {
        return;
    };
    let place = Place::new();
    place.write_job("checks: {customers are known: {of: transactions, test: filled, columns: [customer_id], otherwise: warn}}\n");
    let definitions = example("dagster/definitions.py").display().to_string();
    let arguments = [
        "-m",
        "dagster",
        "asset",
        "materialize",
        "-f",
        &definitions,
        "--select",
        "*",
        "--partition",
        "2025-03-11",
    ];
    let out = command(&python, &place).args(arguments).output().unwrap();
    let said = text(&out.stdout) + &text(&out.stderr);
    assert!(out.status.success(), "{said}");
    assert!(
        place.has("out/runs/run_date=2025-03-11/000001.json"),
        "{said}"
    );
    for word in ["ASSET_MATERIALIZATION", "ASSET_CHECK_EVALUATION"] {
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn systemd_takes_the_units() {
    if Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_err()
    {
        eprintln!("skipped: there is no systemd-analyze");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for name in ["clientele@.service", "clientele@.timer"] {
        let unit = read(&format!("systemd/{name}"))
            .replace("/usr/local/bin/clientele", env!("CARGO_BIN_EXE_clientele"));
        std::fs::write(folder.path().join(name.replace('@', "@nightly")), unit).unwrap();
    }
    let units = ["clientele@nightly.service", "clientele@nightly.timer"]
        .map(|name| folder.path().join(name));
    let out = Command::new("systemd-analyze")
        .arg("verify")
        .args(units)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", text(&out.stderr));
}

#[test]
fn the_orchestrators_try_again_what_is_cured_by_it_and_nothing_else() {
    let not_again = [1, 2, 65, 76, 77, 78];
    let cron: serde_json::Value = serde_saphyr::from_str(&read("kubernetes/cronjob.yaml")).unwrap();
    let rules = &cron["spec"]["jobTemplate"]["spec"]["podFailurePolicy"]["rules"];
    assert_eq!(
        rules[0]["onExitCodes"]["values"],
        serde_json::json!(not_again)
    );
    let words = not_again.map(|code| code.to_string()).join(" ");
    assert!(
        read("systemd/clientele@.service").contains(&format!("RestartPreventExitStatus={words}\n"))
    );
}

#[test]
fn every_command_line_of_the_examples_and_of_operate_is_one_that_the_program_takes() {
    let place = Place::new();
    let operate = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operate.md");
    let operate = std::fs::read_to_string(operate).unwrap();
    let texts = [operate, read("crontab"), read("systemd/clientele@.service")];
    let mut seen = 0;
    for line in texts.iter().flat_map(|text| text.lines()) {
        let Some((_, called)) = line.split_once("clientele ") else {
            continue;
        };
        let called = called.split(['#', '`', '>']).next().unwrap();
        let flags: Vec<_> = called
            .split_whitespace()
            .filter(|word| word.starts_with("--"))
            .collect();
        if flags.is_empty() {
            continue;
        }
        let command = called.split_whitespace().next().unwrap();
        let help = text(&place.command(&[command, "--help"]).stdout);
        for flag in flags {
            assert!(help.contains(flag), "{line}: {command} has no {flag}");
            seen += 1;
        }
    }
    assert!(seen > 8, "{seen}");
}
