//! The tables of a run, one after the other, each kept as long as somebody still reads it.

use super::pieces::Pieces;
use super::resume::{Already, Resume};
use super::summary::{Quality, StepSummary, Summary};
use super::{News, told};
use crate::error::Result;
use crate::job::OutputFormat;
use crate::plan::{Plan, Step, TableName};
use crate::publish::{self, OutputTable, Ready, failpoint};
use crate::stage::{Computed, Finding, Notes, Stage, Verdict};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::time::Instant;

/// What tables are made by, and who is told.
pub(super) struct Maker<'run> {
    pub(super) plan: &'run Plan,
    pub(super) resume: &'run Resume,
    pub(super) format: OutputFormat,
    /// What is kept from night to night, if the job keeps it.
    pub(super) pieces: Option<&'run Pieces<'run>>,
    pub(super) tell: &'run dyn Fn(News<'_>),
}

impl Maker<'_> {
    /// Makes every table in its turn, checks what can be checked, and forgets what nobody reads any more.
    pub(super) async fn make_all(
        &self,
        stage: &mut Stage,
        summary: &mut Summary,
    ) -> Result<Vec<Ready>> {
        let mut ready = Vec::new();
        let mut shelved = Shelf::default();
        for (position, step) in self.plan.steps.iter().enumerate() {
            (self.tell)(News::Begun(step, position + 1, self.plan.steps.len()));
            let begun = Instant::now();
            if step.tells_of_the_run() {
                summary.quality.hold()?;
                told::register(stage, self.plan, summary)?;
            }
            let computed = self.make(step, stage, summary).await?;
            if let Some(table) = ready_table(step, &computed, summary.run_date, self.format) {
                summary
                    .columns
                    .insert(table.table.table.clone(), computed.columns.clone());
                summary.outputs.push(table.table.clone());
                ready.push(table);
            }
            summary.quality.add(stage, step, &summary.inputs).await?;
            self.resume.note(step, &computed)?;
            let rows_in = told::rows_in(self.plan, step, summary);
            let made = StepSummary::new(step, rows_in, &computed, begun.elapsed());
            (self.tell)(News::Made(&made));
            summary.steps.push(made);
            failpoint::pass("made", position);
            shelved.put(step, computed, stage)?;
        }
        summary.quality.hold()?;
        if let Some(pieces) = self.pieces {
            pieces.used(&summary.run_id, &summary.pieces_used).await?;
        }
        Ok(ready)
    }

    /// The table of `step`, with its checks; as an earlier run made it if it need not be made.
    async fn make(
        &self,
        step: &Step,
        stage: &mut Stage,
        summary: &mut Summary,
    ) -> Result<Computed> {
        let already = self.resume.already(step);
        if already.is_some() {
            summary.resumed.push(step.file.table.published());
        }
        let computed = match already {
            Some(Already::There(computed)) => stage.adopt(step, computed)?,
            Some(Already::NotNeeded(computed)) => computed,
            None => {
                let computed = self.compute(step, stage, summary).await?;
                for promise in &step.promises {
                    stage.verify(promise).await?;
                }
                computed
            }
        };
        check(step, stage, &mut summary.quality).await?;
        Ok(computed)
    }
}

impl Maker<'_> {
    /// The table of `step`, of what is kept of it as far as that goes.
    async fn compute(
        &self,
        step: &Step,
        stage: &mut Stage,
        summary: &mut Summary,
    ) -> Result<Computed> {
        let told = |progress| (self.tell)(News::Read(progress));
        let notes = step.is_published.then(|| notes(step, summary.run_date));
        if let Some(pieces) = self.pieces {
            if let Some(found) = pieces.make(stage, step, notes.clone(), &told).await? {
                summary.pieces.push(found.told);
                summary.pieces_used.extend(found.used);
                return Ok(found.computed);
            }
            summary.pieces.extend(pieces.whole(step));
        }
        stage.make(step, notes, &told).await
    }
}

