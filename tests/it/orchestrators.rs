//! The examples for orchestrators, run as far as the machine has them.

use crate::cli::{Place, text};
use serde_json::json;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(example(name)).unwrap()
}

/// The folder of its own that a test's orchestrator keeps its things in, and its variables.
fn variables(place: &Place) -> Vec<(&'static str, String)> {
    let of = |name: &str| place.path(name);
    let dags = example("airflow").display().to_string();
    vec![
        ("CLIENTELE", env!("CARGO_BIN_EXE_clientele").to_owned()),
        ("CLIENTELE_JOB", of("job.yaml")),
        ("AIRFLOW_HOME", of("airflow")),
        // its parts write to one file, and each waits for the others
        (
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
            format!("sqlite:///{}?timeout=300", of("airflow/airflow.db")),
        ),
        ("AIRFLOW__CORE__LOAD_EXAMPLES", "False".to_owned()),
        ("AIRFLOW__CORE__DAGS_FOLDER", dags.clone()),
        ("PYTHONPATH", dags),
        ("DAGSTER_HOME", of("")),
        ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
    ]
}

/// A command that finds the program and the job of `place`.
fn command(program: &str, place: &Place) -> Command {
    let mut command = Command::new(program);
    command.envs(variables(place));
    command
}

/// An Airflow with a database of its own.
struct Airflow {
    python: String,
    place: Place,
}

impl Airflow {
    /// Nothing where the machine has no Airflow.
    fn of(place: impl Fn() -> Place) -> Option<Self> {
        let python = crate::python("CLIENTELE_AIRFLOW", "airflow")?;
        let airflow = Self {
            python,
            place: place(),
        };
        let out = airflow.command(&["db", "migrate"]).output().unwrap();
        assert!(out.status.success(), "{}", text(&out.stderr));
        Some(airflow)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(&self.python, &self.place);
        // its parts call each other by name
        let folder = Path::new(&self.python).parent().unwrap().display();
        let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
        command
            .env("PATH", path)
            .args(["-m", "airflow"])
            .args(arguments);
        command
    }

    /// Runs the example for a date, without a server.
    fn test(&self, date: &str) -> Output {
        let begun = Instant::now();
        let out = self
            .command(&["dags", "test", "clientele_nightly", date])
            .output()
            .unwrap();
        eprintln!("airflow dags test: {:.0} s", begun.elapsed().as_secs_f64());
        out
    }

    /// As [`Self::test`], but only for so long, and once.
    fn test_impatiently(&self, date: &str, seconds: &str) -> Output {
        let dags = self.place.path("dags");
        std::fs::create_dir_all(&dags).unwrap();
        let script = include_str!("airflow_impatient.py");
        std::fs::write(format!("{dags}/impatient.py"), script).unwrap();
        let mut command = self.command(&["dags", "test", "clientele_nightly", date]);
        command
            .env("AIRFLOW__CORE__DAGS_FOLDER", dags)
            .env("PATIENCE_SECONDS", seconds);
        command.output().unwrap()
    }

    /// What its database says, a value a line.
    fn ask(&self, sql: &str) -> String {
        let script = "import sqlite3, sys\nfor row in sqlite3.connect(sys.argv[1], timeout=300).execute(sys.argv[2]): print(*row)";
        let file = self.place.path("airflow/airflow.db");
        let out = Command::new(&self.python)
            .args(["-c", script, &file, sql])
            .output()
            .unwrap();
        assert!(out.status.success(), "{}", text(&out.stderr));
        text(&out.stdout).trim().to_owned()
    }

    fn state(&self) -> String {
        self.ask("select state from task_instance order by start_date desc limit 1")
    }

    /// What the run handed on to the tasks behind it.
    fn summary(&self) -> serde_json::Value {
        let sql =
            "select value from xcom where key = 'return_value' order by timestamp desc limit 1";
        serde_json::from_str(&self.ask(sql)).unwrap()
    }
}

fn said(out: &Output) -> String {
    text(&out.stdout) + &text(&out.stderr)
}

