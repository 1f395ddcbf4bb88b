//! The program as an operator meets it: exit codes, the last line, signals, two runs at once.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

fn clientele() -> Command {
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

    fn start(&self) -> Child {
        clientele()
            .args(["run", &self.path("job.yaml")])
            .spawn()
            .unwrap()
    }

    /// Waits until a run has the lock of its date.
    fn wait_until_at_work(&self) {
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

    fn staging_is_empty(&self) -> bool {
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
