//! The whole job on a real S3 server, where one is named by `CLIENTELE_S3`: its endpoint, with keys in `AWS_…`.

use crate::shop::TRANSACTIONS;
use clientele::error::Error;
use clientele::job::{Job, Overrides};
use clientele::publish::Status;
use clientele::run::{Options, Summary, run};
use clientele::store::Stores;

/// The endpoint of the server, unless there is none, which only a machine that is not CI may say.
fn endpoint(test: &str) -> Option<String> {
    let endpoint = std::env::var("CLIENTELE_S3").ok();
    if endpoint.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "{test}: CLIENTELE_S3 names no server"
        );
        eprintln!("skipped: {test}: CLIENTELE_S3 names no server");
    }
    endpoint
}

fn job(endpoint: &str, bucket: &str, set: &[&str]) -> Job {
    let text = format!(
        "run_date: 2025-12-31
sources: {{transactions: {{url: 's3://{bucket}/in/'}}}}
output: {{url: 's3://{bucket}/out'}}
stores:
  s3://{bucket}:
    endpoint: {endpoint}
    allow_http: 'true'
    region: us-east-1
    access_key_id: env:CLIENTELE_S3_KEY
    secret_access_key: env:CLIENTELE_S3_SECRET
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

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_job_runs_on_s3() {
    let Some(endpoint) = endpoint("the_whole_job_runs_on_s3") else {
        return;
    };
    let job = job(&endpoint, "clientele-test", &[]);
    let stores = Stores::new(job.stores.clone());
    let place = stores
        .open("s3://clientele-test/in/transactions.csv")
        .unwrap();
    for object in stores
        .open("s3://clientele-test/out")
        .unwrap()
        .list()
        .await
        .unwrap()
    {
        stores
            .open(&format!("s3://clientele-test/{}", object.location))
            .unwrap()
            .delete()
            .await
            .unwrap();
    }
    place.write(TRANSACTIONS.as_bytes().to_vec()).await.unwrap();
    let summary = run_job(&job).await.unwrap();
    assert_eq!(summary.status, Some(Status::Published));
    assert_eq!(run_job(&job).await.unwrap().status, Some(Status::Unchanged));
    let local = crate::shop::Shop::usual().await.run().await.unwrap();
    assert_eq!(local.outputs, summary.outputs);
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
    let Some(endpoint) = endpoint("a_missing_bucket_and_a_wrong_key_are_told_apart") else {
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
