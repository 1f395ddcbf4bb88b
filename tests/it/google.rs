//! The whole job on Google's store. No imitation that can be had speaks its XML interface, by which `object_store` writes,
//! so this one does, over a store in memory: the requests that the job makes, and no others.

use crate::server::{Answer, Asked, Request, serve};
use crate::shop::{Shop, TRANSACTIONS};
use clientele::error::Error;
use clientele::job::{Job, Overrides};
use clientele::publish::Status;
use clientele::run::{Options, Summary, run};
use clientele::store::Stores;
use futures::TryStreamExt;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

/// Objects that one answer lists at most; Google's own limit is a thousand.
const PAGE: usize = 5;

/// Objects, and the parts of uploads that are under way.
#[derive(Default)]
struct Google {
    objects: InMemory,
    uploads: Mutex<BTreeMap<String, BTreeMap<usize, Vec<u8>>>>,
}

/// The kinds of requests, told by their queries.
const KINDS: [&str; 4] = ["list-type", "uploads", "uploadId", "partNumber"];

fn parts(request: &Request) -> (Path, BTreeMap<String, String>) {
    let url = url::Url::parse(&format!("http://store{}", request.target)).unwrap();
    let path = url.path().strip_prefix("/clientele%2Dtest").unwrap();
    let path = Path::from_url_path(path).unwrap();
    (path, url.query_pairs().into_owned().collect())
}

fn kind(request: &Request) -> String {
    let (_, query) = parts(request);
    let named = KINDS.into_iter().filter(|name| query.contains_key(*name));
    let words: Vec<_> = [request.method.as_str()].into_iter().chain(named).collect();
    words.join(" ")
}

fn written(tag: Option<String>, body: &str) -> Answer {
    let mut answer = Answer::of("200 OK", body);
    answer.headers = vec![("x-goog-generation", "1".to_owned())];
    answer.headers.extend(tag.map(|tag| ("etag", tag)));
    answer
}

impl Google {
    /// Listens until the tests end.
    fn listen(self: &Arc<Self>) -> (String, Asked) {
        let (google, runtime) = (Arc::clone(self), tokio::runtime::Handle::current());
        serve(move |request| runtime.block_on(google.answer(request)))
    }

    async fn answer(&self, request: &Request) -> Answer {
        let (path, query) = parts(request);
        let of = |name: &str| query.get(name).map_or("", String::as_str);
        match kind(request).as_str() {
            "GET list-type" => self.list(of("prefix"), of("continuation-token")).await,
            "GET" | "HEAD" => self.get(&path, request).await,
            "PUT" => self.put(&path, request).await,
            "POST uploads" => {
                let upload = format!("of {path}");
                let mut uploads = self.uploads.lock().unwrap();
                uploads.insert(upload.clone(), BTreeMap::new());
                written(
                    None,
                    &format!(
                        "<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
                    ),
                )
            }
            "PUT uploadId partNumber" => {
                let number = of("partNumber").parse().unwrap();
                let mut uploads = self.uploads.lock().unwrap();
                let parts = uploads.get_mut(of("uploadId")).unwrap();
                parts.insert(number, request.body.clone());
                written(Some(format!("\"part-{number}\"")), "")
            }
            "POST uploadId" => {
                let parts = self.uploads.lock().unwrap().remove(of("uploadId")).unwrap();
                let named = String::from_utf8_lossy(&request.body);
                assert_eq!(named.matches("<PartNumber>").count(), parts.len());
                let whole: Vec<u8> = parts.into_values().flatten().collect();
                let put = self.objects.put(&path, whole.into()).await.unwrap();
                written(
                    None,
                    &format!(
                        "<CompleteMultipartUploadResult><ETag>{}</ETag></CompleteMultipartUploadResult>",
                        put.e_tag.unwrap()
                    ),
                )
            }
            "DELETE" => match self.objects.head(&path).await {
                Ok(_) => self
                    .objects
                    .delete(&path)
                    .await
                    .map(|()| Answer::status("204 No Content"))
                    .unwrap(),
                Err(_) => Answer::status("404 Not Found"),
            },
            _ => Answer::status("501 Not Implemented"),
        }
    }

    async fn put(&self, path: &Path, request: &Request) -> Answer {
        let is_create = request
            .headers
            .get("x-goog-if-generation-match")
            .is_some_and(|generation| generation == "0");
        let mode = if is_create {
            PutMode::Create
        } else {
            PutMode::Overwrite
        };
        let put = self
            .objects
            .put_opts(path, request.body.clone().into(), mode.into())
            .await;
        put.map_or(Answer::status("412 Precondition Failed"), |put| {
            written(put.e_tag, "")
        })
    }

    async fn get(&self, path: &Path, request: &Request) -> Answer {
        let range = request.headers.get("range").map(|range| {
            let (first, last) = range
                .strip_prefix("bytes=")
                .unwrap()
                .split_once('-')
                .unwrap();
            match (first.parse(), last.parse::<u64>()) {
                (Ok(first), Ok(last)) => GetRange::Bounded(first..last + 1),
                (Ok(first), Err(_)) => GetRange::Offset(first),
                (Err(_), last) => GetRange::Suffix(last.unwrap()),
            }
        });
        let is_part = range.is_some();
        let options = GetOptions {
            range,
            ..GetOptions::default()
        };
        let Ok(got) = self.objects.get_opts(path, options).await else {
            return Answer::status("404 Not Found");
        };
        let (meta, part) = (got.meta.clone(), got.range.clone());
        let mut answer = written(meta.e_tag, "");
        answer
            .headers
            .push(("last-modified", meta.last_modified.to_rfc2822()));
        if request.method == "HEAD" {
            answer
                .headers
                .push(("content-length", meta.size.to_string()));
        }
        if is_part {
            answer.status = "206 Partial Content";
            let range = format!("bytes {}-{}/{}", part.start, part.end - 1, meta.size);
            answer.headers.push(("content-range", range));
        }
        answer.body = got.bytes().await.unwrap().to_vec();
        answer
    }

