//! Every mistake of a job at once, each at its line.

use super::layer::{Layer, dotted, member};
use super::{Job, Secret, checks};
use chrono_tz::Tz;
use jsonschema::error::ValidationErrorKind as Kind;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::Value;
use std::fmt;

/// One mistake in a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, `environment` or `--set`.
    pub file: String,
    /// Line and column, from 1, where the text is known.
    pub place: Option<(usize, usize)>,
    /// The setting, with dots: `output.url`.
    pub setting: String,
    /// What is wrong and what would be right.
    pub message: String,
    /// The line itself.
    pub snippet: Option<String>,
}

impl Problem {
    pub(crate) fn of_file(file: &str, message: String) -> Self {
        Self {
            file: file.to_owned(),
            place: None,
            setting: String::new(),
            message,
            snippet: None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file)?;
        if let Some((line, column)) = self.place {
            write!(out, ":{line}:{column}")?;
        }
        match self.setting.as_str() {
            "" => write!(out, ": {}", self.message)?,
            setting => write!(out, ": {setting}: {}", self.message)?,
        }
        match (&self.snippet, self.place) {
            (Some(snippet), Some((line, column))) => {
                let gutter = line.to_string();
                write!(
                    out,
                    "\n  {gutter} | {snippet}\n  {:1$} | {2:>3$}",
                    "",
                    gutter.len(),
                    "^",
                    column
                )
            }
            _ => Ok(()),
        }
    }
}

/// The JSON Schema of a job; a setting that may be left out is written as its type alone.
pub(super) fn schema() -> Value {
    SchemaSettings::draft2020_12()
        .with_transform(WithoutNull)
        .into_generator()
        .into_root_schema_for::<Job>()
        .to_value()
}

#[derive(Debug, Clone)]
struct WithoutNull;

impl Transform for WithoutNull {
    fn transform(&mut self, schema: &mut schemars::Schema) {
        if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
            choices.retain(|choice| choice.get("type") != Some(&Value::from("null")));
            if let [Value::Object(only)] = choices.as_mut_slice() {
                let only = std::mem::take(only);
                schema.remove("anyOf");
                schema.ensure_object().extend(only);
            }
        }
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| name != "null");
        }
        transform_subschemas(self, schema);
    }
}

pub(super) fn against_schema(merged: &Value, layers: &[Layer]) -> Vec<Problem> {
    let schema = schema();
    let validator = match jsonschema::validator_for(&schema) {
        Ok(validator) => validator,
        Err(error) => return vec![Problem::of_file("schema", error.to_string())],
    };
    validator
        .iter_errors(merged)
        .flat_map(|error| {
            let at = error.instance_path().as_str().to_owned();
            match error.kind() {
                Kind::AdditionalProperties { unexpected } => unexpected
                    .iter()
                    .map(|key| {
                        problem(
                            layers,
                            &member(&at, key),
                            unknown(key, &known_settings(&schema, &at)),
                        )
                    })
                    .collect(),
                _ if is_secret(&dotted(&at)) => {
                    vec![problem(layers, &at, error.masked().to_string())]
                }
                _ => vec![problem(layers, &at, error.to_string())],
            }
        })
        .collect()
}

/// Whether a setting can hold a secret, against the rules.
fn is_secret(setting: &str) -> bool {
    ["stores.", "output.postgres"]
        .iter()
        .any(|place| setting.starts_with(place))
}

/// Takes away the lines on which a secret may stand.
pub(super) fn hide_secrets(problems: &mut [Problem]) {
    let line = |problem: &Problem| (problem.file.clone(), problem.place.map(|(line, _)| line));
    let secret = problems
        .iter()
        .filter(|problem| is_secret(&problem.setting));
    let lines: Vec<_> = secret.map(line).collect();
    for problem in problems {
        if lines.contains(&line(problem)) {
            problem.snippet = None;
        }
    }
}

fn unknown(key: &str, known: &[String]) -> String {
    match crate::nearest(key, known.iter().map(String::as_str)) {
        Some(name) => format!("there is no such setting; did you mean {name}?"),
        None => format!("there is no such setting; known here: {}", known.join(", ")),
    }
}

/// The settings that exist below `pointer`, found by following the schema.
fn known_settings(schema: &Value, pointer: &str) -> Vec<String> {
    let resolve = |node: &'_ Value| -> Value {
        let reference = node.get("$ref").and_then(Value::as_str);
        reference
            .and_then(|path| schema.pointer(path.trim_start_matches('#')))
            .unwrap_or(node)
            .clone()
    };
    let mut node = resolve(schema);
    for key in pointer.split('/').skip(1) {
        let next = node
            .pointer(&format!("/properties/{key}"))
            .or_else(|| node.get("additionalProperties"))
            .or_else(|| node.get("items"))
            .cloned();
        node = next.map_or(Value::Null, |next| resolve(&next));
    }
    let properties = node.get("properties").and_then(Value::as_object);
    properties
        .map(|map| map.keys().cloned().collect())
        .unwrap_or_default()
}

