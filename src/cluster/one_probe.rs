//! Nested loops on a cluster.
//!
//! A nested loop that gives rows for what its left side did not find remembers that side's hits for all parts of the
//! right side together. Tasks of a cluster cannot remember together, so one of them gets the whole right side.

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{JoinType, Result};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::joins::NestedLoopJoinExec;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, ExecutionPlan, ExecutionPlanProperties, ReplaceChildrenOptions,
};
use std::sync::Arc;

/// Brings the right side of such a join together.
#[derive(Debug)]
pub(super) struct OneProbe;

impl PhysicalOptimizerRule for OneProbe {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let together = |node: Arc<dyn ExecutionPlan>| {
            let Some(join) = node.downcast_ref::<NestedLoopJoinExec>() else {
                return Ok(Transformed::no(node));
            };
            let right = join.right();
            if !remembers_left(*join.join_type())
                || right.output_partitioning().partition_count() == 1
            {
                return Ok(Transformed::no(node));
            }
            let whole = Arc::new(CoalescePartitionsExec::new(Arc::clone(right)));
            let children = vec![Arc::clone(join.left()), whole as Arc<dyn ExecutionPlan>];
            let anew = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
            node.replace_children(children, anew).map(Transformed::yes)
        };
        plan.transform_up(together).data()
    }

    fn name(&self) -> &'static str {
        "one_probe"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn remembers_left(join: JoinType) -> bool {
    !matches!(
        join,
        JoinType::Inner
            | JoinType::Right
            | JoinType::RightSemi
            | JoinType::RightAnti
            | JoinType::RightMark
    )
}