/// Looks at the sources, and stops before the first table if they are not as the job wants them.
pub(super) async fn judge_sources(plan: &Plan, stage: &Stage, quality: &mut Quality) -> Result<()> {
    for gate in &plan.gates {
        quality.note(stage.judge(gate).await?);
    }
    quality.hold()?;
    stage.reject(&plan.gates).await
}

/// What is known of the table of `step` once it is there: its key was checked while it was made, its promises after it.
async fn check(step: &Step, stage: &Stage, quality: &mut Quality) -> Result<()> {
    let table = step.file.table.published();
    let key = step.file.head.key.join(", ");
    if step.is_published && !key.is_empty() {
        quality.note(held(format!("one row per {key}"), "key", &table, &key));
    }
    for promise in &step.promises {
        quality.note(held(promise.claim(), "promise", &table, ""));
    }
    for gate in &step.gates {
        quality.note(stage.judge(gate).await?);
    }
    Ok(())
}

/// What is found of a claim whose breach would have stopped the run.
fn held(name: String, kind: &'static str, of: &str, columns: &str) -> Finding {
    Finding {
        name,
        kind,
        of: of.to_owned(),
        test: if kind == "key" { "unique" } else { "holds" },
        columns: columns.to_owned(),
        rows: None,
        broken: None,
        observed: None,
        otherwise: "fail",
        verdict: Verdict::Passed,
    }
}

/// The tables made so far and how many readers each still has.
#[derive(Default)]
struct Shelf<'plan>(Vec<(&'plan Step, Computed, usize)>);

impl<'plan> Shelf<'plan> {
    fn put(&mut self, step: &'plan Step, computed: Computed, stage: &mut Stage) -> Result<()> {
        let is_view = computed.rows.is_none();
        // until its promises are checked and its own reads are done, the table is read by itself
        self.0.push((step, computed, step.readers + 1));
        for promise in &step.promises {
            self.have_been_read(&promise.reads, stage)?;
        }
        for gate in &step.gates {
            self.have_been_read(&gate.reads(), stage)?;
        }
        if !is_view {
            self.have_been_read(&step.file.reads, stage)?;
        }
        self.have_been_read(&BTreeSet::from([step.file.table.clone()]), stage)
    }

    /// One reader less for each of `tables`. A view reads its tables until its own last reader is done.
    fn have_been_read(&mut self, tables: &BTreeSet<TableName>, stage: &mut Stage) -> Result<()> {
        for table in tables {
            let found = self
                .0
                .iter_mut()
                .find(|(step, ..)| step.file.table == *table);
            let Some((step, computed, readers)) = found else {
                continue;
            };
            *readers -= 1;
            if *readers > 0 {
                continue;
            }
            stage.forget(step, computed)?;
            if computed.rows.is_none() {
                let below = step.file.reads.clone();
                self.have_been_read(&below, stage)?;
            }
        }
        Ok(())
    }
}

fn notes(step: &Step, run_date: NaiveDate) -> Notes {
    let pair = |key: &str, value: String| (format!("clientele.{key}"), value);
    Notes {
        pairs: vec![
            pair("table", step.file.table.published()),
            pair("run_date", run_date.to_string()),
            (publish::ABOUT.to_owned(), step.file.head.about.clone()),
        ],
        sorted_by: step.file.head.key.clone(),
        comments: step.file.head.columns.clone(),
    }
}

fn ready_table(
    step: &Step,
    computed: &Computed,
    run_date: NaiveDate,
    format: OutputFormat,
) -> Option<Ready> {
    let file = computed.file.as_ref().filter(|_| step.is_published)?;
    let name = step.file.table.published();
    let table = OutputTable {
        path: publish::table_path(format, &name, run_date, &file.sha256),
        table: name,
        rows: computed.rows.unwrap_or_default(),
        bytes: file.bytes,
        sha256: file.sha256.clone(),
        version: None,
    };
    Some(Ready {
        staged: file.path.clone(),
        table,
    })
}
