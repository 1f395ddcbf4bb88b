//! What the shipped audiences ask for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whom the audiences in `sql/audiences/` ask for, known to them by `$audiences_setting`; what lacks a setting is empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Audiences {
    /// Event that was attended before and skipped at its latest, or never attended.
    pub event: Option<String>,
    /// Days on file from which on it is told that somebody never took part.
    #[schemars(range(min = 0, max = 36500))]
    pub known_days: u32,
    /// Product id or category that was bought.
    pub bought: Option<String>,
    /// Product id or category that was never bought.
    pub never: Option<String>,
    /// Degrees north of a place.
    #[schemars(range(min = -90.0, max = 90.0))]
    pub latitude: Option<f64>,
    /// Degrees east of a place.
    #[schemars(range(min = -180.0, max = 180.0))]
    pub longitude: Option<f64>,
    /// Kilometres from that place.
    #[schemars(range(min = 0.0, max = 20040.0))]
    pub distance_km: f64,
}
