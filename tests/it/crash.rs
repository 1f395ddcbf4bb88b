//! Whatever fails, and whenever: the last good output stays readable, and a rerun ends in the same tables.

use crate::shop::{Shop, TRANSACTIONS};
use async_trait::async_trait;
use clientele::publish::{Entry, Lock};
use clientele::run::Options;
use clientele::store::Stores;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A store whose writes fail once so many have gone well.
#[derive(Debug)]
struct Failing {
    inner: Arc<dyn ObjectStore>,
    writes_left: AtomicI64,
    error: fn() -> object_store::Error,
}

fn out_of_power() -> object_store::Error {
    object_store::Error::Generic {
        store: "failing",
        source: "the power is out".into(),
    }
}

fn read_only() -> object_store::Error {
    object_store::Error::PermissionDenied {
        path: "out".to_owned(),
        source: "the store is read-only".into(),
    }
}

impl Failing {
    fn write(&self) -> Result<()> {
        if self.writes_left.fetch_sub(1, Ordering::SeqCst) > 0 {
            return Ok(());
        }
        Err((self.error)())
    }
}

impl fmt::Display for Failing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "failing")
    }
}

#[async_trait]
impl ObjectStore for Failing {
    async fn put_opts(
        &self,
        at: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.write()?;
        self.inner.put_opts(at, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.write()?;
        self.inner.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(at, options).await
    }

    fn delete_stream(
        &self,
        at: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(at)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.write()?;
        self.inner.copy_opts(from, to, options).await
    }
}

/// Few tables, since the job runs once for each of its writes.
const TABLES: &str = "output.publish=[base.orders, value.concentration, value.lorenz_curve]";

fn of(date: &str) -> Options {
    Options {
        run_date: date.parse().ok(),
        ..Options::default()
    }
}

/// The tables of the last entry of a date, if each is there as the entry says.
async fn readable(shop: &Shop, date: &str) -> Option<usize> {
    let objects = shop.output().await;
    let prefix = format!("out/runs/run_date={date}/");
    let (_, text) = objects
        .iter()
        .rev()
        .find(|(path, _)| path.starts_with(&prefix))?;
    let entry: Entry = serde_json::from_slice(text).unwrap();
    for table in &entry.outputs {
        let path = format!("out/{}", table.path);
        let (_, bytes) = objects.iter().find(|(found, _)| *found == path)?;
        let hash: String = Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hash, table.sha256, "{path}");
    }
    Some(entry.outputs.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_nth_write_fails_the_old_run_stays_readable_and_a_rerun_ends_in_the_same_tables() {
    let memory = Arc::new(InMemory::new());
    let objects = [("in/transactions.csv", TRANSACTIONS)];
    let good = Shop::over(memory.clone(), &objects).await.with(TABLES);
    good.run_with(&of("2025-11-30")).await.unwrap();
    let tables = readable(&good, "2025-11-30").await;
    let expected = {
        let other = Shop::usual().await.with(TABLES);
        other.run_with(&of("2025-12-31")).await.unwrap().outputs
    };
    let mut failed_at = 0;
    for writes in 0.. {
        let failing = Failing {
            inner: memory.clone(),
            writes_left: AtomicI64::new(writes),
            error: out_of_power,
        };
        let shop = Shop {
            memory: memory.clone(),
            stores: Stores::default(),
            settings: TABLES.to_owned(),
        };
        shop.stores.insert("memory://shop", Arc::new(failing));
        let outcome = shop.run_with(&of("2025-12-31")).await;
        assert_eq!(
            readable(&good, "2025-11-30").await,
            tables,
            "after {writes} writes"
        );
        if outcome.is_ok() {
            break;
        }
        assert_eq!(
            outcome.unwrap_err().exit_code(),
            69,
            "after {writes} writes"
        );
        failed_at = writes;
        let output = good.stores.open("memory:shop/out").unwrap();
        let swept = Lock::acquire(&output, "2025-12-31", "sweeper", Duration::ZERO)
            .await
            .unwrap();
        swept.release().await.unwrap();
    }
    assert!(
        failed_at >= 5,
        "every write was made to fail once, the last was the {failed_at}th"
    );
    assert_eq!(
        good.run_with(&of("2025-12-31")).await.unwrap().outputs,
        expected
    );
    assert_eq!(readable(&good, "2025-12-31").await, Some(expected.len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_may_only_be_read_is_told_as_that() {
    let memory = Arc::new(InMemory::new());
    let shop = Shop::over(memory.clone(), &[("in/transactions.csv", TRANSACTIONS)]).await;
    let shop = shop.with(TABLES);
    let failing = Failing {
        inner: memory,
        writes_left: AtomicI64::new(0),
        error: read_only,
    };
    shop.stores.insert("memory://shop", Arc::new(failing));
    assert_eq!(shop.run().await.unwrap_err().exit_code(), 77);
    assert!(shop.output().await.is_empty());
}
