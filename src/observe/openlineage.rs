//! `OpenLineage` events: START, and COMPLETE, FAIL or ABORT, with what was read, written and checked.
//!
//! Facets and their versions as in the specification 2-0-2 (<https://openlineage.io/spec>).

use super::send::Transport;
use super::{Environment, Outcome, Started, variable, warn};
use crate::error::{Detail, Error};
use crate::job::Job;
use crate::publish::OutputTable;
use crate::read::Input;
use crate::run::Summary;
use crate::stage::{ColumnFacts, Finding, Verdict};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

const PRODUCER: &str = concat!(
    "https://crates.io/crates/clientele/",
    env!("CARGO_PKG_VERSION")
);
const SPEC: &str = "https://openlineage.io/spec";

/// Who tells of the runs of one job.
#[derive(Debug)]
pub(super) struct Teller {
    transport: Transport,
    namespace: String,
    job: String,
    output: Dataset,
    parent: Option<Value>,
}

/// A place as lineage names it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Dataset {
    namespace: String,
    name: String,
}

impl Teller {
    /// What the job says comes before what the environment says; nothing if neither names a place.
    pub(super) fn new(job: &Job, environment: &Environment) -> Option<Self> {
        let of = |name| variable(environment, name);
        if of("OPENLINEAGE_DISABLED").is_some_and(|word| word.eq_ignore_ascii_case("true")) {
            return None;
        }
        let place = job
            .observe
            .lineage
            .as_deref()
            .or_else(|| of("OPENLINEAGE_URL"))?;
        let transport = transport(place, environment);
        let namespace = of("OPENLINEAGE_NAMESPACE").unwrap_or(&job.observe.namespace);
        Some(Self {
            transport,
            namespace: namespace.to_owned(),
            job: job.name.clone(),
            output: Dataset::of(&job.output.url),
            parent: parent(
                of("OPENLINEAGE_PARENT_ID"),
                of("OPENLINEAGE_ROOT_PARENT_ID"),
            ),
        })
    }

    pub(super) async fn begun(&self, run: &Started) {
        self.send(self.event("START", run, Map::new())).await;
    }

    pub(super) async fn ended(&self, run: &Started, outcome: Outcome<'_>) {
        let event = match outcome {
            Ok(summary) => {
                let mut event = self.event("COMPLETE", run, Map::new());
                event["inputs"] = summary
                    .inputs
                    .iter()
                    .map(|input| read(input, summary))
                    .collect();
                let outputs = summary.outputs.iter();
                event["outputs"] = outputs.map(|table| self.written(table, summary)).collect();
                event
            }
            Err(error) => {
                let kind = if matches!(error, Error::Interrupted { .. }) {
                    "ABORT"
                } else {
                    "FAIL"
                };
                let message =
                    json!({"message": error.told(Detail::NoValues), "programmingLanguage": "Rust"});
                let facet = facet("1-0-1/ErrorMessageRunFacet", message);
                self.event(
                    kind,
                    run,
                    Map::from_iter([("errorMessage".to_owned(), facet)]),
                )
            }
        };
        self.send(event).await;
    }

    async fn send(&self, event: Value) {
        warn("lineage", self.transport.send(&event).await);
    }

    fn event(&self, kind: &str, run: &Started, mut facets: Map<String, Value>) -> Value {
        let engine = json!({"version": env!("CARGO_PKG_VERSION"), "name": "clientele"});
        let time = json!({"nominalStartTime": format!("{}T00:00:00Z", run.run_date)});
        facets.insert(
            "processing_engine".to_owned(),
            facet("1-1-1/ProcessingEngineRunFacet", engine),
        );
        facets.insert(
            "nominalTime".to_owned(),
            facet("1-0-1/NominalTimeRunFacet", time),
        );
        if let Some(parent) = &self.parent {
            facets.insert(
                "parent".to_owned(),
                facet("1-2-0/ParentRunFacet", parent.clone()),
            );
        }
        let of_job =
            json!({"processingType": "BATCH", "integration": "CLIENTELE", "jobType": "JOB"});
        json!({
            "eventType": kind,
            "eventTime": chrono::Utc::now().to_rfc3339(),
            "producer": PRODUCER,
            "schemaURL": format!("{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"),
            "run": {"runId": run.run_id, "facets": facets},
            "job": {
                "namespace": self.namespace,
                "name": self.job,
                "facets": {"jobType": facet("2-0-4/JobTypeJobFacet", of_job)},
            },
            "inputs": [],
            "outputs": [],
        })
    }

    fn written(&self, table: &OutputTable, summary: &Summary) -> Value {
        let columns = summary
            .columns
            .get(&table.table)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let lineage = columns
            .iter()
            .map(|column| (column.name.clone(), origins(column, &summary.inputs)));
        let folder = table.path.split("/run_date=").next().unwrap_or(&table.path);
        let statistics = json!({"rowCount": table.rows, "size": table.bytes, "fileCount": 1});
        json!({
            "namespace": self.output.namespace,
            "name": format!("{}/{folder}", self.output.name),
            "facets": {
                "schema": schema(columns.iter().map(|column| (column.name.as_str(), column.data_type.as_str(), column.meaning.as_str()))),
                "version": facet("1-0-1/DatasetVersionDatasetFacet", json!({"datasetVersion": table.sha256})),
                "columnLineage": facet("1-2-0/ColumnLineageDatasetFacet", json!({"fields": lineage.collect::<Map<_, _>>()})),
                "dataQualityAssertions": assertions(&table.table, summary),
            },
            "outputFacets": {"outputStatistics": facet("1-0-2/OutputStatisticsOutputDatasetFacet", statistics)},
        })
    }
}

