//! Secrets: named in the job, fetched when they are needed, printed never.

use std::fmt;

/// A value that is read from the environment or a file at the moment of use.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// What a store option holds: `env:NAME` and `file:PATH` are fetched, all else is taken as written.
    ///
    /// # Errors
    /// Which variable or file is missing.
    pub fn resolve(written: &str) -> Result<Self, String> {
        if let Some(name) = written.strip_prefix("env:") {
            let found = std::env::var(name);
            return found
                .map(Self)
                .map_err(|_| format!("the environment has no variable {name}"));
        }
        if let Some(path) = written.strip_prefix("file:") {
            let read = std::fs::read_to_string(path);
            return read
                .map(|text| Self(text.trim().to_owned()))
                .map_err(|error| format!("{path}: {error}"));
        }
        Ok(Self(written.to_owned()))
    }

    /// The value itself. Never print it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether a job may hold `value` for the store option `key`: no secret in clear text.
    ///
    /// # Errors
    /// What to write instead.
    pub fn allowed(key: &str, value: &str) -> Result<(), String> {
        let secret = ["secret", "key", "token", "password", "sas", "account_key"];
        let named = value.starts_with("env:") || value.starts_with("file:");
        let is_secret = secret.iter().any(|word| key.contains(word)) || holds_password(value);
        if is_secret && !named {
            return Err(
                "a secret does not belong in a job; write env:NAME or file:PATH".to_owned(),
            );
        }
        Ok(())
    }
}

/// Whether a URL or a connection string has a password in it.
fn holds_password(value: &str) -> bool {
    let url = url::Url::parse(value);
    value.contains("password=") || url.is_ok_and(|url| url.password().is_some())
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[REDACTED]")
    }
}
