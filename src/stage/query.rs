//! A query as it runs: joins hash one side of theirs if memory holds it, and sort both sides if not.

use super::{Progress, Rows};
use crate::error;
use arrow::array::RecordBatch;
use datafusion::error::Result;
use datafusion::physical_plan::common::collect;
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::DataFrame;
use futures::{StreamExt, TryFutureExt, stream};
use std::sync::{Arc, Mutex, PoisonError};

/// The plan by which the rows of a query come.
#[derive(Clone)]
pub(super) struct Running(Arc<Mutex<Arc<dyn ExecutionPlan>>>);

impl Running {
    pub(super) fn progress(&self) -> Progress {
        let plan = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Progress::of(plan.as_ref())
    }

    fn goes_on_by(&self, plan: Arc<dyn ExecutionPlan>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = plan;
    }
}

/// The rows of `query`. Hash joins do not spill: one that finds no memory before there is a first row is no error, but
/// all joins then sort their sides, which spills.
pub(super) async fn run(query: DataFrame) -> Result<(Rows, Running)> {
    let task = Arc::new(query.task_ctx());
    let sorting = joined_by_sorting(query.clone());
    let plan = query.create_physical_plan().await?;
    let may_sort = has_hash_join(plan.as_ref());
    let mut rows = execute_stream(Arc::clone(&plan), Arc::clone(&task))?;
    let schema = rows.schema();
    let running = Running(Arc::new(Mutex::new(plan)));
    let told = running.clone();
    let rows = async move {
        let rows: Rows = match rows.next().await {
            Some(Err(error)) if may_sort && error::lacks_memory(&error) => {
                drop(rows);
                let plan = sorting.create_physical_plan().await?;
                told.goes_on_by(Arc::clone(&plan));
                execute_stream(plan, task)?
            }
            first => {
                let schema = rows.schema();
                let rows = stream::iter(first).chain(rows);
                Box::pin(RecordBatchStreamAdapter::new(schema, rows))
            }
        };
        Ok(rows)
    };
    let rows = RecordBatchStreamAdapter::new(schema, rows.try_flatten_stream());
    Ok((Box::pin(rows), running))
}

/// All rows of `query`.
pub(super) async fn all(query: DataFrame) -> Result<Vec<RecordBatch>> {
    collect(run(query).await?.0).await
}

fn joined_by_sorting(query: DataFrame) -> DataFrame {
    let (mut session, plan) = query.into_parts();
    let options = session.config_mut().options_mut();
    options.optimizer.prefer_hash_join = false;
    // the planner joins by sorting only where there are parts to join
    options.execution.target_partitions = options.execution.target_partitions.max(2);
    DataFrame::new(session, plan)
}

fn has_hash_join(plan: &dyn ExecutionPlan) -> bool {
    let mut inputs = plan.children().into_iter();
    plan.is::<HashJoinExec>() || inputs.any(|input| has_hash_join(input.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::error::lacks_memory;
    use crate::stage::session::{self, Settings};
    use arrow::util::pretty::pretty_format_batches;

    const JOIN: &str = "
        with texts as (
            select value, arrow_cast(repeat(cast(value as text), 40), 'Utf8') as text from generate_series(100001, 700000)
        )
        select count(*) as pairs, min(few.text) = max(many.text) as is_one, max(length(many.text)) as longest
        from texts as few inner join texts as many on few.value = many.value";

    async fn joined(query_bytes: usize, threads: usize) -> String {
        let scratch = tempfile::tempdir().unwrap();
        let settings = Settings {
            threads,
            query_bytes,
            process_bytes: usize::MAX,
            scratch: scratch.path().to_path_buf(),
            time_zone: chrono_tz::UTC,
            day_starts_at_hour: 0,
            cluster: None,
        };
        let context = session::open(&settings, ["public"]).unwrap();
        // as small a part of the memory as in a run
        let batches = context
            .sql("set datafusion.execution.batch_size = 1024")
            .await;
        batches.unwrap().collect().await.unwrap();
        let hashing = context.sql(JOIN).await.unwrap().collect().await;
        let does_not_fit = hashing.is_err_and(|error| lacks_memory(&error));
        let query = context.sql(JOIN).await.unwrap();
        let rows = all(query).await.unwrap();
        format!("{does_not_fit}\n{}", pretty_format_batches(&rows).unwrap())
    }

    #[tokio::test]
    async fn a_join_gives_the_same_whether_memory_holds_a_side_or_not() {
        let plenty = joined(1 << 30, 2).await;
        assert!(plenty.contains("| 600000 | false  | 240     |"), "{plenty}");
        let of_a_side_too_large = plenty.replace("false\n", "true\n");
        for threads in [1, 2] {
            assert_eq!(joined(128 << 20, threads).await, of_a_side_too_large);
        }
    }
}