fn read(input: &Input, summary: &Summary) -> Value {
    let place = Dataset::of(&input.url);
    let mut statistics = json!({"size": input.bytes, "fileCount": input.files});
    if let Some(rows) = input.rows {
        statistics["rowCount"] = json!(rows);
    }
    let columns = input
        .columns
        .iter()
        .map(|(name, data_type)| (name.as_str(), data_type.as_str(), ""));
    json!({
        "namespace": place.namespace,
        "name": place.name,
        "facets": {"schema": schema(columns)},
        "inputFacets": {
            "inputStatistics": facet("1-0-0/InputStatisticsInputDatasetFacet", statistics),
            "dataQualityAssertions": assertions(input.name, summary),
        },
    })
}

fn origins(column: &ColumnFacts, inputs: &[Input]) -> Value {
    let fields = column.origins.iter().filter_map(|(source, field)| {
        let input = inputs.iter().find(|input| input.name == source)?;
        let place = Dataset::of(&input.url);
        Some(json!({"namespace": place.namespace, "name": place.name, "field": field}))
    });
    json!({"inputFields": fields.collect::<Vec<_>>()})
}

fn assertions(of: &str, summary: &Summary) -> Value {
    let of_table = |finding: &&Finding| finding.of == of;
    let assertions = summary
        .quality
        .findings
        .iter()
        .filter(of_table)
        .map(|finding| {
            let severity = if finding.otherwise == "fail" {
                "error"
            } else {
                "warn"
            };
            let mut assertion = json!({
                "assertion": finding.test,
                "success": finding.verdict == Verdict::Passed,
                "severity": severity,
                "name": finding.name,
            });
            if !finding.columns.is_empty() && !finding.columns.contains(',') {
                assertion["column"] = json!(finding.columns);
            }
            if let Some(actual) = finding
                .broken
                .map(|rows| rows.to_string())
                .or(finding.observed.map(|number| number.to_string()))
            {
                assertion["actual"] = json!(actual);
            }
            assertion
        });
    facet(
        "1-1-0/DataQualityAssertionsDatasetFacet",
        json!({"assertions": assertions.collect::<Vec<_>>()}),
    )
}

fn schema<'c>(columns: impl Iterator<Item = (&'c str, &'c str, &'c str)>) -> Value {
    let fields = columns.map(|(name, data_type, meaning)| {
        let mut field = json!({"name": name, "type": data_type});
        if !meaning.is_empty() {
            field["description"] = json!(meaning);
        }
        field
    });
    facet(
        "1-2-0/SchemaDatasetFacet",
        json!({"fields": fields.collect::<Vec<_>>()}),
    )
}

/// A facet with its producer and the address of its schema: `version/Name`.
fn facet(version: &str, mut content: Value) -> Value {
    let name = version.split('/').next_back().unwrap_or(version);
    content["_producer"] = json!(PRODUCER);
    content["_schemaURL"] = json!(format!("{SPEC}/facets/{version}.json#/$defs/{name}"));
    content
}

/// The task that started the run, and the run of all tasks that it belongs to.
fn parent(task: Option<&str>, root: Option<&str>) -> Option<Value> {
    let mut parent = named(task?)?;
    if let Some(root) = root.and_then(named) {
        parent["root"] = root;
    }
    Some(parent)
}

/// `namespace/job/runId`, as an orchestrator hands it down. A namespace may have slashes of its own.
fn named(id: &str) -> Option<Value> {
    let (rest, run) = id.rsplit_once('/')?;
    let (namespace, job) = rest.rsplit_once('/')?;
    Some(json!({"run": {"runId": run}, "job": {"namespace": namespace, "name": job}}))
}

fn transport(place: &str, environment: &Environment) -> Transport {
    if !place.starts_with("http") {
        return Transport::File(PathBuf::from(place));
    }
    let base = place.trim_end_matches('/');
    let is_whole = base.contains("/api/");
    Transport::Http {
        url: if is_whole {
            base.to_owned()
        } else {
            format!("{base}/api/v1/lineage")
        },
        key: variable(environment, "OPENLINEAGE_API_KEY").map(str::to_owned),
    }
}

impl Dataset {
    /// As the specification names files and objects: the store, and the path in it.
    fn of(url: &str) -> Self {
        let (namespace, name) = match url.split_once("://") {
            Some(("file", path)) => ("file".to_owned(), path.to_owned()),
            Some((scheme, rest)) => {
                let (bucket, path) = rest.split_once('/').unwrap_or((rest, ""));
                (format!("{scheme}://{bucket}"), path.to_owned())
            }
            None => match url.split_once(':') {
                Some((scheme, rest)) if scheme.len() > 1 => (scheme.to_owned(), rest.to_owned()),
                _ => {
                    let path = std::path::absolute(url).unwrap_or_else(|_| PathBuf::from(url));
                    ("file".to_owned(), path.display().to_string())
                }
            },
        };
        let name = name.trim_end_matches('/').to_owned();
        Self {
            namespace,
            name: if name.is_empty() {
                "/".to_owned()
            } else {
                name
            },
        }
    }
}
