//! In the place of `delta` in a program that was built without Delta Lake: no job gets here with that format, and what
//! others wrote is left alone.

use super::Ready;
use super::ledger::Entry;
use crate::error::{Error, Result};
use crate::store::Location;
use chrono::NaiveDate;
use object_store::ObjectMeta;

/// What was found in the tables of an output.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) expired: Vec<String>,
    pub(super) unheld: Vec<ObjectMeta>,
}

#[expect(clippy::unused_async, reason = "the other one waits for a store")]
pub(super) async fn commit(_: &Location, _: &Entry, _: &Ready) -> Result<u64> {
    let reason = "this program was built without Delta Lake (cargo build --features delta)";
    Err(Error::Usage(reason.to_owned()))
}

#[expect(clippy::unused_async, reason = "the other one waits for a store")]
pub(super) async fn found(_: &Location, _: Option<NaiveDate>, _: bool) -> Result<Found> {
    Ok(Found::default())
}
