//! The program as an operator meets it: exit codes, the last line, the commands.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

pub(crate) fn clientele() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clientele"));
    command
        .env("CI", "true")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("transactions.csv"),
            crate::shop::TRANSACTIONS,
        )
        .unwrap();
        let place = Self { folder };
        place.write_job("");
        place
    }

    /// Eight tables that take no time.
    pub(crate) fn small() -> Self {
        let place = Self::new();
        let job = place.path("job.yaml");
        let publish = "publish: [base.orders, base.customers, base.source_balance, base.source_days, \
             base.rejected_lines, base.checks, base.run_summary, value.concentration]";
        let text = std::fs::read_to_string(&job).unwrap();
        let text = text.replace("output: {", &format!("output: {{{publish}, "));
        std::fs::write(job, text).unwrap();
        place
    }

    /// A shop large enough to be interrupted.
    pub(crate) fn large() -> Self {
        let place = Self::new();
        let shop = place.path("shop");
        let out = clientele()
            .args(["generate", &shop, "--lines", "200000"])
            .output()
            .unwrap();
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
        let columns = format!(
            "sources: {{transactions: {{url: {shop}/transactions/, date_partition: month}}}}\n\
             output: {{url: {}}}\nrun_date: 2025-12-31\n",
            place.path("out")
        );
        std::fs::write(place.folder.path().join("job.yaml"), columns).unwrap();
        place
    }

    pub(crate) fn write_job(&self, more: &str) {
        let text = format!(
            "sources: {{transactions: {{url: {}}}}}\noutput: {{url: {}}}\nrun_date: 2025-12-31\n{more}",
            self.path("transactions.csv"),
            self.path("out")
        );
        std::fs::write(self.folder.path().join("job.yaml"), text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_in(&[], arguments)
    }

    /// A run with more variables in its environment.
    pub(crate) fn run_in(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
        clientele()
            .args(["run", &self.path("job.yaml")])
            .args(arguments)
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    /// Any command.
    pub(crate) fn command(&self, arguments: &[&str]) -> Output {
        let here = self.folder.path();
        clientele()
            .args(arguments)
            .current_dir(here)
            .output()
            .unwrap()
    }

    pub(crate) fn start(&self) -> Child {
        clientele()
            .args(["run", &self.path("job.yaml")])
            .spawn()
            .unwrap()
    }

    /// Waits until a run has the lock of its date.
    pub(crate) fn wait_until_at_work(&self) {
        let is_locked = || {
            let locks = std::fs::read_dir(self.path("out/locks/2025-12-31"));
            locks.is_ok_and(|mut entries| entries.next().is_some())
        };
        while !is_locked() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        Path::new(&self.path(name)).exists()
    }

    pub(crate) fn staging_is_empty(&self) -> bool {
        std::fs::read_dir(self.path("out/.staging"))
            .map_or(true, |mut entries| entries.next().is_none())
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_last_line_is_the_summary() {
    let place = Place::new();
    let out = place.run(&["--summary-file", &place.path("summary.json")]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let line = text(&out.stdout);
    let summary: serde_json::Value = serde_json::from_str(line.lines().last().unwrap()).unwrap();
    assert_eq!(summary["status"], "published");
    assert_eq!(
        std::fs::read_to_string(place.path("summary.json")).unwrap(),
        line.trim_end()
    );
    assert!(place.has("out/tables/value/concentration/run_date=2025-12-31/part-0.parquet"));
    assert!(place.staging_is_empty());
}

#[test]
fn a_backfill_includes_both_ends() {
    let place = Place::small();
    let out = place.run(&["--from", "2025-03-10", "--to", "2025-03-12"]);
    let said = text(&out.stdout);
    let lines: Vec<serde_json::Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 4, "{}", text(&out.stderr));
    assert_eq!(lines[2]["run_date"], "2025-03-12");
    assert_eq!(lines[3]["dates"][2]["status"], "published");
    for day in ["10", "11", "12"] {
        assert!(place.has(&format!("out/runs/run_date=2025-03-{day}/000001.json")));
    }
}

#[test]
fn a_date_that_fails_is_told_and_the_others_are_published() {
    let place = Place::small();
    let fresh = "checks.fresh={of: transactions, test: fresh, columns: [ordered_at], max: 0, otherwise: fail}";
    let out = place.run(&["--from", "2025-03-09", "--to", "2025-03-11", "--set", fresh]);
    assert_eq!(out.status.code(), Some(65));
    let said = text(&out.stdout);
    let last: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    let codes: Vec<_> = last["dates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|date| date["exit_code"].as_u64().unwrap())
        .collect();
    assert_eq!(codes, [65, 65, 0], "{last}");
    assert!(place.has("out/runs/run_date=2025-03-11/000001.json"));
    assert!(!place.has("out/runs/run_date=2025-03-10"));
}

#[test]
fn log_lines_can_be_json() {
    let place = Place::new();
    let out = place.run(&["--log-format", "json"]);
    let lines: Vec<serde_json::Value> = text(&out.stderr)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        lines
            .iter()
            .any(|line| line["table"] == "entities.orders" && line["rows"] == 5),
        "{lines:?}"
    );
    let summary: serde_json::Value = serde_json::from_str(text(&out.stdout).trim()).unwrap();
    assert!(
        lines.iter().all(|line| line["run_id"] == summary["run_id"]),
        "{lines:?}"
    );
}

#[test]
fn each_fault_has_its_exit_code_its_place_and_its_cure() {
    let place = Place::new();
    let code = |out: &Output| out.status.code().unwrap();
    let bad = place.run(&["--set", "parameters.window_days=0"]);
    assert_eq!(code(&bad), 78);
    assert!(
        text(&bad.stderr).contains("parameters.window_days"),
        "{}",
        text(&bad.stderr)
    );
    let no_job = clientele().args(["run", "nowhere.yaml"]).output().unwrap();
    assert_eq!(code(&no_job), 66);
    assert!(text(&no_job.stderr).contains("nowhere.yaml"));
    assert_eq!(code(&clientele().args(["run"]).output().unwrap()), 2);
    assert_eq!(code(&place.run(&["--select", "nothing_like_it"])), 2);
    assert_eq!(code(&place.run(&["--run-date", "2999-01-01"])), 66);
    let away = ["--set", "sources.transactions.url=/nowhere/at/all/"];
    let no_input = place.run(&away);
    assert_eq!(code(&no_input), 66);
    assert!(text(&no_input.stderr).contains("hint:"));
    assert_eq!(
        code(&place.run(&[&away[..], &["--skip-when-no-input"]].concat())),
        99
    );
    assert!(!place.has("out/tables"));
}

#[test]
fn a_place_that_cannot_be_written_is_told() {
    let place = Place::new();
    std::fs::write(place.path("out"), "a file, and no folder").unwrap();
    let out = place.run(&[]);
    assert!(
        [74, 77].contains(&out.status.code().unwrap()),
        "{}",
        text(&out.stderr)
    );
    assert!(text(&out.stderr).contains(&place.path("out")));
}

#[test]
fn a_full_disk_is_told_and_leaves_the_last_good_output() {
    let place = Place::new();
    assert!(place.run(&[]).status.success());
    let before = std::fs::read(place.path("out/latest/base/customers.parquet")).unwrap();
    let out = place.run(&[
        "--set",
        "resources.scratch=/dev/full",
        "--set",
        "parameters.margin_rate=0.5",
    ]);
    assert!(
        [74, 77].contains(&out.status.code().unwrap()),
        "{}",
        text(&out.stderr)
    );
    let small = place.path("small");
    std::fs::create_dir(&small).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs", &small])
        .status();
    if mounted.is_ok_and(|status| status.success()) {
        let out = place.run(&[
            "--set",
            &format!("resources.scratch={small}"),
            "--set",
            "parameters.margin_rate=0.5",
        ]);
        let _ = Command::new("umount").arg(&small).status();
        assert_eq!(out.status.code(), Some(74), "{}", text(&out.stderr));
        assert!(
            text(&out.stderr).contains("the disk is full"),
            "{}",
            text(&out.stderr)
        );
    }
    assert_eq!(
        std::fs::read(place.path("out/latest/base/customers.parquet")).unwrap(),
        before
    );
}

#[test]
fn the_other_commands_answer() {
    let place = Place::new();
    let job = place.path("job.yaml");
    let said = |arguments: &[&str]| {
        let out = clientele().args(arguments).output().unwrap();
        assert!(out.status.success(), "{arguments:?}: {}", text(&out.stderr));
        text(&out.stdout)
    };
    assert!(said(&["schema"]).contains("json-schema.org"));
    assert!(said(&["completions", "bash"]).contains("clientele"));
    assert!(said(&["check", &job]).contains("1 files are as declared"));
    assert!(said(&["docs", "value"]).contains("| `gini` |"));
    let plan = said(&["plan", &job]);
    assert!(
        plan.contains("value.concentration") && plan.contains("transactions"),
        "{plan}"
    );
    place.run(&["--set", "output.report=true"]);
    assert!(place.has("out/reports/run_date=2025-12-31/report.html"));
    assert!(said(&["report", &job]).ends_with("reports/run_date=2025-12-31/report.html\n"));
    let rows = said(&[
        "show",
        &job,
        "base.orders",
        "--where",
        "customer_id = 'anna'",
        "--top",
        "1",
    ]);
    assert_eq!(rows.lines().count(), 2, "{rows}");
    let sum = said(&[
        "query",
        &job,
        "select sum(order_count) as orders from base.customers",
    ]);
    assert_eq!(sum, "orders\n     5\n");
    assert!(said(&["show", &job]).contains("out/latest/"));
    assert!(said(&["docs", "value", "--format", "html"]).starts_with("<!DOCTYPE html>"));
    for wrong in [
        ["show", &job, "base.order"],
        ["query", &job, "drop table base.orders"],
    ] {
        let out = clientele().args(wrong).output().unwrap();
        assert_eq!(out.status.code(), Some(2), "{}", text(&out.stderr));
    }
    assert!(said(&["gc", &job, "--dry-run"]).contains("orphans"));
}

#[test]
fn an_executor_is_not_started_with_memory_or_an_address_that_nobody_can_read() {
    for (option, value, cure) in [
        ("--memory-limit", "plenty", "4GiB"),
        ("--bind", "somewhere", "0.0.0.0:50050"),
    ] {
        let out = clientele()
            .args(["executor", "--scheduler", "127.0.0.1:1", "--work-dir", "/"])
            .args([option, value])
            .output()
            .unwrap();
        let said = text(&out.stderr);
        assert_eq!(out.status.code(), Some(2), "{said}");
        assert!(said.contains(value) && said.contains(cure), "{said}");
    }
}
