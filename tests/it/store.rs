//! The whole job on servers that speak as S3 and Azure do, where `CLIENTELE_S3` and `AZURITE_BLOB_STORAGE_URL` name their
//! endpoints, each with a bucket `clientele-test`.

use crate::server::{Answer, serve};
use crate::shop::TRANSACTIONS;
use clientele::error::Error;
use clientele::job::{Job, Overrides};
#[cfg(feature = "delta")]
use clientele::publish::collect_garbage;
use clientele::publish::{Entry, Lock, OutputTable, Ready, Status, Which, publish, verify};
use clientele::run::{Options, Summary, run};
use clientele::store::{Location, Stores};
use futures::StreamExt;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const S3: &str = "allow_http: 'true'
    region: us-east-1
    access_key_id: env:CLIENTELE_S3_KEY
    secret_access_key: env:CLIENTELE_S3_SECRET";

/// The server's address comes by `AZURITE_BLOB_STORAGE_URL`, the account and its key are those of every emulator.
const AZURE: &str = "use_emulator: 'true'";

/// The endpoint of the server; CI always has one that speaks as S3 does.
fn endpoint(test: &str, variable: &str) -> Option<String> {
    let endpoint = std::env::var(variable).ok();
    if endpoint.is_none() {
        assert!(
            variable != "CLIENTELE_S3" || std::env::var_os("CI").is_none(),
            "{test}: {variable} names no server"
        );
        eprintln!("skipped: {test}: {variable} names no server");
    }
    endpoint
}

fn job(endpoint: &str, bucket: &str, set: &[&str]) -> Job {
    job_at(
        &format!("s3://{bucket}"),
        &format!("endpoint: {endpoint}\n    {S3}"),
        set,
    )
}

fn job_at(place: &str, options: &str, set: &[&str]) -> Job {
    let text = format!(
        "run_date: 2025-12-31
sources: {{transactions: {{url: '{place}/in/'}}}}
output: {{url: '{place}/out'}}
stores:
  {place}:
    {options}
"
    );
    let set = set.iter().map(ToString::to_string).collect();
    Job::parse(
        &text,
        &Overrides {
            set,
            ..Overrides::default()
        },
    )
    .unwrap()
}

async fn run_job(job: &Job) -> Result<Summary, Error> {
    run(
        job,
        &Options::default(),
        &Stores::new(job.stores.clone()),
        &|_| {},
        std::future::pending(),
    )
    .await
}

/// Runs `job` on an empty `place` twice: the tables are those of a local run, and the second run changes nothing.
async fn whole_job(job: &Job, place: &str) {
    let stores = Stores::new(job.stores.clone());
    for object in stores
        .open(&format!("{place}/out"))
        .unwrap()
        .list()
        .await
        .unwrap()
    {
        let object = stores
            .open(&format!("{place}/{}", object.location))
            .unwrap();
        object.delete().await.unwrap();
    }
    let source = stores
        .open(&format!("{place}/in/transactions.csv"))
        .unwrap();
    source
        .write(TRANSACTIONS.as_bytes().to_vec())
        .await
        .unwrap();
    let summary = run_job(job).await.unwrap();
    assert_eq!(summary.status, Some(Status::Published));
    assert_eq!(run_job(job).await.unwrap().status, Some(Status::Unchanged));
    let local = crate::shop::Shop::usual().await.run().await.unwrap();
    assert_eq!(local.outputs, summary.outputs);
}

