//! `clientele scheduler` and `clientele executor`: what `engine: cluster` computes on.

use super::dates::interrupted;
use crate::cluster;
use crate::error::{Error, Result};
use crate::executor;
use crate::machine;
use clap::Args;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

/// Serve as the scheduler of a cluster
#[derive(Debug, Args)]
pub(super) struct Scheduler {
    /// The address that jobs and executors call
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:50050")]
    bind: String,
}

impl Scheduler {
    pub(super) async fn execute(self) -> Result<()> {
        let bind = address(&self.bind)?;
        tracing::info!("scheduler at {bind}");
        tokio::select! {
            served = cluster::schedule(bind) => served,
            _ = interrupted() => Ok(()),
        }
    }
}

/// Serve as an executor of a cluster
#[derive(Debug, Args)]
pub(super) struct Executor {
    /// The scheduler to work for
    #[arg(long, value_name = "HOST:PORT")]
    scheduler: String,

    /// The address at which others fetch what this executor has computed
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:50051")]
    bind: String,

    /// The name under which others reach it; by default the address that the scheduler sees
    #[arg(long, value_name = "HOST")]
    host: Option<String>,

    /// Folder for what it has computed and for what does not fit into memory
    #[arg(long, value_name = "FOLDER")]
    work_dir: PathBuf,

    /// Tasks at a time; 0 takes all cores
    #[arg(long, default_value_t = 0)]
    slots: usize,

    /// Memory of all tasks together, such as 4GiB; by default half of the machine's
    #[arg(long, value_name = "SIZE", default_value = "auto", value_parser = memory_bytes)]
    memory_limit: usize,
}

impl Executor {
    pub(super) async fn execute(self) -> Result<()> {
        let bind = address(&self.bind)?;
        tracing::info!("executor at {bind}, of the scheduler at {}", self.scheduler);
        cluster::execute(executor::Executor {
            scheduler: self.scheduler,
            bind,
            host: self.host,
            work_dir: self.work_dir,
            slots: self.slots,
            memory_bytes: self.memory_limit,
        })
        .await
    }
}

fn memory_bytes(written: &str) -> std::result::Result<usize, &'static str> {
    machine::memory_limit_bytes(written).ok_or("write it as 4GiB, 500MB or auto")
}

fn address(written: &str) -> Result<SocketAddr> {
    let mut found = written.to_socket_addrs().into_iter().flatten();
    found.next().ok_or_else(|| {
        Error::Usage(format!(
            "--bind {written}: write an address of this machine and a port, such as 0.0.0.0:50050"
        ))
    })
}
