//! An executor of a cluster, as it is asked for.

use std::net::SocketAddr;
use std::path::PathBuf;

/// What an executor may use, and whom it works for.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "cluster"),
    expect(dead_code, reason = "nobody executes")
)]
pub(crate) struct Executor {
    /// Host and port of the scheduler.
    pub(crate) scheduler: String,
    /// Where others fetch what it has computed.
    pub(crate) bind: SocketAddr,
    /// The name under which others know it; by default the address that the scheduler sees.
    pub(crate) host: Option<String>,
    /// Folder for what it has computed, and for what does not fit into memory.
    pub(crate) work_dir: PathBuf,
    /// Tasks at a time; 0 takes all cores.
    pub(crate) slots: usize,
    /// Memory of all tasks together.
    pub(crate) memory_bytes: usize,
}
