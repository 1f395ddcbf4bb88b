//! The driver's side of a query on the cluster: handed in, waited for, fetched, cleared away.

use crate::error::ClusterLost;
use arrow::array::RecordBatch;
use ballista_core::client::BallistaClient;
use ballista_core::config::BallistaConfig;
use ballista_core::error::BallistaError;
use ballista_core::serde::protobuf::execute_query_params::Query as Plan;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use ballista_core::serde::protobuf::{
    CancelJobParams, CleanJobDataParams, ExecuteQueryParams, GetJobStatusParams, KeyValuePair,
    PartitionLocation, execute_query_result, job_status,
};
use ballista_core::serde::scheduler::PartitionId;
use ballista_core::utils::{GrpcClientConfig, create_grpc_client_endpoint};
use ballista_core::version;
use datafusion::common::{DataFusionError, Result, exec_datafusion_err, exec_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use futures::stream::BoxStream;
use futures::{FutureExt, Stream, StreamExt, TryStreamExt, stream};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

/// Time between two questions whether a query is done.
const TICK: Duration = Duration::from_millis(50);

/// How often a query is handed in before its loss is told.
const ATTEMPTS: usize = 3;

/// Bytes of an answer that are fetched before any is handed on: up to then a lost executor is made good by asking anew.
const HELD_BYTES: usize = 64 << 20;

/// A plan with the settings it runs under.
#[derive(Debug, Clone)]
pub(super) struct Query(ExecuteQueryParams);

impl Query {
    pub(super) fn new(context: &TaskContext, plan: Vec<u8>) -> Self {
        let settings = context.session_config().options().entries().into_iter();
        let settings = settings.map(|entry| KeyValuePair {
            key: entry.key,
            value: entry.value,
        });
        Self(ExecuteQueryParams {
            session_id: context.session_id(),
            settings: settings.collect(),
            operation_id: uuid::Uuid::now_v7().to_string(),
            query: Some(Plan::PhysicalPlan(plan)),
        })
    }
}

/// Asks one scheduler.
#[derive(Debug)]
pub(super) struct Client {
    scheduler: String,
    patience: Duration,
    channel: OnceLock<Channel>,
}

type Scheduler = SchedulerGrpcClient<Channel>;

impl Client {
    pub(super) fn new(scheduler: &str, patience: Duration) -> Self {
        Self {
            scheduler: scheduler.to_owned(),
            patience,
            channel: OnceLock::new(),
        }
    }

    /// The rows of `query`.
    pub(super) fn rows(
        self: Arc<Self>,
        query: Query,
    ) -> impl Stream<Item = Result<RecordBatch>> + Send + 'static {
        let client = Arc::clone(&self);
        let rows = async move {
            let mut attempt = 1;
            loop {
                match client.begin(query.clone()).await {
                    Err(error) if attempt < ATTEMPTS && is_loss(&error) => attempt += 1,
                    begun => break begun,
                }
            }
        };
        let told = move |error| {
            if is_loss(&error) {
                self.lost(error.to_string())
            } else {
                error
            }
        };
        rows.into_stream().try_flatten().map_err(told)
    }

    /// Runs the query, and fetches the first of its rows.
    async fn begin(&self, query: Query) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let mut job = self.hand_in(query).await?;
        let waited = tokio::time::timeout(self.patience, self.wait(&mut job)).await;
        let parts = waited.unwrap_or_else(|_| {
            let seconds = self.patience.as_secs();
            Err(self.lost(format!("a query has taken longer than {seconds} seconds")))
        })?;
        job.is_done = true;
        let mut rows = stream::iter(parts).then(fetch).try_flatten().boxed();
        let (mut held, mut bytes) = (Vec::new(), 0);
        while bytes < HELD_BYTES {
            let Some(batch) = rows.next().await.transpose()? else {
                break;
            };
            bytes += batch.get_array_memory_size();
            held.push(Ok(batch));
        }
        let rows = stream::iter(held).chain(rows);
        // executors keep the answer as long as the job is held
        Ok(rows.inspect(move |_| _ = &job).boxed())
    }

    async fn hand_in(&self, query: Query) -> Result<Job> {
        let mut scheduler = self.scheduler()?;
        let mut request = Request::new(query.0);
        version::insert_version_header(request.metadata_mut());
        let answer = scheduler.execute_query(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?;
        match answer.into_inner().result {
            Some(execute_query_result::Result::Success(taken)) => Ok(Job {
                scheduler,
                id: taken.job_id,
                is_done: false,
            }),
            refused => exec_err!("the scheduler does not take the query: {refused:?}"),
        }
    }

    /// Where the parts of the answer are, once it is there.
    async fn wait(&self, job: &mut Job) -> Result<Vec<PartitionLocation>> {
        loop {
            let question = GetJobStatusParams {
                job_id: job.id.clone(),
            };
            let answer = job.scheduler.get_job_status(question).await;
            let answer = answer.map_err(|status| self.refused(&status))?;
            let status = answer.into_inner().status.and_then(|status| status.status);
            match status {
                Some(job_status::Status::Failed(failed)) => {
                    job.is_done = true;
                    return Err(exec_datafusion_err!("{}", failed.error));
                }
                Some(job_status::Status::Successful(done)) => return Ok(done.partition_location),
                _ => tokio::time::sleep(TICK).await,
            }
        }
    }

    fn scheduler(&self) -> Result<Scheduler> {
        let most = super::MESSAGE_BYTES as usize;
        Ok(SchedulerGrpcClient::new(self.channel()?)
            .max_encoding_message_size(most)
            .max_decoding_message_size(most))
    }

    /// The connection, which is made with the first question and made anew when it breaks.
    fn channel(&self) -> Result<Channel> {
        if let Some(channel) = self.channel.get() {
            return Ok(channel.clone());
        }
        let config = GrpcClientConfig::from(&BallistaConfig::default());
        let url = format!("http://{}", self.scheduler);
        let endpoint = create_grpc_client_endpoint(url, Some(&config));
        let endpoint = endpoint.map_err(|error| self.lost(error.to_string()))?;
        Ok(self.channel.get_or_init(|| endpoint.connect_lazy()).clone())
    }

    fn refused(&self, status: &Status) -> DataFusionError {
        match status.code() {
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Unknown => {
                self.lost(told(status))
            }
            _ => exec_datafusion_err!("{}", status.message()),
        }
    }

    fn lost(&self, reason: String) -> DataFusionError {
        DataFusionError::External(Box::new(ClusterLost {
            scheduler: self.scheduler.clone(),
            reason,
        }))
    }
}

