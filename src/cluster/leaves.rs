//! Leaves of a plan that read nothing.
//!
//! Where a task of a union has nothing to do in one branch, the scheduler of version 55 puts an empty table in the place of
//! that branch's leaf. A table counts its rows and such a leaf does not, so that the counts of two tasks do not match;
//! then the scheduler drops the word that the second one is done, and the query never ends. So leaves are tables from the
//! start.

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::SchemaRef;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{Result, ScalarValue};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::placeholder_row::PlaceholderRowExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};
use std::sync::Arc;

/// Puts tables in the place of what reads nothing.
#[derive(Debug)]
pub(super) struct LeavesAsTables;

impl PhysicalOptimizerRule for LeavesAsTables {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let as_table = |node: Arc<dyn ExecutionPlan>| {
            let batches = if node.is::<EmptyExec>() {
                Vec::new()
            } else if node.is::<PlaceholderRowExec>() {
                vec![one_row(&node.schema())?]
            } else {
                return Ok(Transformed::no(node));
            };
            let partitions = vec![batches; node.output_partitioning().partition_count()];
            let table = MemorySourceConfig::try_new_exec(&partitions, node.schema(), None)?;
            Ok(Transformed::yes(table as Arc<dyn ExecutionPlan>))
        };
        plan.transform_up(as_table).data()
    }

    fn name(&self) -> &'static str {
        "leaves_as_tables"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn one_row(schema: &SchemaRef) -> Result<RecordBatch> {
    let columns = schema.fields().iter();
    // nobody reads what stands in it
    let columns = columns.map(|field| ScalarValue::new_default(field.data_type())?.to_array());
    let columns = columns.collect::<Result<Vec<_>>>()?;
    let one = RecordBatchOptions::new().with_row_count(Some(1));
    let row = RecordBatch::try_new_with_options(Arc::clone(schema), columns, &one)?;
    Ok(row)
}
