//! When a table need not be kept, although more than one reads it.

use datafusion::common::tree_node::TreeNode;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, LogicalPlan};

/// Whether a view of `plan` is as good as its rows: computing it again costs no more than reading it, and gives the same.
pub(super) fn is_as_good(plan: &LogicalPlan) -> Result<bool> {
    Ok(is_row_by_row(plan) && !is_volatile(plan)?)
}

/// No sums, no windows, no sorting, also not in the views below it.
fn is_row_by_row(plan: &LogicalPlan) -> bool {
    let here = matches!(
        plan,
        LogicalPlan::Projection(_)
            | LogicalPlan::Filter(_)
            | LogicalPlan::SubqueryAlias(_)
            | LogicalPlan::Join(_)
            | LogicalPlan::Union(_)
            | LogicalPlan::EmptyRelation(_)
            | LogicalPlan::TableScan(_)
    );
    here && plan.inputs().into_iter().all(is_row_by_row)
}

/// The table would be another one each time it is computed, as one with `uuid()` in a column.
fn is_volatile(plan: &LogicalPlan) -> Result<bool> {
    plan.exists(|node| Ok(node.expressions().iter().any(Expr::is_volatile)))
}
