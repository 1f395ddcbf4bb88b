//! Whatever fails, and whenever: the last good output stays readable, and a rerun ends in the same tables.

use crate::shop::{Shop, TRANSACTIONS};
use async_trait::async_trait;
use clientele::error::Error;
use clientele::publish::{Entry, Lock, Status, Which, verify};
use clientele::run::{Options, Summary};
use clientele::store::Stores;
use futures::StreamExt;
use futures::future::ready;
use futures::stream::{BoxStream, once};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

/// What is asked of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    Read,
    Write,
    Delete,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Nothing,
    /// It is not done.
    Refused,
    /// It is done, and nobody learns of it.
    AnswerLost,
}

/// What goes wrong with what is asked for.
type Judge = dyn Fn(Doing, &Path) -> Fault + Send + Sync;

/// A store with faults.
pub(crate) struct Faulty {
    inner: Arc<dyn ObjectStore>,
    fault: Box<Judge>,
    error: fn() -> object_store::Error,
}

pub(crate) fn out_of_power() -> object_store::Error {
    object_store::Error::Generic {
        store: "faulty",
        source: "the power is out".into(),
    }
}

fn read_only() -> object_store::Error {
    object_store::Error::PermissionDenied {
        path: "out".to_owned(),
        source: "the store is read-only".into(),
    }
}

