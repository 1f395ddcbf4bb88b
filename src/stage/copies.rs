//! Copies of rows before they are sorted.
//!
//! A sum over groups hands its result on as slices of one large batch, and a sort of version 55 counts the whole of it
//! for every slice: it believes the memory full and spills what would fit many times over.

use arrow::array::{Array, AsArray, MutableArrayData, RecordBatch, make_array};
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties,
    ReplaceChildrenOptions,
};
use futures::StreamExt;
use std::fmt;
use std::sync::Arc;

/// Puts copies below every sort.
#[derive(Debug)]
pub(super) struct CopyBeforeSort;

impl PhysicalOptimizerRule for CopyBeforeSort {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let copying = |node: Arc<dyn ExecutionPlan>| {
            let Some(sort) = node.downcast_ref::<SortExec>() else {
                return Ok(Transformed::no(node));
            };
            let input = Arc::new(Copies(Arc::clone(sort.input())));
            let keep = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Keep);
            node.replace_children(vec![input], keep)
                .map(Transformed::yes)
        };
        plan.transform_up(copying).data()
    }

    fn name(&self) -> &'static str {
        "copy_before_sort"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The rows of its input in memory of their own.
#[derive(Debug)]
pub(crate) struct Copies(pub(crate) Arc<dyn ExecutionPlan>);

impl DisplayAs for Copies {
    fn fmt_as(&self, _: DisplayFormatType, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Copies")
    }
}

impl ExecutionPlan for Copies {
    fn name(&self) -> &'static str {
        "Copies"
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
        let schema = rows.schema();
        let copied = rows.map(|batch| copy(&batch?));
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, copied)))
    }
}

fn copy(batch: &RecordBatch) -> Result<RecordBatch> {
    let copied = batch.columns().iter().map(|column| {
        let slice = column.to_data();
        let mut own = MutableArrayData::new(vec![&slice], false, slice.len());
        own.try_extend(0, 0, slice.len())?;
        let own = make_array(own.freeze());
        // texts of more than a few letters lie elsewhere and are copied apart
        Ok(match own.as_string_view_opt() {
            Some(texts) => Arc::new(texts.gc()),
            None => own,
        })
    });
    let copied = copied.collect::<Result<Vec<_>>>()?;
    Ok(RecordBatch::try_new(batch.schema(), copied)?)
}
