//! Parts of a query that stand in it more than once.
//!
//! The engine puts a `with` query in the place of each of its names, and a view in the place of its, and computes them as
//! often. What costs more than to read it back is computed once here, and kept like a table.

use super::keep::Place;
use super::{Stage, file_error, file_of, stage_error, view};
use crate::error::Result;
use crate::plan::Step;
use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::datasource::provider_as_source;
use datafusion::error::Result as EngineResult;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder, SubqueryAlias};
use datafusion::prelude::DataFrame;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A part that is kept as long as the table it is a part of.
#[derive(Debug, Clone)]
pub(super) struct Part {
    held_bytes: usize,
    file: Option<PathBuf>,
}

impl Stage {
    /// `plan` over the parts that it reads more than once; these are computed now and put behind `parts`.
    pub(super) async fn share(
        &mut self,
        step: &Step,
        mut plan: LogicalPlan,
        parts: &mut Vec<Part>,
    ) -> Result<LogicalPlan> {
        let failed = |source| stage_error(&step.file, source);
        while let Some(part) = self.repeated(&plan).map_err(failed)? {
            let whole = part.input.as_ref().clone();
            let whole = Box::pin(self.share(step, whole, parts)).await?;
            let table = &step.file.table;
            let name = format!("{}{}", parts_of(&table.to_string()), parts.len());
            let path = file_of(&self.scratch, table).with_file_name(format!("{name}.parquet"));
            let table = DataFrame::new(self.context.state(), whole);
            let place = Place {
                path,
                notes: None,
                check: None,
                has_file: false,
            };
            // the rows that are read for a part are not those of the table, of which is told
            let (kept, table) = self.compute(step, table, place, &|_| {}).await?;
            parts.push(Part {
                held_bytes: kept.held_bytes,
                file: kept.file.map(|file| file.path),
            });
            plan = over(plan, part, &name, table).map_err(failed)?;
        }
        Ok(plan)
    }

    /// Forgets parts whose table is there, or forgotten too.
    pub(super) fn forget_parts(&mut self, parts: &[Part]) -> Result<()> {
        for part in parts {
            self.room_bytes += part.held_bytes;
            if let Some(path) = &part.file {
                std::fs::remove_file(path).map_err(|source| file_error(path, source))?;
            }
        }
        Ok(())
    }

    /// A costly part that stands in `plan` more than once, not only within another such part. The smallest, since others
    /// may read it.
    fn repeated(&self, plan: &LogicalPlan) -> EngineResult<Option<SubqueryAlias>> {
        let mut counts = HashMap::new();
        count(plan, &mut counts);
        let mut found = Vec::new();
        self.outermost(plan, &counts, &mut found)?;
        let smallest = found.into_iter().min_by_key(|part| size(&part.input));
        Ok(smallest.cloned())
    }

    fn outermost<'p>(
        &self,
        plan: &'p LogicalPlan,
        counts: &HashMap<&LogicalPlan, usize>,
        found: &mut Vec<&'p SubqueryAlias>,
    ) -> EngineResult<()> {
        if let LogicalPlan::SubqueryAlias(part) = plan
            && counts.get(plan).is_some_and(|count| *count > 1)
            && view::is_better_kept(&part.input, &self.context.state())?
        {
            found.push(part);
            return Ok(());
        }
        inputs(plan)
            .into_iter()
            .try_for_each(|input| self.outermost(input, counts, found))
    }
}

/// How the names of the parts of `table` begin.
pub(super) fn parts_of(table: &str) -> String {
    format!("{}_part_", table.replace('.', "_"))
}

/// How often each named part stands in `plan`.
fn count<'p>(plan: &'p LogicalPlan, counts: &mut HashMap<&'p LogicalPlan, usize>) {
    if matches!(plan, LogicalPlan::SubqueryAlias(_)) {
        *counts.entry(plan).or_default() += 1;
    }
    for input in inputs(plan) {
        count(input, counts);
    }
}

fn size(plan: &LogicalPlan) -> usize {
    1 + inputs(plan).into_iter().map(size).sum::<usize>()
}

/// What `plan` reads; a recursive query is one piece, since its parts mean something else at every turn.
fn inputs(plan: &LogicalPlan) -> Vec<&LogicalPlan> {
    match plan {
        LogicalPlan::RecursiveQuery(_) => Vec::new(),
        other => other.inputs(),
    }
}

/// `plan` with `table` in every place of `part`, in the types that were computed: those of a plan that is not analysed yet may
/// be wrong, as of a `case` whose first answer is a whole number. Its name is its own, since the engine takes scans of one
/// name for the same.
fn over(
    plan: LogicalPlan,
    part: SubqueryAlias,
    name: &str,
    table: Arc<dyn TableProvider>,
) -> EngineResult<LogicalPlan> {
    let scan = LogicalPlanBuilder::scan(name, provider_as_source(table), None)?;
    let scan = scan.alias(part.alias.clone())?.build()?;
    let part = LogicalPlan::SubqueryAlias(part);
    let put = |node: LogicalPlan| {
        Ok(if node == part {
            Transformed::new(scan.clone(), true, TreeNodeRecursion::Jump)
        } else {
            Transformed::no(node)
        })
    };
    let plan = plan.transform_down(put).data()?;
    // columns that cannot be null may be known to be so no longer
    plan.transform_up(|node| node.recompute_schema().map(Transformed::yes))
        .data()
}