#[test]
fn airflow_runs_the_day_that_is_over_and_hands_the_summary_on() {
    let Some(airflow) = Airflow::of(Place::small) else {
        return;
    };
    let out = airflow.test("2025-03-12");
    assert!(out.status.success(), "{}", said(&out));
    let summary = airflow.summary();
    assert_eq!(
        (&summary["status"], &summary["run_date"]),
        (&json!("published"), &json!("2025-03-11"))
    );
    assert_eq!(summary["outputs"].as_array().unwrap().len(), 8);
    let entry = airflow
        .place
        .path("out/runs/run_date=2025-03-11/000001.json");
    let entry: serde_json::Value = serde_json::from_slice(&std::fs::read(entry).unwrap()).unwrap();
    let by = &entry["started_by"];
    assert_eq!(
        (&by["airflow_dag_id"], &by["airflow_task_id"]),
        (&json!("clientele_nightly"), &json!("run"))
    );
    assert_eq!(
        (&by["airflow_try_number"], by.as_object().unwrap().len()),
        (&json!("1"), 5)
    );
}

#[test]
fn airflow_skips_a_day_without_input() {
    let Some(airflow) = Airflow::of(Place::small) else {
        return;
    };
    std::fs::remove_file(airflow.place.path("transactions.csv")).unwrap();
    let out = airflow.test("2025-03-12");
    assert!(out.status.success(), "{}", said(&out));
    assert_eq!(airflow.state(), "skipped", "{}", said(&out));
}

#[test]
fn a_run_that_airflow_stops_publishes_nothing_and_the_next_try_goes_on_from_there() {
    let Some(airflow) = Airflow::of(Place::large) else {
        return;
    };
    let out = airflow.test_impatiently("2026-01-01", "12");
    assert_eq!(
        (out.status.success(), airflow.state().as_str()),
        (false, "failed"),
        "{}",
        said(&out)
    );
    // it is told to stop, and does so in its own time
    let locks =
        || std::fs::read_dir(airflow.place.path("out/locks/2025-12-31")).map_or(0, Iterator::count);
    let asked = Instant::now();
    while locks() > 0 {
        assert!(asked.elapsed() < Duration::from_secs(15), "{}", said(&out));
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(!airflow.place.has("out/runs"));
    let out = airflow.test("2026-01-01");
    assert!(out.status.success(), "{}", said(&out));
    let resumed = airflow.summary()["resumed"].as_array().map_or(0, Vec::len);
    assert!(resumed > 0, "{}", said(&out));
}

#[test]
fn airflow_backfills_dates() {
    const PATIENCE: Duration = Duration::from_mins(10);
    let Some(airflow) = Airflow::of(Place::small) else {
        return;
    };
    let port = || {
        std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port()
            .to_string()
    };
    let [api, worker, trigger] = [port(), port(), port()];
    let execution = format!("http://localhost:{api}/execution/");
    let command = |arguments: &[&str]| {
        let mut command = airflow.command(arguments);
        command
            .env("AIRFLOW__API__PORT", &api)
            .env("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", &execution)
            .env("AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT", &worker)
            .env("AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT", &trigger)
            .env("AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION", "False");
        command
    };
    let log = std::fs::File::create(airflow.place.path("standalone.log")).unwrap();
    let begun = Instant::now();
    let server = command(&["standalone"])
        .process_group(0)
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn();
    let _server = Group(server.unwrap());
    let wait_until = |is_so: &dyn Fn() -> bool| {
        while !is_so() {
            let log = || std::fs::read_to_string(airflow.place.path("standalone.log")).unwrap();
            assert!(begun.elapsed() < PATIENCE, "{}", log());
            std::thread::sleep(Duration::from_millis(500));
        }
    };
    wait_until(&|| airflow.ask("select count(*) from serialized_dag") == "1");
    let dates = [
        "--from-date",
        "2025-03-11",
        "--to-date",
        "2025-03-13",
        "--max-active-runs",
        "2",
    ];
    let arguments = [
        &["backfill", "create", "--dag-id", "clientele_nightly"][..],
        &dates,
    ]
    .concat();
    let out = command(&arguments).output().unwrap();
    assert!(out.status.success(), "{}", said(&out));
    let is_there = |date: &str| {
        airflow
            .place
            .has(&format!("out/runs/run_date={date}/000001.json"))
    };
    wait_until(&|| {
        ["2025-03-10", "2025-03-11"]
            .iter()
            .all(|date| is_there(date))
    });
    eprintln!(
        "airflow standalone and a backfill of two dates: {:.0} s",
        begun.elapsed().as_secs_f64()
    );
    assert!(
        !is_there("2025-03-12"),
        "a run begins at four, after the midnight of --to-date"
    );
}

/// A process and all that it started, which end with the test.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        for signal in ["-TERM", "-KILL"] {
            let _ = Command::new("kill").args([signal, "--", &group]).status();
            std::thread::sleep(Duration::from_secs(2));
        }
        let _ = self.0.wait();
    }
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
    let begun = Instant::now();
    let out = command(&python, &place).args(arguments).output().unwrap();
    eprintln!(
        "dagster asset materialize: {:.0} s",
        begun.elapsed().as_secs_f64()
    );
    let said = said(&out);
    assert!(out.status.success(), "{said}");
    assert!(
        place.has("out/runs/run_date=2025-03-11/000001.json"),
        "{said}"
    );
    let entry = place.path("out/runs/run_date=2025-03-11/000001.json");
    let entry: serde_json::Value = serde_json::from_slice(&std::fs::read(entry).unwrap()).unwrap();
    assert!(entry["started_by"]["dagster_run_id"].is_string(), "{entry}");
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