/// A status with what stands behind it.
fn told(status: &Status) -> String {
    let mut text = status.message().to_owned();
    let mut cause = std::error::Error::source(status);
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}

/// Whether an executor was lost with rows that others were to read.
fn is_loss(error: &DataFusionError) -> bool {
    match error {
        DataFusionError::External(error) => matches!(
            error.downcast_ref::<BallistaError>(),
            Some(
                BallistaError::FetchFailed(..)
                    | BallistaError::GrpcActionError(_)
                    | BallistaError::GrpcConnectionError(_)
                    | BallistaError::TonicError(_)
                    | BallistaError::GrpcError(_)
            )
        ),
        _ => false,
    }
}

/// The rows of one part of an answer, from the executor that has them.
async fn fetch(location: PartitionLocation) -> Result<SendableRecordBatchStream> {
    let layout = location.layout();
    let (Some(executor), Some(id)) = (location.executor_meta, location.partition_id) else {
        return exec_err!("the scheduler does not say where a part of the answer is");
    };
    let port = u16::try_from(executor.port).unwrap_or_default();
    let config = GrpcClientConfig::from(&BallistaConfig::default());
    let (retries, wait) = (config.io_retries_times, config.io_retry_wait_time_ms);
    let most = super::MESSAGE_BYTES as usize;
    let client =
        BallistaClient::try_new(&executor.host, port, most, false, None, retries, wait, 0, 0);
    let mut client = client.await.map_err(BallistaError::into_datafusion)?;
    let id: PartitionId = id.into();
    let rows = client.fetch_partition(&executor.id, &id, location.file_id, layout, true);
    rows.await.map_err(BallistaError::into_datafusion)
}

/// A query that the scheduler has taken. When nobody waits for it any more it is called off, or its answer forgotten.
struct Job {
    scheduler: Scheduler,
    id: String,
    is_done: bool,
}

impl Drop for Job {
    fn drop(&mut self) {
        let mut scheduler = self.scheduler.clone();
        let (job_id, is_done) = (std::mem::take(&mut self.id), self.is_done);
        aside(async move {
            if is_done {
                let forgotten = CleanJobDataParams {
                    job_id,
                    remove_stage_ids: Vec::new(),
                };
                let _ = scheduler.clean_job_data(forgotten).await;
            } else {
                let _ = scheduler.cancel_job(CancelJobParams { job_id }).await;
            }
        });
    }
}

/// Does what nobody waits for.
fn aside(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(work);
    }
}
