//! A table that no query could make: the rows of its query go through a model.

use super::{Stage, query, reference, stage_error};
use crate::error::Result;
use crate::plan::{LAST, SqlFile, TableName};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::common::TableReference;
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::prelude::DataFrame;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows on their way.
pub type Rows = SendableRecordBatchStream;

/// Tables that a model is given whole, by name; one of the last run is missing if there was none.
pub type Given = BTreeMap<String, Vec<RecordBatch>>;

/// All models: a name, the rows of a query and the given tables become the rows of a table.
pub type Models = Arc<dyn Fn(&str, Rows, Given) -> datafusion::error::Result<Rows> + Send + Sync>;

impl Stage {
    /// The rows of `plan` through `model`.
    pub(super) async fn answer(
        &self,
        model: &str,
        file: &SqlFile,
        plan: LogicalPlan,
    ) -> Result<DataFrame> {
        let failed = |source| stage_error(file, source);
        let mut given = Given::new();
        for table in &file.head.given {
            if let Some(batches) = self.whole(table).await.map_err(failed)? {
                given.insert(table.to_string(), batches);
            }
        }
        let input = DataFrame::new(self.context.state(), plan);
        let (rows, _) = query::run(input).await.map_err(failed)?;
        let rows = (self.models)(model, rows, given).map_err(failed)?;
        let once = Once {
            schema: rows.schema(),
            rows: Mutex::new(Some(rows)),
        };
        let table = StreamingTable::try_new(Arc::clone(&once.schema), vec![Arc::new(once)]);
        table
            .and_then(|table| self.context.read_table(Arc::new(table)))
            .map_err(failed)
    }

    async fn whole(
        &self,
        table: &TableName,
    ) -> datafusion::error::Result<Option<Vec<RecordBatch>>> {
        if !self.context.table_exist(reference(table))? {
            return Ok(None);
        }
        let table = self.context.table(reference(table)).await?;
        query::all(table).await.map(Some)
    }

    /// In the first run nothing was published before: a query then finds its `last` tables empty.
    pub(super) async fn stand_in_for_the_last_run(&self, file: &SqlFile) -> Result<()> {
        let failed = |source| stage_error(file, source);
        let of_last = |table: &&TableName| table.schema == LAST && file.head.model.is_none();
        for last in file.reads.iter().filter(of_last) {
            if self.context.table_exist(reference(last)).map_err(failed)? {
                continue;
            }
            let now = file
                .reads
                .iter()
                .find(|table| table.schema != LAST && table.table == last.table);
            let Some(now) = now else { continue };
            let now = self.context.table(reference(now)).await.map_err(failed)?;
            let empty = MemTable::try_new(Arc::clone(now.schema().inner()), vec![vec![]]);
            let name = TableReference::partial(LAST, last.table.as_str());
            empty
                .and_then(|empty| self.context.register_table(name, Arc::new(empty)))
                .map_err(failed)?;
        }
        Ok(())
    }
}

/// Why a model gave no answer, if it was a model that failed.
pub(super) fn reason(error: &DataFusionError) -> Option<clientele_model::Error> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(reason) = error.downcast_ref::<clientele_model::Error>() {
            return Some(reason.clone());
        }
        next = error.source();
    }
    None
}

/// Rows that can be read once.
struct Once {
    schema: SchemaRef,
    rows: Mutex<Option<Rows>>,
}

impl fmt::Debug for Once {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Once")
    }
}

impl PartitionStream for Once {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> Rows {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.take().unwrap_or_else(|| {
            let none = futures::stream::empty();
            let schema = Arc::clone(&self.schema);
            Box::pin(datafusion::physical_plan::stream::RecordBatchStreamAdapter::new(schema, none))
        })
    }
}
