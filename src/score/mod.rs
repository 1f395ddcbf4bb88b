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

mod campaigns;
mod clumpiness;
mod columns;
mod drift;
mod features;
mod fits;
mod forecast;
mod patterns;
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
use futures::{Stream, StreamExt, TryStreamExt};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// Rows that a model looks at together where it looks at each by itself.
const TOGETHER: usize = 1 << 17;

/// Rows of a long answer in one batch.
const AT_ONCE: usize = 1 << 13;

/// What models that grow with the data may use.
#[derive(Debug, Clone)]
pub struct Room {
    /// Memory.
    pub memory_bytes: usize,
    /// Folder for what does not fit into it.
    pub scratch: PathBuf,
}

/// The models of a job.
#[must_use]
pub fn models(job: &Job, room: Room) -> Models {
    let job = Arc::new(job.clone());
    Arc::new(move |model, rows, given| answer(model, (&job, &room), rows, given))
}

fn answer(model: &str, (job, room): (&Arc<Job>, &Room), rows: Rows, given: Given) -> Result<Rows> {
    match model {
        "fit_purchases" => Ok(purchases::fit(rows, given, job)),
        "fit_spend" => Ok(purchases::fit_spend(rows, given, job)),
        "score_purchases" => purchases::score(rows, &given, job),
        "judge_purchases" => purchases::judge(rows, &given, job),
        "track_purchases" => purchases::track(rows, &given),
        "count_purchases" => purchases::count(rows, &given),
        "judge_clumpiness" => clumpiness::judge(rows),
        "mine_baskets" => patterns::mine_baskets(rows, &given, (job, room)),
        "find_rules" => patterns::find_rules(rows, &given, job),
        "mine_sequences" => patterns::mine_sequences(rows, &given, (job, room)),
        "find_sequence_rules" => patterns::find_sequence_rules(rows, &given, (job, room)),
        "cross_sell" => patterns::cross_sell(rows, &given, job),
        "judge_cross_sell" => patterns::judge_cross_sell(rows, &given, job),
        "next_purchases" => patterns::next_purchases(rows, &given, job),
        "compare_arms" => Ok(campaigns::compare_arms(rows, job)),
        "judge_referrals" => Ok(campaigns::judge(rows, given)),
        "credit_referrals" => Ok(campaigns::credit(rows, given, job)),
        "assign_arms" => Ok(campaigns::assign(rows, given, job)),
        "judge_uplift" => Ok(campaigns::judge_uplift(rows)),
        "size_tests" => Ok(campaigns::size_tests(rows, job)),
        "fit_segments" => Ok(segments::fit(rows, given, job)),
        "score_segments" => segments::score(rows, &given),
        "judge_segments" => segments::judge(rows, &given, job),
        "fit_propensities" => Ok(propensities::fit(rows, given, job)),
        "score_propensities" => propensities::score(rows, &given),
        "judge_propensities" => propensities::judge(rows, &given),
        "explain_propensities" => propensities::explain(rows, &given),
        "compare_propensities" => propensities::compare(rows, &given),
        "distribute" => Ok(drift::distribute(rows)),
        "compare_distributions" => Ok(drift::compare(rows, given)),
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

/// Rows by many, without parting those of equal `key`; they come sorted by it, which is checked: a sort that was lost on
/// the way would part a customer in two.
fn pieces(rows: Rows, key: &'static str) -> impl Stream<Item = Result<RecordBatch>> {
    let schema = rows.schema();
    let start = (
        Box::pin(together(rows)),
        RecordBatch::new_empty(schema.clone()),
    );
    futures::stream::try_unfold(start, move |(mut batches, mut rest)| {
        let schema = Arc::clone(&schema);
        async move {
            while let Some(more) = batches.try_next().await? {
                let all = concat_batches(&schema, [&rest].into_iter().chain(&more))?;
                let keys = columns::counts(&all, key)?;
                if !keys.is_sorted() {
                    let reason = format!("rows of a model must come sorted by {key}");
                    return Err(DataFusionError::Execution(reason));
                }
                let whole = keys.partition_point(|found| Some(found) < keys.last());
                rest = all.slice(whole, all.num_rows() - whole);
                if whole > 0 {
                    return Ok(Some((all.slice(0, whole), (batches, rest))));
                }
            }
            let none = rest.slice(0, 0);
            Ok((rest.num_rows() > 0).then_some((rest, (batches, none))))
        }
    })
}

/// A model that looks at the rows of each `key` by themselves, at many of them at a time; rows come sorted by it.
fn grouped(
    (rows, key): (Rows, &'static str),
    schema: &SchemaRef,
    model: impl Fn(&RecordBatch) -> Result<RecordBatch> + Send + Sync + 'static,
) -> Rows {
    let model = Arc::new(model);
    let answers = pieces(rows, key).and_then(move |piece| {
        let model = Arc::clone(&model);
        beside(move || model(&piece))
    });
    Box::pin(RecordBatchStreamAdapter::new(Arc::clone(schema), answers))
}

/// A model that takes rows in [`pieces`], keeps of them what it needs, and looks at that at the end, when the engine has
/// let go of the rows. Its answer is made as it is read.
fn gathered<S: Send + 'static, A>(
    (rows, key): (Rows, &'static str),
    schema: &SchemaRef,
    start: S,
    take: impl Fn(&mut S, &RecordBatch) -> Result<()> + Send + 'static,
    model: impl FnOnce(S) -> Result<A> + Send + 'static,
) -> Rows
where
    A: Iterator<Item = Result<RecordBatch>> + Send + 'static,
{
    let answer = async move {
        let mut state = start;
        {
            let mut pieces = Box::pin(pieces(rows, key));
            while let Some(piece) = pieces.try_next().await? {
                take(&mut state, &piece)?;
            }
        }
        let answer = beside(move || model(state)).await?;
        Ok::<_, DataFusionError>(futures::stream::iter(answer))
    };
    let answer = futures::stream::once(answer).try_flatten();
    Box::pin(RecordBatchStreamAdapter::new(Arc::clone(schema), answer))
}

/// An answer of so many rows, some at a time: whole, its texts would take many times what they are made from.
fn in_batches(
    rows: usize,
    batch: impl Fn(Range<usize>) -> Result<RecordBatch> + Send + 'static,
) -> impl Iterator<Item = Result<RecordBatch>> + Send + 'static {
    let starts = (0..rows).step_by(AT_ONCE);
    starts.map(move |start| batch(start..rows.min(start + AT_ONCE)))
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
