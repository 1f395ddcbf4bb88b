//! `clientele scheduler` and `clientele executor`.
//!
//! Executors ask for work, and plans are not changed on the way: under any other settings of version 55 a query hangs
//! when an executor dies.

use super::codec::Codec;
use super::stores::{NeverRead, OwnStores, StoreOptions};
use super::{MESSAGE_BYTES, without_what_spans_stages};
use crate::error::{ClusterLost, Error, Result};
use crate::executor::Executor;
use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::error::BallistaError;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::SessionConfig;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Seconds without a word from an executor after which its work is given to others.
const SILENCE_SECONDS: u64 = 10;

/// Seconds between two looks whether an executor is silent.
const LOOK_SECONDS: u64 = 2;

/// Seconds to wait for another executor when the last one is gone.
const NOBODY_SECONDS: u64 = 60;

/// Seconds for which answers that nobody fetches are kept.
const ANSWER_SECONDS: u64 = 600;

/// Seconds for which an executor looks for its scheduler at the start.
const SEARCH_SECONDS: u16 = 60;

/// Seconds after which an executor clears away what nobody has told it to.
const FORGOTTEN_SECONDS: u64 = 24 * 3600;

/// Serves as the scheduler until the process is stopped.
///
/// # Errors
/// When the address cannot be taken.
pub(crate) async fn schedule(bind: SocketAddr) -> Result<()> {
    let config = SchedulerConfig {
        bind_host: bind.ip().to_string(),
        bind_port: bind.port(),
        external_host: bind.ip().to_string(),
        scheduling_policy: TaskSchedulingPolicy::PullStaged,
        executor_timeout_seconds: SILENCE_SECONDS,
        expire_dead_executor_interval_seconds: LOOK_SECONDS,
        no_executors_grace_period_seconds: NOBODY_SECONDS,
        finished_job_data_clean_up_interval_seconds: ANSWER_SECONDS,
        finished_job_state_clean_up_interval_seconds: ANSWER_SECONDS,
        grpc_server_max_decoding_message_size: MESSAGE_BYTES,
        grpc_server_max_encoding_message_size: MESSAGE_BYTES,
        grpc_client_max_message_size: MESSAGE_BYTES,
        override_config_producer: Some(Arc::new(config)),
        override_session_builder: Some(Arc::new(state)),
        override_physical_codec: Some(Arc::new(Codec::default())),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await;
    let cluster = cluster.map_err(|error| failed(&bind.to_string(), error))?;
    let served = start_server(cluster, bind, Arc::new(config)).await;
    served.map_err(|error| failed(&bind.to_string(), error))
}

/// Serves as an executor until the process is stopped.
///
/// # Errors
/// When the folder or the address cannot be taken, or the scheduler is not found.
pub(crate) async fn execute(executor: Executor) -> Result<()> {
    let stages = folder(executor.work_dir.join("stages"))?;
    let spill = folder(executor.work_dir.join("spill"))?;
    let address = executor.scheduler.rsplit_once(':');
    let address = address.and_then(|(host, port)| Some((host, port.parse().ok()?)));
    let Some((scheduler_host, scheduler_port)) = address else {
        let written = &executor.scheduler;
        return Err(Error::Usage(format!(
            "--scheduler {written}: write a host and a port, such as scheduler:50050"
        )));
    };
    let functions = state(config()).map_err(|error| failed(&executor.scheduler, error.into()))?;
    let served = start_executor_process(Arc::new(ExecutorProcessConfig {
        bind_host: executor.bind.ip().to_string(),
        port: executor.bind.port(),
        external_host: executor.host,
        scheduler_host: scheduler_host.to_owned(),
        scheduler_port,
        scheduler_connect_timeout_seconds: SEARCH_SECONDS,
        vcores: executor.slots,
        task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
        work_dir: Some(stages.display().to_string()),
        job_data_ttl_seconds: FORGOTTEN_SECONDS,
        job_data_clean_up_interval_seconds: FORGOTTEN_SECONDS,
        memory_pool_size: u64::try_from(executor.memory_bytes).ok(),
        grpc_max_decoding_message_size: MESSAGE_BYTES,
        grpc_max_encoding_message_size: MESSAGE_BYTES,
        override_function_registry: Some(Arc::new(BallistaFunctionRegistry::from(&functions))),
        override_runtime_producer: Some(Arc::new(move |config: &SessionConfig| {
            runtime(config, &spill)
        })),
        override_config_producer: Some(Arc::new(config)),
        override_physical_codec: Some(Arc::new(Codec::default())),
        ..ExecutorProcessConfig::default()
    }))
    .await;
    served.map_err(|error| failed(&executor.scheduler, error))
}

/// Settings of a query, before those that come with it.
fn config() -> SessionConfig {
    without_what_spans_stages(SessionConfig::new()).with_option_extension(StoreOptions::default())
}

fn state(config: SessionConfig) -> datafusion::error::Result<SessionState> {
    let runtime = RuntimeEnvBuilder::new().with_object_store_registry(Arc::new(NeverRead));
    Ok(SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime.build_arc()?)
        .with_default_features()
        .build())
}

fn runtime(config: &SessionConfig, spill: &Path) -> datafusion::error::Result<Arc<RuntimeEnv>> {
    RuntimeEnvBuilder::new()
        .with_object_store_registry(Arc::new(OwnStores::new(config)?))
        .with_temp_file_path(spill)
        .with_max_temp_directory_size(u64::MAX)
        .build_arc()
}

fn folder(path: PathBuf) -> Result<PathBuf> {
    match std::fs::create_dir_all(&path) {
        Ok(()) => Ok(path),
        Err(source) => Err(Error::File {
            path: path.display().to_string(),
            source,
        }),
    }
}

fn failed(scheduler: &str, error: BallistaError) -> Error {
    match error {
        BallistaError::IoError(source) => Error::File {
            path: scheduler.to_owned(),
            source,
        },
        error => Error::Stage {
            table: "cluster".to_owned(),
            file: "command line".to_owned(),
            source: Box::new(DataFusionError::External(Box::new(ClusterLost {
                scheduler: scheduler.to_owned(),
                reason: error.to_string(),
            }))),
        },
    }
}
