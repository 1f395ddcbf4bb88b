//! In the place of `cluster` in a program that was built without one: no job gets here with that engine.

use crate::error::{Error, Result};
use crate::executor::Executor;
use crate::stage::Cluster;
use datafusion::common::plan_err;
use datafusion::execution::session_state::SessionStateBuilder;
use std::net::SocketAddr;

pub(crate) fn join(
    _: SessionStateBuilder,
    _: &Cluster,
) -> datafusion::error::Result<SessionStateBuilder> {
    plan_err!("this program was built without cluster")
}

#[expect(
    clippy::unused_async,
    reason = "the other one serves until it is stopped"
)]
pub(crate) async fn schedule(_: SocketAddr) -> Result<()> {
    Err(missing())
}

#[expect(
    clippy::unused_async,
    reason = "the other one serves until it is stopped"
)]
pub(crate) async fn execute(_: Executor) -> Result<()> {
    Err(missing())
}

fn missing() -> Error {
    Error::Usage(
        "this program was built without cluster; build it with --features cluster".to_owned(),
    )
}
