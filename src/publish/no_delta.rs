//! A program built without the feature `delta`: no job gets here with that format, and what others wrote is left alone.

use super::Ready;
use super::ledger::Entry;
use crate::error::{Error, Result};
use crate::store::Location;
use chrono::NaiveDate;

#[expect(clippy::unused_async, reason = "as with the feature")]
pub(super) async fn commit(_: &Location, _: &Entry, _: &Ready) -> Result<u64> {
    Err(Error::Usage(
        "this program was built without delta".to_owned(),
    ))
}

#[expect(clippy::unused_async, reason = "as with the feature")]
pub(super) async fn collect_garbage(
    _: &Location,
    _: Option<NaiveDate>,
    _: bool,
) -> Result<(Vec<String>, Vec<String>)> {
    Ok((Vec::new(), Vec::new()))
}
