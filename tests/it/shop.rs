//! A small shop in memory: what tests put into a source and what they read from a table.

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use clientele::error::Result;
use clientele::job::{Job, Overrides};
use clientele::run::{Options, Summary, run};
use clientele::store::Stores;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::sync::Arc;

/// Four customers, one of them unknown, two of them with a second order.
pub(crate) const TRANSACTIONS: &str = "\
order_id,customer_id,ordered_at,product_id,quantity,revenue
1,anna,2025-01-10,tea,1,10.00
1,anna,2025-01-10,mug,2,20.00
2,ben,2025-02-01,tea,1,10.00
3,anna,2025-03-11,tea,3,30.00
4,,2025-03-12,mug,1,10.00
5,cleo,2025-12-01,tea,1,5.50
6,ben,2025-12-20,mug,1,10.00
";

/// A store in memory with the given objects, and the job's text that reads and writes there.
pub(crate) struct Shop {
    pub(crate) memory: Arc<dyn ObjectStore>,
    pub(crate) stores: Stores,
    pub(crate) settings: String,
}

impl Shop {
    pub(crate) async fn new(objects: &[(&str, &str)]) -> Self {
        Self::over(Arc::new(InMemory::new()), objects).await
    }

    pub(crate) async fn over(memory: Arc<dyn ObjectStore>, objects: &[(&str, &str)]) -> Self {
        for (path, text) in objects {
            memory
                .put(&Path::from(*path), text.as_bytes().to_vec().into())
                .await
                .unwrap();
        }
        let stores = Stores::default();
        stores.insert("memory://shop", Arc::clone(&memory));
        Self {
            memory,
            stores,
            settings: String::new(),
        }
    }

    /// The usual shop.
    pub(crate) async fn usual() -> Self {
        Self::new(&[("in/transactions.csv", TRANSACTIONS)]).await
    }

    /// Settings beside the usual ones.
    pub(crate) fn with(mut self, settings: &str) -> Self {
        settings.clone_into(&mut self.settings);
        self
    }

    pub(crate) fn job(&self) -> Job {
        let usual = "
            name: test
            run_date: 2025-12-31
            sources:
              transactions:
                url: memory:shop/in/transactions.csv
            output:
              url: memory:shop/out
        ";
        let indent = "            ";
        let usual: String = usual
            .lines()
            .map(|line| format!("{}\n", line.strip_prefix(indent).unwrap_or(line)))
            .collect();
        let set = self
            .settings
            .split(';')
            .filter(|set| !set.trim().is_empty())
            .map(|set| set.trim().to_owned());
        Job::parse(
            &usual,
            &Overrides {
                set: set.collect(),
                ..Overrides::default()
            },
        )
        .unwrap()
    }

    pub(crate) async fn run(&self) -> Result<Summary> {
        self.run_with(&Options::default()).await
    }

    pub(crate) async fn run_with(&self, options: &Options) -> Result<Summary> {
        run(
            &self.job(),
            options,
            &self.stores,
            &|_| {},
            std::future::pending(),
        )
        .await
    }

    /// The bytes of an object of the output, if it is there.
    pub(crate) async fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        let got = self
            .memory
            .get(&Path::from(format!("out/{path}")))
            .await
            .ok()?;
        Some(got.bytes().await.unwrap().to_vec())
    }

    /// All objects of the output with their bytes, but for locks.
    pub(crate) async fn output(&self) -> Vec<(String, Vec<u8>)> {
        use futures::TryStreamExt;
        let listed: Vec<_> = self
            .memory
            .list(Some(&Path::from("out")))
            .try_collect()
            .await
            .unwrap();
        let mut objects = Vec::new();
        for object in listed {
            let bytes = self
                .memory
                .get(&object.location)
                .await
                .unwrap()
                .bytes()
                .await
                .unwrap();
            objects.push((object.location.to_string(), bytes.to_vec()));
        }
        objects.retain(|(path, _)| !path.contains("/locks/"));
        objects.sort();
        objects
    }
}

/// The rows of a Parquet file.
pub(crate) fn batch(bytes: Vec<u8>) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
    let schema = reader.schema().clone();
    let batches: Vec<_> = reader
        .build()
        .unwrap()
        .map(|batch| batch.unwrap())
        .collect();
    concat_batches(&schema, &batches).unwrap()
}

/// The rows of a Parquet file, as people read them.
pub(crate) fn rows(bytes: Vec<u8>) -> String {
    let printed = arrow::util::pretty::pretty_format_batches(&[batch(bytes)]);
    printed.unwrap().to_string()
}
