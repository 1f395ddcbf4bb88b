//! Steps of a plan that change one batch at a time, put below the steps that want it so.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties,
    ReplaceChildrenOptions,
};
use futures::StreamExt;
use std::fmt;
use std::sync::Arc;

/// A change, and where it is wanted.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) name: &'static str,
    /// Whether a step, which has one input, wants its batches changed.
    pub(crate) is_wanted_by: fn(&dyn ExecutionPlan) -> bool,
    /// The batch as it is to be, given the schema that the plan declares.
    pub(crate) apply: fn(&RecordBatch, &SchemaRef) -> Result<RecordBatch>,
}

/// Puts a change below every step that wants it.
#[derive(Debug)]
pub(crate) struct PutBelow(pub(crate) &'static Change);

impl PhysicalOptimizerRule for PutBelow {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let change = |node: Arc<dyn ExecutionPlan>| {
            if !(self.0.is_wanted_by)(node.as_ref()) {
                return Ok(Transformed::no(node));
            }
            let inputs = node.children().into_iter();
            let inputs = inputs.map(|input| EachBatch::over(self.0, Arc::clone(input)));
            let inputs = inputs.collect();
            let keep = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Keep);
            node.replace_children(inputs, keep).map(Transformed::yes)
        };
        plan.transform_up(change).data()
    }

    fn name(&self) -> &str {
        self.0.name
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The batches of its input, changed.
#[derive(Debug)]
pub(crate) struct EachBatch {
    pub(crate) change: &'static Change,
    input: Arc<dyn ExecutionPlan>,
}

impl EachBatch {
    pub(crate) fn over(
        change: &'static Change,
        input: Arc<dyn ExecutionPlan>,
    ) -> Arc<dyn ExecutionPlan> {
        Arc::new(Self { change, input })
    }
}

impl DisplayAs for EachBatch {
    fn fmt_as(&self, _: DisplayFormatType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "EachBatch: {}", self.change.name)
    }
}

impl ExecutionPlan for EachBatch {
    fn name(&self) -> &'static str {
        "EachBatch"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
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
        Ok(Self::over(self.change, children.swap_remove(0)))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let rows = self.input.execute(partition, context)?;
        let (apply, declared) = (self.change.apply, self.schema());
        let changed = rows.map(move |batch| apply(&batch?, &declared));
        let schema = self.schema();
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, changed)))
    }
}
