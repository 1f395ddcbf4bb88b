//! Who is told of a run, and that nobody who is told can fail it.

use crate::cli::{Place, text};
use crate::server::{Answer, serve};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

/// A check that no shop fulfils.
const FAILING: &str =
    "checks.named={of: transactions, test: filled, columns: [customer_id], otherwise: fail}";

fn lines(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn prometheus_reads_the_last_success_which_a_failure_leaves_alone() {
    let place = Place::small();
    let set = format!("observe.metrics={}", place.path("clientele.prom"));
    assert!(place.run(&["--set", &set]).status.success());
    let read = || std::fs::read_to_string(place.path("clientele.prom")).unwrap();
    let line = |text: &str, name: &str| {
        let found = text
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_default();
        found.to_owned()
    };
    let first = read();
    assert_eq!(
        line(&first, "clientele_last_run_rows{table=\"base.orders\"}"),
        "clientele_last_run_rows{table=\"base.orders\"} 5"
    );
    assert_eq!(
        line(&first, "clientele_last_exit_code"),
        "clientele_last_exit_code 0"
    );
    assert_eq!(
        place.run(&["--set", &set, "--set", FAILING]).status.code(),
        Some(65)
    );
    let second = read();
    taken_by_prometheus(&[&first, &second]);
    let success = "clientele_last_success_timestamp_seconds";
    assert_eq!(line(&first, success), line(&second, success));
    assert_eq!(
        line(&second, "clientele_last_exit_code"),
        "clientele_last_exit_code 65"
    );
    let gauges = |text: &str| {
        text.lines()
            .filter(|line| line.starts_with("# TYPE"))
            .count()
    };
    assert_eq!(gauges(&first), gauges(&second));
    let names: Vec<_> = std::fs::read_dir(place.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        !names
            .iter()
            .any(|name| name.to_string_lossy().contains(".prom.")),
        "{names:?}"
    );
}

/// Prometheus' own tool takes every text without a word.
fn taken_by_prometheus(texts: &[&str]) {
    let Ok(promtool) = std::env::var("CLIENTELE_PROMTOOL") else {
        eprintln!("skipped: CLIENTELE_PROMTOOL names no promtool");
        return;
    };
    for metrics in texts {
        let mut check = Command::new(&promtool)
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        check
            .stdin
            .take()
            .unwrap()
            .write_all(metrics.as_bytes())
            .unwrap();
        let out = check.wait_with_output().unwrap();
        let said = text(&out.stdout) + &text(&out.stderr);
        assert!(out.status.success() && said.is_empty(), "{said}");
    }
}

#[test]
fn a_run_is_known_by_the_names_of_who_started_it() {
    let place = Place::small();
    let file = place.path("lineage.jsonl");
    let variables = [
        ("AIRFLOW_CTX_DAG_ID", "nightly"),
        ("AIRFLOW_CTX_DAG_RUN_ID", "backfill__1"),
        ("AIRFLOW_CTX_TRY_NUMBER", "2"),
        ("AIRFLOW_CTX_DAG_EMAIL", "somebody@shop"),
        (
            "OPENLINEAGE_PARENT_ID",
            "prod/eu/nightly.run/019ca6b1-0000-7000-8000-000000000001",
        ),
        (
            "OPENLINEAGE_ROOT_PARENT_ID",
            "prod/eu/nightly/019ca6b1-0000-7000-8000-000000000002",
        ),
        ("OPENLINEAGE_URL", &file),
    ];
    let out = place.run_in(&variables, &["--log-format", "json"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let expected = json!({"airflow_dag_id": "nightly", "airflow_dag_run_id": "backfill__1", "airflow_try_number": "2"});
    let entry =
        std::fs::read_to_string(place.path("out/runs/run_date=2025-12-31/000001.json")).unwrap();
    let entry: Value = serde_json::from_str(&entry).unwrap();
    assert_eq!(entry["started_by"], expected);
    let begun: Value = serde_json::from_str(text(&out.stderr).lines().next().unwrap()).unwrap();
    let by: Value = serde_json::from_str(begun["started_by"].as_str().unwrap()).unwrap();
    assert_eq!((&begun["run_id"], by), (&entry["run_id"], expected));
    let parent = &lines(&file)[0]["run"]["facets"]["parent"];
    let names = |of: &Value| {
        (
            of["job"]["namespace"].clone(),
            of["job"]["name"].clone(),
            of["run"]["runId"].clone(),
        )
    };
    assert_eq!(
        names(parent),
        (
            json!("prod/eu"),
            json!("nightly.run"),
            json!("019ca6b1-0000-7000-8000-000000000001")
        )
    );
    let root = names(&parent["root"]);
    assert_eq!(
        (root.1, root.2),
        (
            json!("nightly"),
            json!("019ca6b1-0000-7000-8000-000000000002")
        )
    );
    witnessed(&file);
}

#[test]
fn lineage_tells_what_was_read_written_and_checked_down_to_the_columns() {
    let place = Place::small();
    let file = place.path("lineage.jsonl");
    let set = format!("observe.lineage={file}");
    let warning = FAILING.replace("fail}", "warn}");
    assert!(
        place
            .run(&["--set", &set, "--set", &warning])
            .status
            .success()
    );
    assert_eq!(
        place.run(&["--set", &set, "--set", FAILING]).status.code(),
        Some(65)
    );
    let events = lines(&file);
    let kinds: Vec<_> = events
        .iter()
        .map(|event| event["eventType"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["START", "COMPLETE", "START", "FAIL"]);
    assert_eq!(events[0]["run"]["runId"], events[1]["run"]["runId"]);
    let input = &events[1]["inputs"][0];
    assert_eq!(input["name"], place.path("transactions.csv"));
    let assertion = &input["inputFacets"]["dataQualityAssertions"]["assertions"][0];
    assert_eq!(
        (
            &assertion["column"],
            &assertion["success"],
            &assertion["actual"]
        ),
        (&json!("customer_id"), &json!(false), &json!("1"))
    );
    let outputs = events[1]["outputs"].as_array().unwrap();
    let orders = outputs.iter().find(|output| {
        output["name"]
            .as_str()
            .unwrap()
            .ends_with("tables/base/orders")
    });
    let facets = &orders.unwrap()["facets"];
    let origins = |column: &str| {
        let fields = facets["columnLineage"]["fields"][column]["inputFields"]
            .as_array()
            .unwrap();
        fields
            .iter()
            .map(|field| field["field"].as_str().unwrap())
            .collect::<Vec<_>>()
    };
    assert!(
        origins("revenue").contains(&"revenue"),
        "{:?}",
        origins("revenue")
    );
    assert!(
        !origins("revenue").contains(&"product_id"),
        "{:?}",
        origins("revenue")
    );
    assert_eq!(origins("customer_id"), ["customer_id"]);
    assert!(facets["schema"]["fields"].as_array().unwrap().len() > 10);
    assert_eq!(
        orders.unwrap()["outputFacets"]["outputStatistics"]["rowCount"],
        5
    );
    assert!(
        events[3]["run"]["facets"]["errorMessage"]["message"]
            .as_str()
            .unwrap()
            .contains("named")
    );
    witnessed(&file);
}

/// The classes that the `OpenLineage` project generates from its schemas take every event and every facet.
fn witnessed(file: &str) {
    let Some(python) = crate::python("CLIENTELE_PYTHON", "openlineage, cattrs") else {
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/lineage_witness.py");
    let out = Command::new(python).args([script, file]).output().unwrap();
    assert!(
        out.status.success(),
        "{}{}",
        text(&out.stdout),
        text(&out.stderr)
    );
}

#[test]
fn lineage_is_posted_and_a_receiver_that_is_away_fails_nothing() {
    let place = Place::small();
    let (url, asked) = serve(|_| Answer::status("201 Created"));
    let out = place.run_in(
        &[
            ("OPENLINEAGE_URL", &url),
            ("OPENLINEAGE_API_KEY", "canary-2718"),
        ],
        &[],
    );
    assert!(out.status.success(), "{}", text(&out.stderr));
    let asked = asked.lock().unwrap();
    let target = (asked[0].method.as_str(), asked[0].target.as_str());
    assert_eq!(target, ("POST", "/api/v1/lineage"));
    assert_eq!(asked[0].headers["authorization"], "Bearer canary-2718");
    let events: Vec<Value> = asked
        .iter()
        .map(|request| serde_json::from_slice(&request.body).unwrap())
        .collect();
    assert_eq!(events[1]["eventType"], "COMPLETE");
    assert!(!text(&out.stderr).contains("canary"));
    let away = place.run_in(&[("OPENLINEAGE_URL", "http://127.0.0.1:9")], &[]);
    assert!(away.status.success(), "{}", text(&away.stderr));
    assert!(
        text(&away.stderr).contains("lineage could not be told"),
        "{}",
        text(&away.stderr)
    );
}

fn packed(value: &Value) -> String {
    use base64::Engine;
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(value.to_string().as_bytes()).unwrap();
    base64::prelude::BASE64_STANDARD.encode(packer.finish().unwrap())
}

#[test]
fn dagster_names_the_date_and_is_told_what_was_made_and_checked() {
    let place = Place::small();
    let messages = place.path("messages");
    let context = json!({"data": {
        "partition_key": "2025-03-31",
        "asset_keys": ["shop/base/orders"],
        "extras": {"checks": {"shop/base/orders": ["all_have_a_name"]}},
    }});
    let variables = [
        ("DAGSTER_PIPES_CONTEXT", packed(&context)),
        ("DAGSTER_PIPES_MESSAGES", packed(&json!({"path": messages}))),
    ];
    let variables = variables
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let check = "checks.all have a name={of: transactions, test: filled, columns: [customer_id], otherwise: warn}";
    let out = place.run_in(&variables, &["--set", check]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(place.has("out/runs/run_date=2025-03-31/000001.json"));
    let told = lines(&messages);
    let methods: Vec<_> = told
        .iter()
        .map(|line| line["method"].as_str().unwrap())
        .collect();
    assert_eq!(
        methods,
        [
            "opened",
            "report_asset_materialization",
            "report_asset_check",
            "closed"
        ]
    );
    assert_eq!(
        told[1]["params"]["metadata"]["dagster/row_count"]["raw_value"],
        3
    );
    assert_eq!(told[2]["params"]["check_name"], "all_have_a_name");
    assert_eq!(told[2]["params"]["passed"], false);
}

#[test]
fn the_contract_is_valid_and_names_every_published_table_with_its_key() {
    let place = Place::small();
    assert!(place.run(&[]).status.success());
    let out = place.command(&[
        "contract",
        &place.path("job.yaml"),
        "--out",
        &place.path(""),
    ]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let yaml = |name: &str| {
        let text = std::fs::read_to_string(place.path(name)).unwrap();
        serde_saphyr::from_str::<Value>(&text).unwrap()
    };
    let contract = yaml("contract.odcs.yaml");
    let schema = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/reference/odcs-3.1.0.schema.json"
    );
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&contract)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let summary: Value = serde_json::from_str(text(&place.run(&[]).stdout).trim()).unwrap();
    let published = summary["outputs"].as_array().unwrap().len();
    let tables = contract["schema"].as_array().unwrap();
    assert_eq!(tables.len(), published);
    let customers = tables
        .iter()
        .find(|table| table["name"] == "base_customers")
        .unwrap();
    let key = &customers["properties"][0];
    assert_eq!(
        (&key["name"], &key["unique"], &key["logicalType"]),
        (&json!("customer_id"), &json!(true), &json!("string"))
    );
}
