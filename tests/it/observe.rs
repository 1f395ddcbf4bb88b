//! Who is told of a run, and that nobody who is told can fail it.

use crate::cli::{Place, text};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

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
    let Some(python) = crate::python("CLIENTELE_PYTHON", "openlineage") else {
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/lineage_witness.py");
    let out = std::process::Command::new(python)
        .args([script, file])
        .output()
        .unwrap();
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
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.local_addr().unwrap());
    let received = std::thread::spawn(move || {
        let events = server.incoming().take(2).map(|stream| {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                reader.read_line(&mut head).unwrap();
            }
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.unwrap().parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            stream
                .write_all(
                    b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                )
                .unwrap();
            (head, serde_json::from_slice::<Value>(&body).unwrap())
        });
        events.collect::<Vec<_>>()
    });
    let out = place.run_in(
        &[
            ("OPENLINEAGE_URL", &url),
            ("OPENLINEAGE_API_KEY", "canary-2718"),
        ],
        &[],
    );
    assert!(out.status.success(), "{}", text(&out.stderr));
    let received = received.join().unwrap();
    assert!(
        received[0].0.starts_with("POST /api/v1/lineage "),
        "{}",
        received[0].0
    );
    assert!(received[0].0.contains("authorization: Bearer canary-2718"));
    assert_eq!(received[1].1["eventType"], "COMPLETE");
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