/// A text of the examples, with the places of a test.
fn at(place: &Place, text: &str) -> String {
    text.replace("/usr/local/bin/clientele", env!("CARGO_BIN_EXE_clientele"))
        .replace("/etc/clientele/nightly.yaml", &place.path("job.yaml"))
        .replace("/etc/clientele/%i.yaml", &place.path("job.yaml"))
        .replace("/var/lib/clientele", &place.path(""))
        .replace("/var/log", &place.path(""))
}

/// Runs a command of the examples as a scheduler does, that is, with nearly no environment.
fn scheduled(command: &str, variables: &[(&str, &str)]) -> Output {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", command])
        .env_clear()
        .env("PATH", "/usr/bin:/bin");
    shell.envs(variables.iter().copied()).output().unwrap()
}

#[test]
fn the_line_for_cron_runs_as_it_stands() {
    let place = Place::small();
    let crontab = read("crontab");
    let line = crontab.lines().find(|line| !line.starts_with('#')).unwrap();
    let fields: Vec<_> = line.splitn(6, ' ').collect();
    assert_eq!(fields[..5], ["0", "4", "*", "*", "*"]);
    assert!(!fields[5].contains('%'), "cron ends a command there");
    let out = scheduled(&at(&place, fields[5]), &[]);
    let read = |name: &str| std::fs::read_to_string(place.path(name)).unwrap();
    assert!(out.status.success(), "{}", read("clientele.jsonl"));
    assert_eq!(said(&out), "", "cron sends a letter for every word");
    let summary: serde_json::Value = serde_json::from_str(&read("summary.json")).unwrap();
    assert_eq!(summary["status"], "published");
    for line in read("clientele.jsonl").lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["run_id"], summary["run_id"], "{line}");
    }
}

#[test]
fn the_commands_of_systemd_and_kubernetes_run_as_they_stand() {
    let place = Place::small();
    let unit = read("systemd/clientele@.service");
    let start = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="))
        .unwrap();
    let out = scheduled(&at(&place, start), &[]);
    assert!(out.status.success(), "{}", said(&out));
    let cron = cronjob();
    let container = &cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0];
    let arguments: Vec<_> = container["args"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect();
    let start = at(
        &place,
        &format!("/usr/local/bin/clientele {}", arguments.join(" ")),
    );
    let name = container["env"][0]["name"].as_str().unwrap();
    let out = scheduled(&start, &[(name, &place.path("scratch"))]);
    assert!(out.status.success(), "{}", said(&out));
    assert!(place.has("scratch"), "what the variable names is used");
}

