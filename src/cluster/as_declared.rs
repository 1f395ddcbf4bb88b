//! Batches as their plan declares them.
//!
//! A batch may say less of nulls than its plan: below a union each side keeps its own word. In one process nobody minds,
//! but a shuffle writes all batches under one schema.

use crate::stage::each_batch::Change;
use arrow::array::RecordBatch;
use datafusion::physical_plan::repartition::RepartitionExec;
use std::sync::Arc;

/// The rows under the schema of their plan, below every shuffle.
pub(super) static AS_DECLARED: Change = Change {
    name: "as declared",
    is_wanted_by: |step| step.is::<RepartitionExec>(),
    apply: |batch, declared| {
        let columns = batch.columns().to_vec();
        Ok(RecordBatch::try_new(Arc::clone(declared), columns)?)
    },
};