impl Faulty {
    pub(crate) fn new(
        inner: Arc<dyn ObjectStore>,
        error: fn() -> object_store::Error,
        fault: impl Fn(Doing, &Path) -> Fault + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner,
            fault: Box::new(fault),
            error,
        }
    }

    /// Writes that go well so many times and then never.
    pub(crate) fn after(
        inner: Arc<dyn ObjectStore>,
        writes: i64,
        error: fn() -> object_store::Error,
    ) -> Self {
        let left = AtomicI64::new(writes);
        Self::new(inner, error, move |doing, _| match doing {
            Doing::Write if left.fetch_sub(1, Ordering::SeqCst) <= 0 => Fault::Refused,
            _ => Fault::Nothing,
        })
    }

    /// The answer to each write of an object whose path holds `word` is lost; from then on, if it is `mute`, the store
    /// answers nothing at all.
    pub(crate) fn forgetful(inner: Arc<dyn ObjectStore>, word: &'static str, mute: bool) -> Self {
        let is_lost = AtomicBool::new(false);
        Self::new(inner, out_of_power, move |doing, path| {
            if mute && is_lost.load(Ordering::SeqCst) {
                return Fault::Refused;
            }
            if doing == Doing::Write && path.as_ref().contains(word) {
                is_lost.store(true, Ordering::SeqCst);
                return Fault::AnswerLost;
            }
            Fault::Nothing
        })
    }

    fn refuses(&self, doing: Doing, path: &Path) -> Result<()> {
        match (self.fault)(doing, path) {
            Fault::Refused => Err((self.error)()),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Faulty {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "faulty")
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(
        &self,
        at: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let fault = (self.fault)(Doing::Write, at);
        if fault == Fault::Refused {
            return Err((self.error)());
        }
        let done = self.inner.put_opts(at, payload, options).await?;
        match fault {
            Fault::AnswerLost => Err((self.error)()),
            _ => Ok(done),
        }
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.refuses(Doing::Write, at)?;
        self.inner.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        self.refuses(Doing::Read, at)?;
        self.inner.get_opts(at, options).await
    }

    fn delete_stream(
        &self,
        at: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        match self.refuses(Doing::Delete, &Path::default()) {
            Ok(()) => self.inner.delete_stream(at),
            Err(error) => once(ready(Err(error))).boxed(),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.refuses(Doing::Read, &Path::default()) {
            Ok(()) => self.inner.list(prefix),
            Err(error) => once(ready(Err(error))).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.refuses(Doing::Read, &Path::default())?;
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.refuses(Doing::Write, to)?;
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
    fails_once_at_every_write(TABLES).await;
}

/// Runs a date again and again, until none of its writes fails.
pub(crate) async fn fails_once_at_every_write(settings: &str) {
    let memory = Arc::new(InMemory::new());
    let objects = [("in/transactions.csv", TRANSACTIONS)];
    let good = Shop::over(memory.clone(), &objects).await.with(settings);
    good.run_with(&of("2025-11-30")).await.unwrap();
    let tables = readable(&good, "2025-11-30").await;
    let files = |summary: Summary| -> Vec<_> {
        let outputs = summary.outputs.into_iter();
        outputs.map(|table| (table.path, table.sha256)).collect()
    };
    let expected = {
        let other = Shop::usual().await.with(settings);
        files(other.run_with(&of("2025-12-31")).await.unwrap())
    };
    let mut failed_at = 0;
    for writes in 0.. {
        let failing = Faulty::after(memory.clone(), writes, out_of_power);
        let shop = Shop {
            memory: memory.clone(),
            stores: Stores::default(),
            settings: settings.to_owned(),
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
    let again = good.run_with(&of("2025-12-31")).await.unwrap();
    assert_eq!(files(again), expected);
    assert_eq!(readable(&good, "2025-12-31").await, Some(expected.len()));
}

fn full() -> object_store::Error {
    object_store::Error::Generic {
        store: "LocalFileSystem",
        source: std::io::Error::from(std::io::ErrorKind::StorageFull).into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_a_failed_run_has_replaced_in_part_are_put_back_by_a_rerun() {
    let memory = Arc::new(InMemory::new());
    let good = Shop::over(memory.clone(), &[("in/transactions.csv", TRANSACTIONS)]).await;
    let good = good.with(TABLES);
    let first = good.run_with(&of("2025-12-31")).await.unwrap();
    let output = good.stores.open("memory:shop/out").unwrap();
    let mut mended = 0;
    for writes in 0.. {
        let other = Shop {
            memory: memory.clone(),
            stores: Stores::default(),
            settings: format!("{TABLES}; parameters.margin_rate=0.7"),
        };
        let failing = Faulty::after(memory.clone(), writes, full);
        other.stores.insert("memory://shop", Arc::new(failing));
        let outcome = other.run_with(&of("2025-12-31")).await;
        if outcome.is_ok() {
            break;
        }
        let error = outcome.unwrap_err();
        assert_eq!(error.exit_code(), 74, "{error:?}");
        assert!(error.hint().unwrap().contains("the disk is full"));
        for what in ["2025-12-31", "latest"] {
            let swept = Lock::acquire(&output, what, "sweeper", Duration::ZERO);
            swept.await.unwrap().release().await.unwrap();
        }
        let broken = verify(&output, &Which::Newest).await.unwrap().broken;
        let again = good.run_with(&of("2025-12-31")).await.unwrap();
        assert_eq!(again.outputs, first.outputs, "after {writes} writes");
        if !broken.is_empty() {
            assert_eq!(again.status, Some(Status::Published), "{broken:?}");
            mended += 1;
        }
        let found = verify(&output, &Which::Newest).await.unwrap();
        assert!(found.broken.is_empty() && found.is_latest, "{found:?}");
    }
    assert!(mended >= 2, "{mended}");
    assert_eq!(
        good.run_with(&of("2025-12-31")).await.unwrap().status,
        Some(Status::Published)
    );
    assert_eq!(
        good.run_with(&of("2025-12-31")).await.unwrap().status,
        Some(Status::Unchanged)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_may_only_be_read_is_told_as_that() {
    let memory = Arc::new(InMemory::new());
    let shop = Shop::over(memory.clone(), &[("in/transactions.csv", TRANSACTIONS)]).await;
    let shop = shop.with(TABLES);
    let failing = Faulty::after(memory, 0, read_only);
    shop.stores.insert("memory://shop", Arc::new(failing));
    assert_eq!(shop.run().await.unwrap_err().exit_code(), 77);
    assert!(shop.output().await.is_empty());
}

/// Entries of the ledger for a date.
async fn entries(shop: &Shop, date: &str) -> usize {
    let prefix = format!("out/runs/run_date={date}/");
    let objects = shop.output().await;
    objects
        .iter()
        .filter(|(path, _)| path.starts_with(&prefix))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_commit_is_not_answered_finds_its_own_entry() {
    let memory = Arc::new(InMemory::new());
    let shop = Shop::over(memory.clone(), &[("in/transactions.csv", TRANSACTIONS)]).await;
    let shop = shop.with(TABLES);
    let forgetful = Faulty::forgetful(memory, "out/runs/", false);
    shop.stores.insert("memory://shop", Arc::new(forgetful));
    let summary = shop.run_with(&of("2025-12-31")).await.unwrap();
    assert_eq!(summary.status.unwrap().word(), "published");
    assert_eq!(entries(&shop, "2025-12-31").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_nobody_can_tell_whether_a_run_was_committed_nothing_is_deleted() {
    let memory = Arc::new(InMemory::new());
    let objects = [("in/transactions.csv", TRANSACTIONS)];
    let good = Shop::over(memory.clone(), &objects).await.with(TABLES);
    let shop = Shop::over(memory.clone(), &objects).await.with(TABLES);
    let mute = Faulty::forgetful(memory, "out/runs/", true);
    shop.stores.insert("memory://shop", Arc::new(mute));
    let error = shop.run_with(&of("2025-12-31")).await.unwrap_err();
    assert_eq!(error.exit_code(), 76, "{error:?}");
    let Error::Unknown { run_id, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(
        error
            .hint()
            .unwrap()
            .contains("clientele verify JOB --run-id RUN")
    );
    let output = good.stores.open("memory:shop/out").unwrap();
    let found = verify(&output, &Which::Run(run_id.clone())).await.unwrap();
    assert!(
        found.broken.is_empty() && found.followed_by.is_none(),
        "{found:?}"
    );
    assert!(
        readable(&good, "2025-12-31").await.is_some(),
        "it was committed"
    );
    let again = good.run_with(&of("2025-12-31")).await;
    // the lock of the run that could not give it back is this process's own, and alive
    assert_eq!(again.unwrap_err().exit_code(), 75);
    assert_eq!(entries(&good, "2025-12-31").await, 1);
}
