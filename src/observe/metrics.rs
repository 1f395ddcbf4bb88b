//! A file for the textfile collector of Prometheus, replaced in one step.
//!
//! A run that failed changes only its exit code, so that the age of the last success goes on growing.

use super::{Outcome, Started};
use crate::run::Summary;
use crate::stage::Verdict;
use std::fmt::Write;
use std::path::Path;

const EXIT_CODE: &str = "clientele_last_exit_code";

/// Writes what is known of the last run of a job.
pub(super) fn write(path: &Path, run: &Started, outcome: Outcome<'_>) -> std::io::Result<()> {
    let mut text = String::new();
    if let Ok(summary) = outcome {
        of_success(&mut text, summary);
    } else {
        let before = std::fs::read_to_string(path).unwrap_or_default();
        let kept = before.lines().filter(|line| !line.contains(EXIT_CODE));
        kept.for_each(|line| text.extend([line, "\n"]));
    }
    let code = outcome.err().map_or(0, crate::error::Error::exit_code);
    gauge(
        &mut text,
        EXIT_CODE,
        "Exit code of the last run.",
        &[(String::new(), f64::from(code))],
    );
    let staged = path.with_extension(format!("prom.{}", run.run_id));
    std::fs::write(&staged, text)?;
    std::fs::rename(&staged, path)
}

#[expect(clippy::cast_precision_loss, reason = "metrics are floats")]
fn of_success(text: &mut String, summary: &Summary) {
    let of_run = |value: f64| vec![(String::new(), value)];
    let of_tables = |of: fn(&crate::publish::OutputTable) -> u64| {
        let tables = summary.outputs.iter();
        tables
            .map(|table| (format!("{{table=\"{}\"}}", table.table), of(table) as f64))
            .collect::<Vec<_>>()
    };
    let of_sources = summary
        .inputs
        .iter()
        .filter_map(|input| Some((format!("{{source=\"{}\"}}", input.name), input.rows? as f64)));
    let date = summary
        .run_date
        .and_time(chrono::NaiveTime::MIN)
        .and_utc()
        .timestamp();
    let count = |verdict| {
        let findings = summary.quality.findings.iter();
        findings
            .filter(|finding| finding.verdict == verdict)
            .count() as f64
    };
    let verdicts = [Verdict::Passed, Verdict::Warned, Verdict::Rejected];
    let checks = verdicts.map(|verdict| {
        (
            format!("{{verdict=\"{}\"}}", verdict.word()),
            count(verdict),
        )
    });
    let now = chrono::Utc::now().timestamp();
    for (name, help, values) in [
        (
            "last_success_timestamp_seconds",
            "When the last run was published.",
            of_run(now as f64),
        ),
        (
            "last_run_date_timestamp_seconds",
            "Begin of its run date.",
            of_run(date as f64),
        ),
        (
            "last_run_duration_seconds",
            "How long it took.",
            of_run(summary.duration_seconds),
        ),
        (
            "last_run_peak_memory_bytes",
            "The most memory it held.",
            of_run(summary.peak_memory_bytes as f64),
        ),
        (
            "last_run_source_rows",
            "Rows of its sources.",
            of_sources.collect(),
        ),
        (
            "last_run_rows",
            "Rows of its tables.",
            of_tables(|table| table.rows),
        ),
        (
            "last_run_bytes",
            "Bytes of its tables.",
            of_tables(|table| table.bytes),
        ),
        (
            "last_run_checks",
            "Checks by what became of them.",
            checks.to_vec(),
        ),
    ] {
        gauge(text, &format!("clientele_{name}"), help, &values);
    }
}

fn gauge(text: &mut String, name: &str, help: &str, values: &[(String, f64)]) {
    // writing to a string does not fail
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
    for (labels, value) in values {
        let _ = writeln!(text, "{name}{labels} {value}");
    }
}
