//! Messages to Dagster, in its Pipes protocol, when it has started the program: what was made and what was checked.
//!
//! Dagster hands over two variables, each the base64 of zlib-compressed JSON: what it wants to be done, and where it
//! reads messages. It refuses checks that an asset has not declared, so those it wants are named in the extras:
//! `extras={"checks": {"shop/orders": ["customers_are_known"]}}`.

use super::{Environment, variable};
use crate::run::Summary;
use crate::stage::{Finding, Verdict};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::NaiveDate;
use flate2::read::ZlibDecoder;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::{Read, Result, Write};

const VERSION: &str = "0.1";

/// What Dagster said when it started the program.
#[derive(Debug)]
pub(super) struct Pipes {
    context: Value,
    messages: Value,
}

impl Pipes {
    /// Nothing if it was not Dagster that started the program.
    pub(super) fn new(environment: &Environment) -> Option<Self> {
        let of = |name| decoded(variable(environment, name)?);
        let context = of("DAGSTER_PIPES_CONTEXT")?;
        let context = match context["path"].as_str() {
            Some(path) => serde_json::from_slice(&std::fs::read(path).ok()?).ok()?,
            None => context["data"].clone(),
        };
        Some(Self {
            context,
            messages: of("DAGSTER_PIPES_MESSAGES")?,
        })
    }

    /// The date that the partition is named after.
    pub(super) fn partition_date(&self) -> Option<NaiveDate> {
        self.context["partition_key"].as_str()?.parse().ok()
    }

    /// The run and the try that Dagster knows it by.
    pub(super) fn started_by(&self) -> Vec<(String, String)> {
        let told = ["run_id", "job_name", "retry_number"].map(|name| {
            let value = match &self.context[name] {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            Some((format!("dagster_{name}"), value))
        });
        told.into_iter().flatten().collect()
    }

    /// Tells what was made: of an asset that ends with `chapter/table` that table, of any other the whole run.
    pub(super) fn tell(&self, summary: &Summary) -> Result<()> {
        let mut lines = vec![message("opened", &json!({"extras": {}}))];
        for asset in texts(&self.context["asset_keys"]) {
            let is_of = |name: &str| asset.ends_with(&name.replace('.', "/"));
            let tables = summary.outputs.iter().filter(|table| is_of(&table.table));
            let facts = tables
                .map(|table| (table.rows, table.sha256.clone()))
                .next();
            let (rows, version) = facts.unwrap_or_else(|| {
                (
                    summary.outputs.iter().map(|table| table.rows).sum(),
                    summary.run_id.clone(),
                )
            });
            let metadata = json!({
                "dagster/row_count": {"raw_value": rows, "type": "int"},
                "run_id": {"raw_value": summary.run_id, "type": "text"},
                "run_date": {"raw_value": summary.run_date.to_string(), "type": "text"},
            });
            let made = json!({"asset_key": asset, "metadata": metadata, "data_version": version});
            lines.push(message("report_asset_materialization", &made));
            let wanted = texts(&self.context["extras"]["checks"][asset]);
            let findings = summary.quality.findings.iter();
            let checks = findings.filter(|finding| wanted.contains(&check_name(finding).as_str()));
            lines.extend(
                checks.map(|finding| message("report_asset_check", &checked(asset, finding))),
            );
        }
        lines.push(message("closed", &json!({})));
        self.write(&(lines.join("\n") + "\n"))
    }

    fn write(&self, text: &str) -> Result<()> {
        match (
            self.messages["path"].as_str(),
            self.messages["stdio"].as_str(),
        ) {
            (Some(path), _) => {
                let mut file = OpenOptions::new().create(true).append(true).open(path)?;
                file.write_all(text.as_bytes())
            }
            (None, Some("stdout")) => std::io::stdout().write_all(text.as_bytes()),
            _ => std::io::stderr().write_all(text.as_bytes()),
        }
    }
}

fn checked(asset: &str, finding: &Finding) -> Value {
    let severity = if finding.otherwise == "fail" {
        "ERROR"
    } else {
        "WARN"
    };
    json!({
        "asset_key": asset,
        "check_name": check_name(finding),
        "passed": finding.verdict == Verdict::Passed,
        "severity": severity,
        "metadata": {"broken_rows": {"raw_value": finding.broken.unwrap_or(0), "type": "int"}},
    })
}

/// The check's name in Dagster's alphabet.
fn check_name(finding: &Finding) -> String {
    let letter = |letter: char| {
        if letter.is_ascii_alphanumeric() {
            letter
        } else {
            '_'
        }
    };
    finding.name.chars().map(letter).collect()
}

fn message(method: &str, parameters: &Value) -> String {
    json!({"__dagster_pipes_version": VERSION, "method": method, "params": parameters}).to_string()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn decoded(text: &str) -> Option<Value> {
    let packed = BASE64_STANDARD.decode(text).ok()?;
    let mut json = String::new();
    ZlibDecoder::new(packed.as_slice())
        .read_to_string(&mut json)
        .ok()?;
    serde_json::from_str(&json).ok()
}
