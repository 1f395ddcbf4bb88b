//! Object stores on executors: opened from the URLs in a plan, the options of the job and the executor's environment.
//!
//! Secrets do not travel: options name them (`env:NAME`, `file:PATH`), and each executor looks them up where it is.

use crate::stage::Cluster;
use crate::store::Stores;
use datafusion::common::{DataFusionError, Result, extensions_options};
use datafusion::config::ConfigExtension;
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::prelude::SessionConfig;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;

extensions_options! {
    /// The options of the job's stores, as they travel with a query.
    pub(super) struct StoreOptions {
        /// JSON: the base of URLs, then option and value.
        pub(super) by_base: String, default = String::new()
    }
}

impl ConfigExtension for StoreOptions {
    const PREFIX: &'static str = "clientele_stores";
}

impl StoreOptions {
    /// # Errors
    /// When they cannot be written down.
    pub(super) fn of(cluster: &Cluster) -> Result<Self> {
        let mut by_base: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
        for (prefix, options) in &cluster.stores {
            let pairs = options.iter();
            let pairs = pairs.map(|(key, value)| (key.as_str(), value.as_str()));
            by_base.entry(base(prefix)).or_default().extend(pairs);
        }
        let by_base = serde_json::to_string(&by_base);
        let by_base = by_base.map_err(|error| DataFusionError::External(Box::new(error)))?;
        Ok(Self { by_base })
    }
}

/// Scheme and authority: an executor is asked for a store, and not for a folder of it.
fn base(prefix: &str) -> &str {
    let authority = prefix.find("://").map_or(0, |at| at + "://".len());
    let end = prefix[authority..].find('/');
    end.map_or(prefix, |end| &prefix[..authority + end])
}

/// The stores of an executor.
#[derive(Debug)]
pub(super) struct OwnStores(Stores);

impl OwnStores {
    /// # Errors
    /// When the options that came with a query cannot be read.
    pub(super) fn new(config: &SessionConfig) -> Result<Self> {
        let options = config.options().extensions.get::<StoreOptions>();
        let by_base = options.map_or("", |options| options.by_base.as_str());
        let by_base = if by_base.is_empty() { "{}" } else { by_base };
        let options = serde_json::from_str(by_base);
        let options = options.map_err(|error| DataFusionError::External(Box::new(error)))?;
        Ok(Self(Stores::new(options)))
    }
}

impl ObjectStoreRegistry for OwnStores {
    fn register_store(
        &self,
        url: &Url,
        store: Arc<dyn ObjectStore>,
    ) -> Option<Arc<dyn ObjectStore>> {
        self.0.insert(url.as_str().trim_end_matches('/'), store);
        None
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        let found = self.0.open(url.as_str());
        let found = found.map_err(|error| DataFusionError::External(Box::new(error)))?;
        Ok(found.store)
    }
}

/// The stores of a scheduler, which reads plans and no rows: it wants no credentials.
#[derive(Debug)]
pub(super) struct NeverRead;

impl ObjectStoreRegistry for NeverRead {
    fn register_store(&self, _: &Url, _: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, _: &Url) -> Result<Arc<dyn ObjectStore>> {
        Ok(Arc::new(InMemory::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::base;

    #[test]
    fn options_of_a_folder_are_those_of_its_store() {
        for (prefix, expected) in [
            ("s3://shop", "s3://shop"),
            ("s3://shop/", "s3://shop"),
            ("s3://shop/transactions/", "s3://shop"),
            ("s3://", "s3://"),
        ] {
            assert_eq!(base(prefix), expected);
        }
    }
}
