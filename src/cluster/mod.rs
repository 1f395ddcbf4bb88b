//! Queries on a cluster: the scheduler and the executors of Ballista, from this same program.
//!
//! The driver, which runs the job, plans each query as ever and hands the finished plan to the scheduler, which cuts it
//! into stages, and executors compute them. So plans are those of one machine, and only what stands in a finished plan
//! has to travel: our functions (`codec.rs`), the options of object stores (`stores.rs`). Tables do not: each kept table
//! is a file.
//!
//! A plan that cannot travel is computed by the driver: a recursive query, the answers of a model, and whatever reads no
//! file, since its rows are here already.

mod as_declared;
mod client;
mod codec;
mod leaves;
mod one_probe;
mod planner;
mod server;
mod stores;

pub(crate) use server::{execute, schedule};

use crate::stage::Cluster;
use crate::stage::each_batch::PutBelow;
use as_declared::AS_DECLARED;
use ballista_core::config::BallistaConfig;
use ballista_core::extension::SessionConfigExt;
use ballista_core::optimizer::ballista_default_optimizer_rules;
use client::Client;
use datafusion::common::Result;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::SessionConfig;
use leaves::LeavesAsTables;
use one_probe::OneProbe;
use planner::ClusterPlanner;
use std::sync::Arc;
use stores::StoreOptions;

/// The largest message between driver, scheduler and executors: a plan names every file that it reads.
const MESSAGE_BYTES: u32 = 256 << 20;

/// Makes a session one whose queries the cluster computes.
///
/// # Errors
/// When the options of the stores cannot be written down.
pub(crate) fn join(
    mut session: SessionStateBuilder,
    cluster: &Cluster,
) -> Result<SessionStateBuilder> {
    let config = session.config().take().unwrap_or_default();
    let config = without_what_spans_stages(config)
        .with_option_extension(StoreOptions::of(cluster)?)
        .with_target_partitions(cluster.partitions);
    let client = Arc::new(Client::new(&cluster.scheduler, cluster.patience));
    Ok(session
        .with_config(config)
        .with_optimizer_rules(ballista_default_optimizer_rules())
        .with_physical_optimizer_rule(Arc::new(LeavesAsTables))
        .with_physical_optimizer_rule(Arc::new(OneProbe))
        .with_physical_optimizer_rule(Arc::new(PutBelow(&AS_DECLARED)))
        .with_query_planner(Arc::new(ClusterPlanner::new(client))))
}

/// Settings under which no operator shares memory with one of another stage. Joins stay hash joins, as on one machine,
/// and none is computed by sending one side whole to every executor: the cut into stages may take that back, and then
/// what stands above would find its rows in other parts than planned.
fn without_what_spans_stages(config: SessionConfig) -> SessionConfig {
    let mut config = config
        .with_option_extension(BallistaConfig::default())
        .with_ballista_adaptive_query_planner(false)
        .with_ballista_broadcast_join_threshold_bytes(0)
        .with_ballista_broadcast_join_threshold_rows(0)
        .with_round_robin_repartition(false)
        // not the field of this name, which leaves those of joins, sums and limits as they are
        .set_bool("datafusion.optimizer.enable_dynamic_filter_pushdown", false);
    let optimizer = &mut config.options_mut().optimizer;
    optimizer.hash_join_single_partition_threshold = 0;
    optimizer.hash_join_single_partition_threshold_rows = 0;
    optimizer.enable_physical_uncorrelated_scalar_subquery = false;
    config
}
