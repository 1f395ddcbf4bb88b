//! A job is complete and in range, or every mistake of it is told at its line.

use clientele::error::Error;
use clientele::job::{DEFAULTS, Engine, Job, OutputFormat, Overrides};
use serde_json::Value;

const LEAST: &str = "sources: {transactions: {url: in/}}\noutput: {url: out}\n";

fn told(text: &str, overrides: &Overrides) -> String {
    match Job::parse(text, overrides) {
        Err(error @ Error::Job { .. }) => error.to_string(),
        other => panic!("expected mistakes, got {other:?}"),
    }
}

#[test]
fn a_job_needs_only_its_transactions_and_its_output() {
    let job = Job::parse(LEAST, &Overrides::default()).unwrap();
    assert_eq!(job.parameters.window_days, 365);
    assert_eq!(job.tiers.len(), 3);
    assert_eq!(job.run_date, "yesterday");
}

#[test]
fn every_mistake_is_told_at_once_with_its_line() {
    let text = "\
name: shop
time_zone: Europe/Londn
sources:
  transactions:
    uri: s3://shop/in/
output:
  url: out
parameters:
  window_days: many
  margin_rate: 1.5
  ladder_dept: 3
";
    insta::assert_snapshot!(told(text, &Overrides::default()));
}

#[test]
fn what_the_schema_cannot_say_is_told_at_its_line_too() {
    let text = "\
time_zone: Europe/Londn
sources: {transactions: {url: in/}}
output: {url: out}
stores:
  s3://shop: {secret_access_key: in clear text}
tiers:
  - {tier: gold, margin_share: 0.5}
";
    insta::assert_snapshot!(told(text, &Overrides::default()));
}

#[test]
fn delta_lake_is_for_a_program_that_was_built_with_it() {
    let text = LEAST.replace("output: {", "output: {format: delta, ");
    if cfg!(feature = "delta") {
        let job = Job::parse(&text, &Overrides::default()).unwrap();
        assert_eq!(job.output.format, OutputFormat::Delta);
    } else {
        assert!(told(&text, &Overrides::default()).contains("--features delta"));
    }
}

#[test]
fn a_cluster_is_for_a_program_that_was_built_with_it_and_has_a_scheduler() {
    let text = format!("{LEAST}engine: cluster\ncluster: {{scheduler: \"scheduler:50050\"}}\n");
    if cfg!(feature = "cluster") {
        let job = Job::parse(&text, &Overrides::default()).unwrap();
        assert_eq!(job.engine, Engine::Cluster);
    } else {
        assert!(told(&text, &Overrides::default()).contains("--features cluster"));
    }
    let nobody = told(&format!("{LEAST}engine: cluster\n"), &Overrides::default());
    assert!(nobody.contains("cluster.scheduler"), "{nobody}");
    let url = text.replace("scheduler:50050", "df://scheduler:50050");
    assert!(told(&url, &Overrides::default()).contains("df://scheduler:50050"));
}

#[test]
fn scores_that_fall_in_no_group_or_in_two_are_told() {
    let told_of = |groups: &str| {
        let text = format!(
            "rfm_groups: {groups}\nsources: {{transactions: {{url: in/}}}}\noutput: {{url: out}}\n"
        );
        told(&text, &Overrides::default())
    };
    let late = "{group: late, recency: [1, 2], frequency: [1, 5], monetary: [1, 5]}";
    let all = "{group: all, recency: [1, 5], frequency: [1, 5], monetary: [1, 5]}";
    let nowhere = told_of(&format!("[{late}]"));
    assert!(
        nowhere.contains("recency 3, frequency 1, monetary 1 falls in no group"),
        "{nowhere}"
    );
    let twice = told_of(&format!("[{late}, {all}]"));
    assert!(
        twice.contains("recency 1, frequency 1, monetary 1 falls in late and in all"),
        "{twice}"
    );
}

