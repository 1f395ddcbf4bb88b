//! Which tables are views, computed again for each that reads them.

use crate::plan::Step;
use datafusion::common::Result;
use datafusion::common::tree_node::TreeNode;
use datafusion::execution::context::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan};

/// Readers up to which a table that looks at one row at a time is a view: to write a line of transactions and to read it
/// back costs as much as cleaning it and finding its customer and its product three times.
const READERS_ROW_BY_ROW: usize = 4;

/// Whether the table of `step` and `plan` may as well be computed again for each of its readers. One that stands below
/// pieces is, however many they are: kept, it would hold all columns of all files, and no file could be read apart. What
/// only serves pieces is not counted, since a run says the same of its tables with pieces and without.
pub(super) fn serves(plan: &LogicalPlan, step: &Step, state: &SessionState) -> Result<bool> {
    let readers = step.readers - step.readers_for_pieces;
    let is_cheap = readers <= READERS_ROW_BY_ROW || step.is_below_pieces;
    Ok(readers <= 1 || (is_cheap && !is_better_kept(plan, state)?))
}

/// Whether computing `plan` again costs more than reading what it reads, or gives other rows.
pub(super) fn is_better_kept(plan: &LogicalPlan, state: &SessionState) -> Result<bool> {
    // what looks costly may be left out for the settings of the job
    let is_costly = !is_row_by_row(plan) && !is_row_by_row(&state.optimize(plan)?);
    Ok(is_costly || is_volatile(plan)?)
}

/// Whether no rows are put together: no sums, no windows, no sorting, also not in the views below it.
fn is_row_by_row(plan: &LogicalPlan) -> bool {
    let here = match plan {
        LogicalPlan::Projection(_)
        | LogicalPlan::Filter(_)
        | LogicalPlan::SubqueryAlias(_)
        | LogicalPlan::Join(_)
        | LogicalPlan::Union(_)
        | LogicalPlan::EmptyRelation(_) => true,
        LogicalPlan::TableScan(scan) => {
            let view = scan.source.get_logical_plan();
            view.is_none_or(|view| is_row_by_row(&view))
        }
        _ => false,
    };
    here && plan.inputs().into_iter().all(is_row_by_row)
}

/// As a table with `uuid()` in a column.
fn is_volatile(plan: &LogicalPlan) -> Result<bool> {
    plan.exists(|node| Ok(node.expressions().iter().any(Expr::is_volatile)))
}