fn cronjob() -> serde_json::Value {
    serde_saphyr::from_str(&read("kubernetes/cronjob.yaml")).unwrap()
}

#[test]
fn kubernetes_takes_the_job() {
    let Some(python) = crate::python("CLIENTELE_PYTHON", "kubernetes_validate") else {
        return;
    };
    let program = Path::new(&python).with_file_name("kubernetes-validate");
    // the oldest in which the pod failure policy is stable, and the newest that is known
    for version in [&["-k", "1.31"][..], &[]] {
        let job = example("kubernetes/cronjob.yaml");
        let out = Command::new(&program)
            .arg("--strict")
            .args(version)
            .arg(job)
            .output()
            .unwrap();
        assert!(out.status.success(), "{}", said(&out));
    }
}

/// The instructions of the Dockerfile: name and arguments.
fn instructions() -> Vec<(String, String)> {
    let text = read("Dockerfile");
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            line.split_once(' ')
                .map(|(name, rest)| (name.to_owned(), rest.to_owned()))
                .unwrap()
        })
        .collect()
}

#[test]
fn the_image_is_made_of_what_the_program_needs_and_does_not_run_as_root() {
    let all = instructions();
    let last = all.iter().rposition(|(name, _)| name == "FROM").unwrap();
    let (build, image) = all.split_at(last);
    let of = |part: &[(String, String)], name: &str| {
        let found = part.iter().filter(|(found, _)| found == name);
        found.map(|(_, rest)| rest.clone()).collect::<Vec<_>>()
    };
    // cargo finds a whole package in what is copied, and the program what it reads at compile time
    let folder = tempfile::tempdir().unwrap();
    for copied in of(build, "COPY") {
        let words: Vec<_> = copied.split(' ').collect();
        let (to, from) = words.split_last().unwrap();
        for from in from {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(from);
            let out = Command::new("cp")
                .arg("-r")
                .arg(from)
                .arg(folder.path().join(to))
                .output()
                .unwrap();
            assert!(out.status.success(), "{}", said(&out));
        }
    }
    let cargo = of(build, "RUN").pop().unwrap();
    assert!(
        cargo.ends_with("--locked --all-features --bin clientele"),
        "{cargo}"
    );
    // the crates of this platform alone: those of the others a machine need not have
    let out = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--depth", "0"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", said(&out));
    for needed in [
        "sql/clean/transactions.sql",
        "jobs/defaults.yaml",
        "build.rs",
    ] {
        assert!(folder.path().join(needed).exists(), "{needed}");
    }
    // a number, so that Kubernetes can tell that it is not root
    let user: u32 = of(image, "USER")[0]
        .split(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let pod = cronjob();
    let pod = &pod["spec"]["jobTemplate"]["spec"]["template"]["spec"]["securityContext"];
    assert!(user > 0 && pod["runAsUser"] == user, "{pod}");
    // a list, so that signals reach the program and no shell
    let start: Vec<String> = serde_json::from_str(&of(image, "ENTRYPOINT")[0]).unwrap();
    let [copied] = of(image, "COPY").try_into().unwrap();
    assert_eq!(
        copied,
        format!("--from=build /source/target/release/clientele {}", start[0])
    );
}

#[test]
fn a_linter_of_dockerfiles_finds_no_fault() {
    let Some(python) = crate::python("CLIENTELE_PYTHON", "kubernetes_validate") else {
        return;
    };
    let linter = Path::new(&python).with_file_name("hadolint");
    let out = Command::new(linter)
        .arg(example("Dockerfile"))
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", said(&out));
}

#[test]
fn the_orchestrators_try_again_what_is_cured_by_it_and_nothing_else() {
    let not_again = [1, 2, 65, 76, 77, 78];
    let cron = cronjob();
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