#[test]
fn a_text_that_is_no_yaml_is_told_at_its_line() {
    insta::assert_snapshot!(told("name: [unclosed\n", &Overrides::default()));
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let environment = vec![
        (
            "CLIENTELE_PARAMETERS__WINDOW_DAYS".to_owned(),
            "30".to_owned(),
        ),
        (
            "CLIENTELE_PARAMETERS__LADDER_DEPTH".to_owned(),
            "4".to_owned(),
        ),
    ];
    let overrides = Overrides {
        environment,
        set: vec!["parameters.window_days=7".to_owned()],
    };
    let text = format!("{LEAST}parameters: {{window_days: 90, ladder_depth: 5, return_days: 3}}\n");
    let job = Job::parse(&text, &overrides).unwrap();
    let found = (
        job.parameters.window_days,
        job.parameters.ladder_depth,
        job.parameters.return_days,
    );
    assert_eq!(found, (7, 4, 3));
}

#[test]
fn a_variable_is_filled_in_or_missed() {
    let environment = vec![("BUCKET".to_owned(), "shop".to_owned())];
    let overrides = Overrides {
        environment,
        set: Vec::new(),
    };
    let text =
        "sources: {transactions: {url: 's3://${BUCKET}/in/'}}\noutput: {url: '${OUT:-out}/x'}\n";
    let job = Job::parse(text, &overrides).unwrap();
    assert_eq!(job.sources.transactions.url, "s3://shop/in/");
    assert_eq!(job.output.url, "out/x");
    assert!(told(text, &Overrides::default()).contains("no variable BUCKET"));
}

#[test]
fn a_job_extends_another() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "base.yaml",
        &format!("{LEAST}parameters: {{window_days: 90, return_days: 9}}\n"),
    );
    write(
        "job.yaml",
        "extends: base.yaml\nparameters: {window_days: 30}\n",
    );
    let job = Job::load(&folder.path().join("job.yaml"), &Overrides::default()).unwrap();
    assert_eq!(
        (job.parameters.window_days, job.parameters.return_days),
        (30, 9)
    );
    write("base.yaml", "extends: job.yaml\n");
    let error = Job::load(&folder.path().join("job.yaml"), &Overrides::default()).unwrap_err();
    assert!(error.to_string().contains("extends itself"), "{error}");
}

#[test]
fn a_secret_is_never_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, "canary-3141\n").unwrap();
    let secret = clientele::job::Secret::resolve(&format!("file:{}", file.display())).unwrap();
    assert_eq!(secret.expose(), "canary-3141");
    assert!(!format!("{secret:?}").contains("canary"));
}

/// Every setting of the schema, with dots, and its description.
fn settings(schema: &Value, node: &Value, path: &str, found: &mut Vec<(String, String)>) {
    let reference = node.get("$ref").and_then(Value::as_str);
    let described = node.get("description").and_then(Value::as_str);
    let node = reference.map_or(node, |name| {
        schema.pointer(name.trim_start_matches('#')).unwrap()
    });
    for (name, inner) in node
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        settings(schema, inner, &format!("{path}.{name}"), found);
    }
    if let Some(text) = described.filter(|_| !path.is_empty()) {
        found.push((path.trim_start_matches('.').to_owned(), text.to_owned()));
    }
}

#[test]
fn defaults_yaml_has_every_setting_and_says_what_the_schema_says() {
    let schema = Job::schema();
    let mut found = Vec::new();
    settings(&schema, &schema, "", &mut found);
    assert!(found.len() > 50, "{}", found.len());
    let described_in_lists = |name: &str| name.starts_with("stores.");
    for (path, description) in found.iter().filter(|(path, _)| !described_in_lists(path)) {
        let name = path.rsplit('.').next().unwrap();
        let line = DEFAULTS.lines().find(|line| {
            let bare = line.trim_start_matches(['#', ' ']);
            bare.starts_with(&format!("{name}:")) && line.contains(description)
        });
        assert!(
            line.is_some(),
            "{path}: no line of defaults.yaml says: {description}"
        );
    }
}

#[test]
fn the_shipped_jobs_are_in_range() {
    for name in ["demo", "nightly", "online_retail_ii", "cdnow", "hillstrom"] {
        let path = format!("{}/jobs/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        Job::load(path.as_ref(), &Overrides::default())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}
