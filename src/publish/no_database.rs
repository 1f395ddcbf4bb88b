//! In the place of `database` in a program that was built without `PostgreSQL`.

use super::Ready;
use crate::error::Result;
use chrono::NaiveDate;

/// A database; there is none.
#[derive(Debug, Clone)]
pub enum Database {}

impl Database {
    /// Never a database.
    ///
    /// # Errors
    /// That this program knows none.
    pub fn new(_: &str) -> std::result::Result<Self, String> {
        Err(
            "this program was built without PostgreSQL (cargo build --features postgres)"
                .to_owned(),
        )
    }

    /// Never called.
    ///
    /// # Errors
    /// None.
    #[expect(clippy::unused_async, reason = "the other one waits for a database")]
    pub async fn replace(&self, _: NaiveDate, _: &[Ready]) -> Result<()> {
        match *self {}
    }
}