    async fn list(&self, prefix: &str, after: &str) -> Answer {
        let mut found: Vec<_> = self.objects.list(None).try_collect().await.unwrap();
        found.sort_by(|left, right| left.location.cmp(&right.location));
        found.retain(|object| {
            let path = object.location.as_ref();
            path.starts_with(prefix) && path > after
        });
        let mut text = "<ListBucketResult>".to_owned();
        for object in found.iter().take(PAGE) {
            let (key, size, time) = (
                &object.location,
                object.size,
                object.last_modified.to_rfc3339(),
            );
            let tag = object.e_tag.as_deref().unwrap();
            write!(text, "<Contents><Key>{key}</Key><LastModified>{time}</LastModified><Size>{size}</Size><ETag>{tag}</ETag></Contents>").unwrap();
        }
        if found.len() > PAGE {
            let next = &found[PAGE - 1].location;
            write!(
                text,
                "<NextContinuationToken>{next}</NextContinuationToken>"
            )
            .unwrap();
        }
        Answer::of("200 OK", &(text + "</ListBucketResult>"))
    }
}

/// The file of a service account that needs no token and sends everything to `endpoint`.
fn account(endpoint: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let key = serde_json::json!({
        "private_key": "", "private_key_id": "", "client_email": "", "disable_oauth": true, "gcs_base_url": endpoint,
    });
    std::fs::write(file.path(), key.to_string()).unwrap();
    file
}

fn job(account: &tempfile::NamedTempFile, set: &[&str]) -> Job {
    let text = format!(
        "run_date: 2025-12-31\n\
         sources: {{transactions: {{url: 'gs://clientele-test/in/'}}}}\n\
         output: {{url: 'gs://clientele-test/out'}}\n\
         stores: {{gs://clientele-test: {{allow_http: 'true', service_account_key: 'file:{}'}}}}\n",
        account.path().display()
    );
    let set = set.iter().map(ToString::to_string).collect();
    let overrides = Overrides {
        set,
        ..Overrides::default()
    };
    Job::parse(&text, &overrides).unwrap()
}

async fn run_job(job: &Job) -> Result<Summary, Error> {
    let stores = Stores::new(job.stores.clone());
    run(
        job,
        &Options::default(),
        &stores,
        &|_| {},
        std::future::pending(),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_job_runs_on_google() {
    const PUBLISH: &str =
        "output.publish=[base.orders, base.customers, base.source_balance, value.concentration]";
    let google = Arc::new(Google::default());
    let account = account(&google.listen().0);
    // more files than one answer lists
    let header = TRANSACTIONS.lines().next().unwrap();
    for (number, line) in TRANSACTIONS.lines().skip(1).enumerate() {
        let place = Path::from(format!("in/{number}.csv"));
        google
            .objects
            .put(&place, format!("{header}\n{line}\n").into())
            .await
            .unwrap();
    }
    let job = job(&account, &[PUBLISH]);
    let summary = run_job(&job).await.unwrap();
    assert_eq!(
        (summary.status, summary.inputs[0].files),
        (Some(Status::Published), 7)
    );
    assert_eq!(run_job(&job).await.unwrap().status, Some(Status::Unchanged));
    let local = Shop::usual().await.with(PUBLISH).run().await.unwrap();
    assert_eq!(local.outputs, summary.outputs);
    let racing = (1..=4).map(|rate| {
        let set = format!("parameters.margin_rate=0.{rate}");
        let job = self::job(&account, &[PUBLISH, &set]);
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
async fn a_large_table_comes_to_google_in_parts_and_whole() {
    let google = Arc::new(Google::default());
    let (endpoint, asked) = google.listen();
    let account = account(&endpoint);
    let job = job(&account, &[]);
    let output = Stores::new(job.stores.clone())
        .open(&job.output.url)
        .unwrap();
    crate::store::publish_a_large_table(&output).await;
    let asked = asked.lock().unwrap();
    let count = |wanted: &str| {
        asked
            .iter()
            .filter(|request| kind(request) == wanted)
            .count()
    };
    // once to its place, once to the latest tables
    let counts = ["POST uploads", "PUT uploadId partNumber", "POST uploadId"].map(count);
    assert_eq!(counts, [2, 6, 2]);
    assert!(google.uploads.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn googles_refusal_is_told_as_that() {
    let (endpoint, asked) = serve(|_| Answer::status("403 Forbidden"));
    let error = run_job(&job(&account(&endpoint), &[])).await.unwrap_err();
    assert_eq!(error.exit_code(), 77, "{error:?}");
    let first = asked.lock().unwrap()[0].clone();
    assert!(first.target.starts_with("/clientele%2Dtest?"), "{first:?}");
}
