//! What must hold of a source or a table, as the job says it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What must hold of a source or a table, and what happens if it does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The source or table that is looked at: transactions, base.orders.
    pub of: String,
    /// What must hold of it.
    pub test: Test,
    /// The columns that are looked at; a date or an instant for fresh and volume.
    #[schemars(length(min = 1))]
    pub columns: Vec<String>,
    /// What may stand in the column.
    #[serde(default)]
    pub values: Vec<String>,
    /// The least that may be: of a range its lower end, of volume a share of the usual.
    pub min: Option<f64>,
    /// The most that may be: of a range its upper end, of volume a share of the usual, of fresh the days behind.
    pub max: Option<f64>,
    /// Where the value must stand too: a source or a table, and the column.
    pub known_in: Option<String>,
    /// Share of the rows that may break it without a word.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub allowed_share: f64,
    /// Share of the rows above which the run fails, whatever else is said.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub fail_above: Option<f64>,
    /// What happens if it does not hold.
    pub otherwise: Otherwise,
}

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Test {
    /// The last day is at most `max` days behind the run date.
    Fresh,
    /// The rows of the run date are between `min` and `max` times the median of the same weekday in the eight weeks before.
    Volume,
    /// No value is missing.
    Filled,
    /// No two rows have the same values.
    Unique,
    /// Every value is one of `values`.
    Values,
    /// Every value is a number between `min` and `max`.
    Range,
    /// Every value stands in `known_in` too.
    Known,
}

/// What happens if a check does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Otherwise {
    /// It is told.
    Warn,
    /// The rows that break it do not count; those of transactions go to `base.rejected_lines` with the name of the check.
    Reject,
    /// Nothing is published.
    Fail,
}

impl Test {
    /// The word for it in a job.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Volume => "volume",
            Self::Filled => "filled",
            Self::Unique => "unique",
            Self::Values => "values",
            Self::Range => "range",
            Self::Known => "known",
        }
    }

    /// Whether it looks at one row at a time, and not at days.
    #[must_use]
    pub fn is_of_rows(self) -> bool {
        !matches!(self, Self::Fresh | Self::Volume)
    }
}

impl Otherwise {
    /// The word for it in a job.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Reject => "reject",
            Self::Fail => "fail",
        }
    }
}

/// What is wrong with the checks of a job beyond what the schema says: each with the check's name.
pub(super) fn problems(checks: &Value) -> Vec<(String, &'static str)> {
    let checks = checks.as_object().into_iter().flatten();
    let of_right_type = checks.filter_map(|(name, check)| {
        let check = serde_json::from_value::<Check>(check.clone()).ok()?;
        Some((name.clone(), problem(&check)?))
    });
    of_right_type.collect()
}

fn problem(check: &Check) -> Option<&'static str> {
    let has_many_columns = matches!(check.test, Test::Filled | Test::Unique);
    let is_table = check.of.contains('.');
    match check.test {
        _ if check.columns.len() > 1 && !has_many_columns => Some("this test is of one column"),
        _ if check.otherwise == Otherwise::Reject && is_table => {
            Some("rows can be rejected from sources only; write warn or fail")
        }
        test if check.otherwise == Otherwise::Reject && !test.is_of_rows() => {
            Some("a day is late or it is not; write warn or fail")
        }
        Test::Fresh if check.max.is_none() => Some("say with max how many days may be missing"),
        Test::Values if check.values.is_empty() => Some("say with values what may stand there"),
        Test::Known if check.known_in.is_none() => Some("say with known_in where it must stand"),
        Test::Range | Test::Volume if check.min.is_none() && check.max.is_none() => {
            Some("say the least with min, or the most with max")
        }
        _ => None,
    }
}
