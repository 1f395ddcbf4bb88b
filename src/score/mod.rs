//! `features.*` through a model to `scores.*`: the bridge between tables and the mathematics.
//!
//! A file in `sql/` names the model in its head. Its rows come here as they come from the engine; arithmetic runs beside
//! the engine's own threads.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts become floats and back, far below 2^53"
)]

mod columns;
mod features;
mod fits;
mod forecast;
mod propensities;
mod purchases;
mod segments;

use crate::job::Job;
use crate::stage::{Given, Models, Rows};
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use datafusion::error::{DataFusionError, Result};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::{StreamExt, TryStreamExt};
use std::sync::Arc;

/// Rows that a model looks at together where it looks at each by itself.
const TOGETHER: usize = 1 << 17;

/// The models of a job.
#[must_use]
pub fn models(job: &Job) -> Models {
    let job = Arc::new(job.clone());
    Arc::new(move |model, rows, given| answer(model, &job, rows, given))
}

fn answer(model: &str, job: &Arc<Job>, rows: Rows, given: Given) -> Result<Rows> {
    match model {
        "fit_purchases" => Ok(purchases::fit(rows, given, job)),
        "fit_spend" => Ok(purchases::fit_spend(rows, given, job)),
        "score_purchases" => purchases::score(rows, &given, job),
        "judge_purchases" => purchases::judge(rows, &given, job),
        "track_purchases" => purchases::track(rows, &given),
        "count_purchases" => purchases::count(rows, &given),
        "fit_segments" => Ok(segments::fit(rows, given, job)),
        "score_segments" => segments::score(rows, &given),
        "judge_segments" => segments::judge(rows, &given, job),
        "fit_propensities" => Ok(propensities::fit(rows, job)),
        "score_propensities" => propensities::score(rows, &given),
        "judge_propensities" => propensities::judge(rows, &given),
        "explain_propensities" => propensities::explain(rows, &given),
        "compare_propensities" => propensities::compare(rows, &given),
        "forecast_sales" => Ok(forecast::forecast(rows, job)),
        other => Err(DataFusionError::Plan(format!("there is no model {other}"))),
    }
}

/// A model that looks at all rows at once.
fn whole(
    rows: Rows,
    schema: &SchemaRef,
    model: impl FnOnce(&RecordBatch) -> Result<RecordBatch> + Send + 'static,
) -> Rows {
    let found = rows.schema();
    let answer = async move {
        let batches: Vec<RecordBatch> = rows.try_collect().await?;
        beside(move || model(&concat_batches(&found, &batches)?)).await
    };
    let answer = futures::stream::once(answer);
    Box::pin(RecordBatchStreamAdapter::new(Arc::clone(schema), answer))
}

/// A model that looks at each row by itself, at many at a time, so that what equal rows share is computed once.
fn each(
    rows: Rows,
    schema: &SchemaRef,
    model: impl Fn(&RecordBatch) -> Result<RecordBatch> + Send + Sync + 'static,
) -> Rows {
    let model = Arc::new(model);
    let found = rows.schema();
    let answers = together(rows).and_then(move |batches| {
        let (model, found) = (Arc::clone(&model), Arc::clone(&found));
        beside(move || model(&concat_batches(&found, &batches)?))
    });
    Box::pin(RecordBatchStreamAdapter::new(Arc::clone(schema), answers))
}

fn together(rows: Rows) -> impl futures::Stream<Item = Result<Vec<RecordBatch>>> {
    futures::stream::try_unfold(rows, |mut rows| async move {
        let (mut batches, mut count) = (Vec::new(), 0);
        while count < TOGETHER {
            let Some(batch) = rows.next().await.transpose()? else {
                break;
            };
            count += batch.num_rows();
            batches.push(batch);
        }
        Ok((count > 0).then_some((batches, rows)))
    })
}

/// Arithmetic would hold up the engine's own threads.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| DataFusionError::External(Box::new(error)))?
}

/// What a model says, as the engine passes it on.
fn said(error: clientele_model::Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
