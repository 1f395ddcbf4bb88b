//! Who computes the tables.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who computes queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// This process.
    Local,
    /// The executors of a cluster.
    Cluster,
}

/// The cluster that computes queries, with `engine: cluster`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Host and port of `clientele scheduler`.
    #[schemars(regex(pattern = r"^[^/\s]+:\d+$"))]
    pub scheduler: Option<String>,
    /// Parts in which a query is computed; two or three times the slots of all executors.
    #[schemars(range(min = 2, max = 10_000))]
    pub partitions: usize,
    /// Seconds after which a query without an answer is given up.
    #[schemars(range(min = 1, max = 604_800))]
    pub timeout_seconds: u64,
}