/// A mistake told in the topmost layer that holds the setting, or something above it.
fn problem(layers: &[Layer], pointer: &str, message: String) -> Problem {
    let mut above = pointer;
    loop {
        if let Some(layer) = layers.iter().rev().find(|layer| layer.has(above)) {
            return Problem {
                setting: dotted(pointer),
                ..layer.problem(above, message)
            };
        }
        let Some(cut) = above.rfind('/') else { break };
        above = &above[..cut];
    }
    let file = layers.get(1).map_or("job", |layer| layer.name.as_str());
    Problem {
        setting: dotted(pointer),
        ..Problem::of_file(file, message)
    }
}

/// What the schema cannot say. Settings of a wrong type are the schema's to tell.
pub(super) fn meaning(merged: &Value, layers: &[Layer]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut wrong = |pointer: &str, message| problems.push(problem(layers, pointer, message));
    if let Some(name) = merged["time_zone"]
        .as_str()
        .filter(|name| name.parse::<Tz>().is_err())
    {
        let cure = "write an IANA name such as Europe/London";
        wrong("/time_zone", format!("{name:?} is no time zone; {cure}"));
    }
    let shares = merged["tiers"].as_array().into_iter().flatten();
    let sum: f64 = shares
        .filter_map(|tier| tier["margin_share"].as_f64())
        .sum();
    if (sum - 1.0).abs() > 1e-9 {
        wrong(
            "/tiers",
            format!("the margin shares of the tiers sum to {sum}, not to 1"),
        );
    }
    for (place, message) in missing_features(merged) {
        wrong(place, message);
    }
    if merged["engine"] == "cluster" && merged["cluster"]["scheduler"].is_null() {
        let message = "engine: cluster wants to know its scheduler, such as scheduler:50050";
        wrong("/cluster/scheduler", message.to_owned());
    }
    for (name, message) in checks::problems(&merged["checks"]) {
        wrong(&member("/checks", &name), message.to_owned());
    }
    if let Some(message) = unmapped_scores(&merged["rfm_groups"]) {
        wrong("/rfm_groups", message);
    }
    for (measure, cuts) in merged["rfm_cuts"].as_object().into_iter().flatten() {
        let cuts: Vec<f64> = cuts
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_f64)
            .collect();
        let ascends = cuts.is_sorted_by(|one, next| one < next);
        if !(cuts.is_empty() || (cuts.len() == 4 && ascends)) {
            let message = "four amounts, each above the one before, or none";
            wrong(&member("/rfm_cuts", measure), message.to_owned());
        }
    }
    let database = merged["output"]["postgres"].as_str().unwrap_or_default();
    if let Err(message) = Secret::allowed("postgres", database) {
        wrong("/output/postgres", message);
    }
    for (url, options) in merged["stores"].as_object().into_iter().flatten() {
        for (key, value) in options.as_object().into_iter().flatten() {
            if let Err(message) = Secret::allowed(key, value.as_str().unwrap_or_default()) {
                wrong(&member(&member("/stores", url), key), message);
            }
        }
    }
    problems
}

/// What this program was built without.
fn missing_features(merged: &Value) -> impl Iterator<Item = (&'static str, String)> {
    let wanted = [
        ("/output/format", "delta", cfg!(feature = "delta")),
        ("/engine", "cluster", cfg!(feature = "cluster")),
    ];
    let is_missing = |(place, word, is_there): &(&str, &str, bool)| {
        let setting = merged.pointer(place).and_then(Value::as_str);
        setting == Some(*word) && !is_there
    };
    let missing: Vec<_> = wanted.into_iter().filter(is_missing).collect();
    missing.into_iter().map(|(place, word, _)| {
        let message =
            format!("this program was built without {word}; build it with --features {word}");
        (place, message)
    })
}

/// The first combination of scores that does not fall in exactly one group.
fn unmapped_scores(groups: &Value) -> Option<String> {
    let holds = |range: &Value, score: i64| {
        range[0].as_i64() <= Some(score) && range[1].as_i64() >= Some(score)
    };
    let places = |[recency, frequency, monetary]: [i64; 3]| {
        let groups = groups.as_array().into_iter().flatten();
        let of_scores = groups.filter(|group| {
            holds(&group["recency"], recency)
                && holds(&group["frequency"], frequency)
                && holds(&group["monetary"], monetary)
        });
        of_scores
            .filter_map(|group| group["group"].as_str())
            .collect::<Vec<_>>()
    };
    let all = (0..125).map(|at| [1 + at / 25, 1 + at / 5 % 5, 1 + at % 5]);
    all.map(|scores| (scores, places(scores)))
        .find(|(_, names)| names.len() != 1)
        .map(|([recency, frequency, monetary], names)| {
            let scores = format!("recency {recency}, frequency {frequency}, monetary {monetary}");
            match names.as_slice() {
                [] => format!("{scores} falls in no group"),
                names => format!("{scores} falls in {}", names.join(" and in ")),
            }
        })
}
