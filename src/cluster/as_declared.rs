//! Batches as their plan declares them.
//!
//! A batch may say less of nulls than its plan: below a union each side keeps its own word. In one process nobody minds,
//! but a shuffle writes all batches under one schema.

use arrow::array::RecordBatch;
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties,
    ReplaceChildrenOptions,
};
use futures::StreamExt;
use std::fmt;
use std::sync::Arc;

/// Puts that below every shuffle.
#[derive(Debug)]
pub(super) struct DeclareBeforeShuffle;

impl PhysicalOptimizerRule for DeclareBeforeShuffle {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let declaring = |node: Arc<dyn ExecutionPlan>| {
            let Some(shuffle) = node.downcast_ref::<RepartitionExec>() else {
                return Ok(Transformed::no(node));
            };
            let input = Arc::new(AsDeclared(Arc::clone(shuffle.input())));
            let keep = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Keep);
            node.replace_children(vec![input], keep)
                .map(Transformed::yes)
        };
        plan.transform_up(declaring).data()
    }

    fn name(&self) -> &'static str {
        "declare_before_shuffle"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The batches of its input under the schema of its input.
#[derive(Debug)]
pub(super) struct AsDeclared(pub(super) Arc<dyn ExecutionPlan>);

impl DisplayAs for AsDeclared {
    fn fmt_as(&self, _: DisplayFormatType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("AsDeclared")
    }
}

impl ExecutionPlan for AsDeclared {
    fn name(&self) -> &'static str {
        "AsDeclared"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.0.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.0]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self(children.swap_remove(0))))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let rows = self.0.execute(partition, context)?;
        let (schema, declared) = (self.schema(), self.schema());
        let rows = rows.map(move |batch| {
            let columns = batch?.columns().to_vec();
            Ok(RecordBatch::try_new(Arc::clone(&schema), columns)?)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(declared, rows)))
    }
}
