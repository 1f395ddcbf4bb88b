//! `DataFusion` as we use it: bounded in memory, spilling to our scratch folder, in the job's time zone.

use super::copies::COPIED;
use super::each_batch::PutBelow;
use super::functions;
use super::memory::WithinProcess;
use crate::cluster;
use chrono_tz::Tz;
use datafusion::catalog::{CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider};
use datafusion::error::Result;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::TrackConsumersPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What a session may use, and how it counts days.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Threads, and partitions of every query.
    pub threads: usize,
    /// Bytes that queries may count for themselves.
    pub query_bytes: usize,
    /// Bytes that the process may hold, kept tables and all.
    pub process_bytes: usize,
    /// Where they spill.
    pub scratch: PathBuf,
    /// Where days begin and end.
    pub time_zone: Tz,
    /// Hour at which a day of business begins.
    pub day_starts_at_hour: u32,
    /// Who computes queries; this process if nobody else does.
    pub cluster: Option<Cluster>,
}

/// A cluster that computes queries.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Host and port of its scheduler.
    pub scheduler: String,
    /// Parts in which it computes a query.
    pub partitions: usize,
    /// How long a query may take.
    pub patience: Duration,
    /// Options of object stores by URL prefix, with secrets by their names.
    pub stores: BTreeMap<String, BTreeMap<String, String>>,
}

/// A new session with the given schemas.
///
/// # Errors
/// When the scratch folder cannot be used.
pub fn open<'s>(
    settings: &Settings,
    schemas: impl IntoIterator<Item = &'s str>,
) -> Result<SessionContext> {
    let names_in_errors = NonZeroUsize::MIN.saturating_add(4);
    let pool = WithinProcess::new(settings.query_bytes, settings.process_bytes);
    let pool = TrackConsumersPool::new(pool, names_in_errors);
    let disk = DiskManagerBuilder::default()
        .with_mode(DiskManagerMode::Directories(vec![settings.scratch.clone()]))
        .with_max_temp_directory_size(u64::MAX);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(pool))
        .with_disk_manager_builder(disk)
        .build_arc()?;
    let mut config = SessionConfig::new()
        .with_target_partitions(settings.threads)
        .with_information_schema(false)
        .with_default_catalog_and_schema("clientele", "public");
    config.options_mut().execution.time_zone = Some("UTC".to_owned());
    // The engine guesses that a filter lets a fifth through where it knows nothing. The lines, filtered, then seem fewer
    // than the customers that they are joined with, and are the side that is held in memory.
    config.options_mut().optimizer.default_filter_selectivity = 100;
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_physical_optimizer_rule(Arc::new(PutBelow(&COPIED)));
    if let Some(cluster) = &settings.cluster {
        state = cluster::join(state, cluster)?;
    }
    let context = SessionContext::new_with_state(state.build());
    let catalog = MemoryCatalogProvider::new();
    for schema in schemas {
        catalog.register_schema(schema, Arc::new(MemorySchemaProvider::new()))?;
    }
    context.register_catalog("clientele", Arc::new(catalog));
    functions::register(&context, settings);
    Ok(context)
}

#[cfg(test)]
mod tests {
    use super::{Settings, open};
    use arrow::array::{ArrayRef, RecordBatch, StringArray};
    use datafusion::physical_plan::displayable;
    use std::sync::Arc;

    #[tokio::test]
    async fn the_fewer_rows_of_a_join_are_held_whatever_a_filter_lets_through() {
        let scratch = tempfile::tempdir().unwrap();
        let settings = Settings {
            threads: 2,
            query_bytes: 1 << 30,
            process_bytes: usize::MAX,
            scratch: scratch.path().to_path_buf(),
            time_zone: chrono_tz::UTC,
            day_starts_at_hour: 0,
            cluster: None,
        };
        let context = open(&settings, ["public"]).unwrap();
        for (name, column, rows) in [("lines", "buyer", 10_000), ("customers", "customer", 8_000)] {
            let values = (0..rows).map(|row| format!("{row}")).collect::<Vec<_>>();
            let values: ArrayRef = Arc::new(StringArray::from(values));
            let batch =
                RecordBatch::try_from_iter([(column, Arc::clone(&values)), ("channel", values)])
                    .unwrap();
            let _ = context.register_batch(name, batch).unwrap();
        }
        let query = "select * from lines left semi join customers on buyer = customer where upper(channel) like 'A%'";
        let plan = context.sql(query).await.unwrap();
        let plan = plan.create_physical_plan().await.unwrap();
        let plan = displayable(plan.as_ref()).indent(false).to_string();
        assert!(plan.contains("on=[(customer@0, buyer@0)]"), "{plan}");
    }
}
