//! What a run says of itself as tables: `run.checks`, `run.steps`.

use super::summary::Summary;
use crate::error::Result;
use crate::plan::{Plan, Step};
use crate::stage::{Finding, Stage, Verdict};
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use std::sync::Arc;

/// Makes the tables known as they are now.
pub(super) fn register(stage: &Stage, plan: &Plan, summary: &Summary) -> Result<()> {
    stage.tell("checks", checks(&summary.quality.findings))?;
    stage.tell("steps", steps(plan, summary))
}

type Batch = arrow::error::Result<RecordBatch>;

fn texts<'t>(values: impl Iterator<Item = Option<&'t str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn numbers(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

fn checks(findings: &[Finding]) -> Batch {
    let text = |of: fn(&Finding) -> &str| texts(findings.iter().map(|finding| Some(of(finding))));
    let number = |of: fn(&Finding) -> Option<i64>| numbers(findings.iter().map(of));
    let observed = findings.iter().map(|finding| finding.observed);
    RecordBatch::try_from_iter_with_nullable([
        ("check_name", text(|finding| &finding.name), true),
        ("kind", text(|finding| finding.kind), true),
        ("table_name", text(|finding| &finding.of), true),
        ("test", text(|finding| finding.test), true),
        ("column_names", text(|finding| &finding.columns), true),
        ("row_count", number(|finding| finding.rows), true),
        ("broken_count", number(|finding| finding.broken), true),
        (
            "observed",
            Arc::new(observed.collect::<Float64Array>()),
            true,
        ),
        ("otherwise", text(|finding| finding.otherwise), true),
        ("verdict", text(|finding| finding.verdict.word()), true),
    ])
}

/// One step as a row.
struct Row<'run> {
    step: &'run str,
    kind: &'static str,
    rows_in: Option<u64>,
    rows: Option<u64>,
    bytes: Option<u64>,
    checks: (usize, usize),
    skipped: Option<&'run str>,
}

fn steps(plan: &Plan, summary: &Summary) -> Batch {
    let findings = &summary.quality.findings;
    let judged = |name: &str| {
        let of = findings.iter().filter(|finding| finding.of == name);
        let (passed, told): (Vec<_>, Vec<_>) =
            of.partition(|finding| finding.verdict == Verdict::Passed);
        (passed.len(), told.len())
    };
    let sources = summary.inputs.iter().map(|input| Row {
        step: input.name,
        kind: "source",
        rows_in: None,
        rows: None,
        bytes: None,
        checks: judged(input.name),
        skipped: None,
    });
    let published = |step: &Step| step.file.table.published();
    let names: Vec<String> = plan.steps.iter().map(published).collect();
    let steps = summary.steps.iter().zip(&plan.steps).zip(&names);
    // no table tells whether there was a cache
    let steps = steps.filter(|((_, step), _)| !step.is_for_pieces);
    let made = steps.map(|((made, step), name)| Row {
        step: name,
        kind: match made.rows {
            None => "view",
            Some(_) if step.is_published => "table",
            Some(_) => "shared",
        },
        rows_in: made.rows_in,
        rows: made.rows,
        bytes: made.bytes.filter(|_| step.is_published),
        checks: judged(name),
        skipped: None,
    });
    let skipped = plan.skipped.iter().map(|skipped| Row {
        step: &skipped.table,
        kind: "skipped",
        rows_in: None,
        rows: None,
        bytes: None,
        checks: (0, 0),
        skipped: Some(&skipped.lacks),
    });
    batch(&sources.chain(made).chain(skipped).collect::<Vec<_>>())
}

fn batch(rows: &[Row<'_>]) -> Batch {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let number =
        |of: fn(&Row<'_>) -> Option<u64>| numbers(rows.iter().map(|row| of(row).map(whole)));
    RecordBatch::try_from_iter_with_nullable([
        ("step", texts(rows.iter().map(|row| Some(row.step))), true),
        (
            "step_kind",
            texts(rows.iter().map(|row| Some(row.kind))),
            true,
        ),
        ("row_count_in", number(|row| row.rows_in), true),
        ("row_count", number(|row| row.rows), true),
        ("file_bytes", number(|row| row.bytes), true),
        (
            "passed_count",
            number(|row| Some(row.checks.0 as u64)),
            true,
        ),
        (
            "warned_count",
            number(|row| Some(row.checks.1 as u64)),
            true,
        ),
        (
            "skipped_reason",
            texts(rows.iter().map(|row| row.skipped)),
            true,
        ),
    ])
}

/// Rows of the tables that `step` reads, if all of them are known. Those of a source are not: its files may have rows
/// later than the run date, which no table may tell of.
pub(super) fn rows_in(plan: &Plan, step: &Step, summary: &Summary) -> Option<u64> {
    let for_pieces = plan.steps.iter().filter(|step| step.is_for_pieces);
    let for_pieces: Vec<_> = for_pieces.map(|step| &step.file.table).collect();
    let reads = step
        .file
        .reads
        .iter()
        .filter(|table| !for_pieces.contains(table));
    let rows = reads.map(|table| {
        let mut steps = summary.steps.iter();
        let step = steps.find(|step| step.table == table.to_string());
        step.and_then(|step| step.rows)
    });
    rows.sum()
}
