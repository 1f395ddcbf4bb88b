//! What the last run published, as `last.*`.

use super::files::{SourceFile, SourceFiles};
use super::{contract, engine, footers, table};
use crate::error::Result;
use crate::job::Format;
use crate::store::Location;
use datafusion::common::TableReference;
use datafusion::prelude::SessionContext;
use std::sync::Arc;

/// Registers `last.NAME` for each name and its file, which the ledger of the last run knows.
///
/// # Errors
/// [`Error::Contract`](crate::error::Error::Contract) when a file is damaged,
/// [`Error::Store`](crate::error::Error::Store).
pub async fn register_last(
    tables: impl IntoIterator<Item = (&str, Location)>,
    context: &SessionContext,
) -> Result<()> {
    let runtime = context.runtime_env();
    let cache = runtime.cache_manager.get_file_metadata_cache();
    for (name, location) in tables {
        let Some(meta) = location.head().await? else {
            continue;
        };
        runtime.register_object_store(&location.base, Arc::clone(&location.store));
        let found = SourceFiles {
            location,
            format: Format::Parquet,
            files: vec![SourceFile {
                meta,
                partitions: Vec::new(),
            }],
            pruned: 0,
        };
        let footers = footers::read(name, b',', &found, &cache).await?;
        let schema = contract::common_schema(name, &found, &footers)?;
        let name = TableReference::partial("last", name);
        table::table(&found, &footers, schema, b',')
            .and_then(|table| context.register_table(name.clone(), Arc::new(table)))
            .map_err(|source| engine(name.table(), source))?;
    }
    Ok(())
}
