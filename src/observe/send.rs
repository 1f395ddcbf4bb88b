//! An event to a file, a line each, or to an HTTP address.

use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;

/// Where events go.
#[derive(Debug)]
pub(super) enum Transport {
    /// A line at the end of this file.
    File(PathBuf),
    /// A POST to this address, with this key if there is one.
    Http { url: String, key: Option<String> },
}

/// A receiver that does not answer for so long is left alone.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

impl Transport {
    /// Sends one event.
    pub(super) async fn send(&self, event: &Value) -> Result<(), String> {
        match self {
            Self::File(path) => {
                let file = std::fs::OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(path);
                let written =
                    file.and_then(|mut file| file.write_all(format!("{event}\n").as_bytes()));
                written.map_err(|error| format!("{}: {error}", path.display()))
            }
            Self::Http { url, key } => {
                let client = reqwest::Client::builder().timeout(PATIENCE).build();
                let client = client.map_err(|error| error.to_string())?;
                let mut request = client
                    .post(url)
                    .header("content-type", "application/json")
                    .body(event.to_string());
                if let Some(key) = key {
                    request = request.header("authorization", format!("Bearer {key}"));
                }
                let answer = request
                    .send()
                    .await
                    .and_then(reqwest::Response::error_for_status);
                answer
                    .map(|_| ())
                    .map_err(|error| error.without_url().to_string())
            }
        }
    }
}