/// Publishes a table that is larger than one part of an upload, and finds it whole.
pub(crate) async fn publish_a_large_table(output: &Location) {
    const BYTES: usize = 40 << 20;
    let mut bytes = vec![0; BYTES];
    ChaCha8Rng::seed_from_u64(1).fill_bytes(&mut bytes);
    let staged = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(staged.path(), &bytes).unwrap();
    let hash = Sha256::digest(&bytes);
    let table = OutputTable {
        table: "base.large".to_owned(),
        path: "tables/base/large/run_date=2025-12-31/part-0.parquet".to_owned(),
        rows: 1,
        bytes: BYTES as u64,
        sha256: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        version: None,
    };
    let entry: Entry = serde_json::from_value(serde_json::json!({
        "schema_version": 1, "job": "large", "run_id": "large", "run_date": "2025-12-31", "engine_version": "",
        "config_sha256": "", "outputs": [table],
    }))
    .unwrap();
    let lock = Lock::acquire(output, "2025-12-31", "large", std::time::Duration::ZERO)
        .await
        .unwrap();
    let ready = Ready {
        staged: staged.path().to_path_buf(),
        table,
    };
    publish(output, &lock, entry, &mut [ready]).await.unwrap();
    lock.release().await.unwrap();
    let found = verify(output, &Which::Run("large".to_owned()))
        .await
        .unwrap();
    assert!(found.broken.is_empty() && found.is_latest, "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_table_comes_in_parts_and_whole() {
    let test = "a_large_table_comes_in_parts_and_whole";
    let mut jobs = Vec::new();
    if let Some(endpoint) = endpoint(test, "CLIENTELE_S3") {
        jobs.push(job(
            &endpoint,
            "clientele-test",
            &["output.url=s3://clientele-test/large"],
        ));
    }
    if endpoint(test, "AZURITE_BLOB_STORAGE_URL").is_some() {
        let place = "output.url=az://clientele-test/large";
        jobs.push(job_at("az://clientele-test", AZURE, &[place]));
    }
    for job in jobs {
        let output = Stores::new(job.stores.clone())
            .open(&job.output.url)
            .unwrap();
        publish_a_large_table(&output).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_job_runs_on_azure() {
    if endpoint("the_whole_job_runs_on_azure", "AZURITE_BLOB_STORAGE_URL").is_some() {
        let place = "az://clientele-test";
        whole_job(&job_at(place, AZURE, &[]), place).await;
    }
}

/// A store that answers every request with the status that `of` has for its number, and counts them.
fn refusing(of: fn(usize) -> &'static str) -> (String, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let (endpoint, _) = serve(move |_| Answer::status(of(counter.fetch_add(1, Ordering::SeqCst))));
    (endpoint, count)
}

/// A job on S3 whose keys stand in it, for servers that look at none.
fn job_without_keys(endpoint: &str) -> Job {
    let options = format!(
        "endpoint: {endpoint}\n    allow_http: 'true'\n    region: us-east-1\n    skip_signature: 'true'"
    );
    job_at("s3://clientele-test", &options, &[])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_throttles_is_asked_again_but_not_for_ever() {
    let (endpoint, asked) = refusing(|_| "503 Slow Down");
    let begun = std::time::Instant::now();
    let error = run_job(&job_without_keys(&endpoint)).await.unwrap_err();
    assert_eq!(error.exit_code(), 69, "{error:?}");
    let (asked, seconds) = (asked.load(Ordering::SeqCst), begun.elapsed().as_secs());
    eprintln!("asked {asked} times in {seconds} seconds");
    assert_eq!(asked, 7, "once, and six times again");
    assert!(seconds < 75, "{seconds}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_not_there_is_told() {
    let (endpoint, _) =
        serve(|_| Answer::of("404 Not Found", "<Error><Code>NoSuchBucket</Code></Error>"));
    let error = run_job(&job_without_keys(&endpoint)).await.unwrap_err();
    assert_eq!(error.exit_code(), 66, "{error:?}");
    assert_eq!(
        error.hint(),
        Some("check the name of the bucket and the path")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_that_passes_is_not_a_fault() {
    let (endpoint, asked) = refusing(|number| {
        if number < 3 {
            "429 Too Many Requests"
        } else {
            "403 Forbidden"
        }
    });
    let error = run_job(&job_without_keys(&endpoint)).await.unwrap_err();
    assert_eq!(error.exit_code(), 77, "{error:?}");
    assert!(asked.load(Ordering::SeqCst) > 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_files_are_listed_to_the_last() {
    const FILES: usize = 2_001;
    let Some(endpoint) = endpoint("thousands_of_files_are_listed_to_the_last", "CLIENTELE_S3")
    else {
        return;
    };
    let set = [
        "sources.transactions.url=s3://clientele-test/many/",
        "output.url=s3://clientele-test/of-many",
        "output.publish=[base.source_balance]",
    ];
    let job = job(&endpoint, "clientele-test", &set);
    let stores = Stores::new(job.stores.clone());
    let places = (0..FILES).map(|number| {
        stores
            .open(&format!("s3://clientele-test/many/{number:05}.csv"))
            .unwrap()
    });
    let written = futures::stream::iter(places.enumerate()).map(|(number, place)| async move {
        let line = format!("{number},anna,2025-01-10,tea,1,1.00");
        let text = format!("order_id,customer_id,ordered_at,product_id,quantity,revenue\n{line}\n");
        place.write(text.into_bytes()).await
    });
    let written: Vec<_> = written.buffer_unordered(16).collect().await;
    assert!(written.iter().all(Result::is_ok));
    let summary = run_job(&job).await.unwrap();
    assert_eq!(summary.inputs[0].files, FILES);
    assert_eq!(
        summary.quality.rows["lines"],
        i64::try_from(FILES).unwrap(),
        "{:?}",
        summary.quality.rows
    );
}

#[cfg(feature = "delta")]
#[tokio::test(flavor = "multi_thread")]
async fn delta_lake_tables_are_written_to_s3() {
    if let Some(endpoint) = endpoint("delta_lake_tables_are_written_to_s3", "CLIENTELE_S3") {
        let options = format!("endpoint: {endpoint}\n    {S3}");
        write_delta_lake_tables("s3://clientele-test", &options).await;
    }
}

#[cfg(feature = "delta")]
#[tokio::test(flavor = "multi_thread")]
async fn delta_lake_tables_are_written_to_azure() {
    let test = "delta_lake_tables_are_written_to_azure";
    if endpoint(test, "AZURITE_BLOB_STORAGE_URL").is_some() {
        write_delta_lake_tables("az://clientele-test", AZURE).await;
    }
}

/// Runs of three dates at once with Delta Lake tables: their log needs "create if it is not there" of the store.
#[cfg(feature = "delta")]
async fn write_delta_lake_tables(place: &str, options: &str) {
    let run_id = clientele::run::new_run_id();
    let output = format!("output.url={place}/delta-{run_id}");
    let set = [
        output.as_str(),
        "output.format=delta",
        "output.publish=[base.orders, base.customers]",
    ];
    let job = job_at(place, options, &set);
    let stores = Stores::new(job.stores.clone());
    let source = stores
        .open(&format!("{place}/in/transactions.csv"))
        .unwrap();
    source
        .write(TRANSACTIONS.as_bytes().to_vec())
        .await
        .unwrap();
    let dates = ["2025-03-31", "2025-09-30", "2025-12-31"].map(|date| Options {
        run_date: date.parse().ok(),
        ..Options::default()
    });
    let runs = dates
        .iter()
        .map(|options| run(&job, options, &stores, &|_| {}, std::future::pending()));
    let mut versions = Vec::new();
    for outcome in futures::future::join_all(runs).await {
        versions.push(outcome.unwrap().outputs[0].version.unwrap());
    }
    versions.sort_unstable();
    assert_eq!(versions, [0, 1, 2], "{place}: one commit a date");
    let again = run(&job, &dates[2], &stores, &|_| {}, std::future::pending());
    assert_eq!(again.await.unwrap().status, Some(Status::Unchanged));
    let output = stores.open(&job.output.url).unwrap();
    let garbage = collect_garbage(&output, Some(100), false).await.unwrap();
    let tables = garbage.expired.iter();
    let tables = tables.filter(|path| path.starts_with("delta/base/"));
    assert_eq!(tables.count(), 2, "{place}: {garbage:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_job_runs_on_s3() {
    let Some(endpoint) = endpoint("the_whole_job_runs_on_s3", "CLIENTELE_S3") else {
        return;
    };
    whole_job(
        &job(&endpoint, "clientele-test", &[]),
        "s3://clientele-test",
    )
    .await;
    let racing = (0..6).map(|rate| {
        let job = self::job(
            &endpoint,
            "clientele-test",
            &[&format!("parameters.margin_rate=0.{}", rate + 1)],
        );
        async move { run_job(&job).await.map_err(|error| error.exit_code()) }
    });
    let outcomes = futures::future::join_all(racing).await;
    assert!(outcomes.iter().any(Result::is_ok), "{outcomes:?}");
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Ok(_) | Err(75))),
        "{outcomes:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_bucket_and_a_wrong_key_are_told_apart() {
    let Some(endpoint) = endpoint(
        "a_missing_bucket_and_a_wrong_key_are_told_apart",
        "CLIENTELE_S3",
    ) else {
        return;
    };
    let error = run_job(&job(&endpoint, "clientele-nowhere", &[]))
        .await
        .unwrap_err();
    assert_eq!(error.exit_code(), 66, "{error:?}");
    let mut wrong = job(&endpoint, "clientele-test", &[]);
    let options = wrong.stores.values_mut().next().unwrap();
    options.insert("secret_access_key".into(), "env:PATH".into());
    let error = run_job(&wrong).await.unwrap_err();
    assert_eq!(error.exit_code(), 77, "{error:?}");
    let away = job("http://127.0.0.1:9", "clientele-test", &[]);
    let error = run_job(&away).await.unwrap_err();
    assert_eq!(error.exit_code(), 69, "{error:?}");
}
