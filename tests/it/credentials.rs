//! Who a run is to its store: keys of the environment, of a profile, of a web identity, of the machine's role.

use crate::cli::{Place, text};
use crate::server::{Answer, Asked, Request, serve};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// What those who hand out keys for a while answer.
const KEYS: &str = r#"{"AccessKeyId": "ID-OF-ROLE", "SecretAccessKey": "canary-1", "Token": "token-of-role",
    "Expiration": "2999-01-01T00:00:00Z", "Code": "Success", "Type": "", "LastUpdated": "2025-01-01T00:00:00Z"}"#;

/// A store that turns everybody away, and hands out keys to machines and pods.
fn store() -> (String, Asked) {
    serve(|request: &Request| match request.target.as_str() {
        "/latest/api/token" => Answer::of("200 OK", "a token"),
        "/latest/meta-data/iam/security-credentials/" => Answer::of("200 OK", "shop"),
        "/latest/meta-data/iam/security-credentials/shop" => Answer::of("200 OK", KEYS),
        "/pod" if request.headers["authorization"] == "token of the pod" => {
            Answer::of("200 OK", KEYS)
        }
        _ => Answer::status("403 Forbidden"),
    })
}

struct Outcome {
    code: Option<i32>,
    said: String,
    /// The key id and the session token with which the store was asked.
    asked_as: Option<(String, Option<String>)>,
}

/// A run on the store with these variables and options of the store.
fn run_as(variables: &[(&str, &str)], options: &str) -> Outcome {
    let (endpoint, asked) = store();
    let place = Place::new();
    place.write_job(&format!(
        "stores: {{s3://shop: {{endpoint: '{endpoint}', allow_http: 'true', region: eu-west-1, {options}}}}}\n"
    ));
    let variables = variables.iter();
    let variables = variables.map(|(name, value)| (name, value.replace("STORE", &endpoint)));
    // what the machine of the test has of its own is hidden
    let out = Command::new(env!("CARGO_BIN_EXE_clientele"))
        .args([
            "run",
            &place.path("job.yaml"),
            "--set",
            "sources.transactions.url=s3://shop/in/",
        ])
        .env_clear()
        .envs(variables)
        .output()
        .unwrap();
    let asked = asked.lock().unwrap();
    let signed = asked.iter().find_map(|request| {
        let signature = request.headers.get("authorization")?;
        let id = signature.split_once("Credential=")?.1.split('/').next()?;
        let token = request.headers.get("x-amz-security-token").cloned();
        Some((id.to_owned(), token))
    });
    Outcome {
        code: out.status.code(),
        said: text(&out.stdout) + &text(&out.stderr),
        asked_as: signed,
    }
}

fn assert_asked_as(outcome: &Outcome, id: &str, token: Option<&str>) {
    let expected = Some((id.to_owned(), token.map(str::to_owned)));
    assert_eq!(outcome.asked_as, expected, "{}", outcome.said);
    assert_eq!(outcome.code, Some(77), "{}", outcome.said);
    assert!(!outcome.said.contains("canary"), "{}", outcome.said);
}

#[test]
fn keys_come_from_the_environment_the_job_or_a_profile() {
    let environment = [
        ("AWS_ACCESS_KEY_ID", "ID-OF-ENVIRONMENT"),
        ("AWS_SECRET_ACCESS_KEY", "canary-2"),
    ];
    assert_asked_as(&run_as(&environment, ""), "ID-OF-ENVIRONMENT", None);
    let named = [("SHOP_ID", "ID-OF-JOB"), ("SHOP_SECRET", "canary-3")];
    let options = "access_key_id: 'env:SHOP_ID', secret_access_key: 'env:SHOP_SECRET'";
    assert_asked_as(&run_as(&named, options), "ID-OF-JOB", None);
    let file = tempfile::NamedTempFile::new().unwrap();
    let keys = "[shop]\naws_access_key_id = ID-OF-PROFILE\naws_secret_access_key = canary-4\naws_session_token = token\n";
    std::fs::write(file.path(), keys).unwrap();
    let file = ("AWS_SHARED_CREDENTIALS_FILE", file.path().to_str().unwrap());
    let outcome = run_as(&[file, ("AWS_PROFILE", "shop")], "");
    assert_asked_as(&outcome, "ID-OF-PROFILE", Some("token"));
    assert_asked_as(
        &run_as(&[file], "profile: shop"),
        "ID-OF-PROFILE",
        Some("token"),
    );
    let nobody = run_as(&[file, ("AWS_PROFILE", "shopp")], "");
    assert_eq!((nobody.code, nobody.asked_as), (Some(77), None));
    assert!(
        nobody.said.contains("the profile shopp has no keys"),
        "{}",
        nobody.said
    );
}

#[test]
fn pods_and_machines_are_who_their_role_says() {
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), "token of the pod").unwrap();
    let pod = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "STORE/pod"),
        (
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            token.path().to_str().unwrap(),
        ),
    ];
    assert_asked_as(&run_as(&pod, ""), "ID-OF-ROLE", Some("token-of-role"));
    let machine = [("AWS_METADATA_ENDPOINT", "STORE")];
    assert_asked_as(&run_as(&machine, ""), "ID-OF-ROLE", Some("token-of-role"));
}

#[test]
fn a_web_identity_is_exchanged_for_keys() {
    let Some(python) = crate::python("CLIENTELE_PYTHON", "ssl") else {
        return;
    };
    // the exchange is asked over TLS only, which our own server does not speak
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/exchange.py");
    let mut exchange = Command::new(python)
        .arg(script)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(exchange.stdout.take().unwrap()).lines();
    let address = said.next().unwrap().unwrap();
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), "token of the service account").unwrap();
    let identity = [
        (
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            token.path().to_str().unwrap(),
        ),
        ("AWS_ROLE_ARN", "arn:aws:iam::1:role/shop"),
        ("AWS_ENDPOINT_URL_STS", &address),
    ];
    let outcome = run_as(&identity, "allow_invalid_certificates: 'true'");
    exchange.kill().unwrap();
    exchange.wait().unwrap();
    assert_asked_as(&outcome, "ID-OF-IDENTITY", Some("token-of-identity"));
}

#[test]
fn one_who_is_nobody_is_told_so() {
    let outcome = run_as(&[("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9")], "");
    assert_eq!(
        (outcome.code, outcome.asked_as),
        (Some(77), None),
        "{}",
        outcome.said
    );
    assert!(
        outcome.said.contains("there are no credentials"),
        "{}",
        outcome.said
    );
}
