//! Fitted models on their way back from a table.

use crate::{Error, Result};

/// The value of this name.
///
/// # Errors
/// `MissingParameter`: there is none
pub(crate) fn find(values: &[(String, f64)], name: &str) -> Result<f64> {
    let found = values.iter().find(|(known, _)| known == name);
    found
        .map(|(_, value)| *value)
        .ok_or_else(|| Error::MissingParameter {
            name: name.to_owned(),
        })
}
