//! The checks of a job: what is found of each, and which rows of a source do not count because of them.
//!
//! A source is judged before the first table and a table as soon as it is there.

use super::gate_sql::{by_day, counted, file, judged};
use super::{Stage, query, reference, stage_error};
use crate::error::{Error, Result};
use crate::job::{Check, Otherwise, Test};
use crate::plan::{Gate, RUN, TableName};
use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use datafusion::datasource::{MemTable, ViewTable};
use datafusion::prelude::DataFrame;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Weeks before the run date that say what is usual.
const WEEKS: i64 = 8;

/// What was found of one check.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Finding {
    /// Its name.
    pub name: String,
    /// Who asks for it: the job, a promise or a key.
    pub kind: &'static str,
    /// The source or table.
    pub of: String,
    /// What must hold.
    pub test: &'static str,
    /// The columns, joined by commas.
    pub columns: String,
    /// Rows that were looked at.
    pub rows: Option<i64>,
    /// Those that break it.
    pub broken: Option<i64>,
    /// Days behind the run date, or rows of it as a share of the usual.
    pub observed: Option<f64>,
    /// What happens if it does not hold.
    pub otherwise: &'static str,
    /// What was done.
    pub verdict: Verdict,
}

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It holds, or as far as it must.
    Passed,
    /// It does not hold, which is told.
    Warned,
    /// Rows that break it do not count.
    Rejected,
    /// It does not hold, so nothing is published.
    Failed,
}

impl Verdict {
    /// The word for it in tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }

    fn of_broken(otherwise: Otherwise) -> Self {
        match otherwise {
            Otherwise::Warn => Self::Warned,
            Otherwise::Reject => Self::Rejected,
            Otherwise::Fail => Self::Failed,
        }
    }
}

impl Stage {
    /// Looks at the rows of a source or a table as they are now.
    ///
    /// # Errors
    /// [`Error::Plan`] for a column that is not there, [`Error::Stage`].
    pub async fn judge(&self, gate: &Gate) -> Result<Finding> {
        self.has_columns(gate).await?;
        let check = &gate.check;
        let mut finding = Finding {
            name: gate.name.clone(),
            kind: "job",
            of: gate.looks_at(),
            test: check.test.word(),
            columns: check.columns.join(", "),
            rows: None,
            broken: None,
            observed: None,
            otherwise: check.otherwise.word(),
            verdict: Verdict::Passed,
        };
        if check.test.is_of_rows() {
            let counts = self.numbers(gate, &counted(gate)).await?;
            let (rows, broken) = counts.first().copied().unwrap_or_default();
            (finding.rows, finding.broken) = (Some(rows), Some(broken));
            finding.verdict = of_share(check, rows, broken);
        } else {
            let by_day = by_day(gate, self.is_day(gate).await?);
            let days = BTreeMap::from_iter(self.numbers(gate, &by_day).await?);
            finding.rows = Some(days.values().sum());
            finding.observed = observed(check.test, &days);
            if !is_within(check, finding.observed) {
                finding.verdict = Verdict::of_broken(check.otherwise);
            }
        }
        Ok(finding)
    }

    /// Gives the rows of sources that break a check with `reject` its name as their reason. Sources other than the
    /// transactions are then read without these rows.
    ///
    /// # Errors
    /// [`Error::Stage`].
    pub async fn reject(&self, gates: &[Gate]) -> Result<()> {
        let mut of_sources: BTreeMap<_, Vec<&Gate>> = BTreeMap::new();
        let rejecting = |gate: &&Gate| gate.check.otherwise == Otherwise::Reject;
        for gate in gates.iter().filter(rejecting) {
            of_sources.entry(&gate.of).or_default().push(gate);
        }
        for (source, gates) in of_sources {
            let file = file(gates[0], &judged(&gates))?;
            let plan = self.plan(&file).await?;
            let failed = |error| stage_error(&file, error);
            let judged = Arc::new(ViewTable::new(plan, None));
            self.context
                .deregister_table(reference(source))
                .and_then(|_| self.context.register_table(reference(source), judged))
                .map_err(failed)?;
        }
        Ok(())
    }

    /// Makes rows that a run says of itself known as `run.NAME`, in the place of those it said before.
    ///
    /// # Errors
    /// [`Error::Stage`].
    pub fn tell(&self, name: &str, rows: arrow::error::Result<RecordBatch>) -> Result<()> {
        let place = TableName::new(RUN, name);
        let table = rows.map_err(Into::into).and_then(|rows| {
            let table = MemTable::try_new(rows.schema(), vec![vec![rows]])?;
            self.context.deregister_table(reference(&place))?;
            self.context
                .register_table(reference(&place), Arc::new(table))
        });
        table.map(|_| ()).map_err(|source| Error::Stage {
            table: place.to_string(),
            file: "what the run says of itself".to_owned(),
            source: Box::new(source),
        })
    }

    async fn has_columns(&self, gate: &Gate) -> Result<()> {
        let own = gate.check.columns.iter().map(|column| (&gate.of, column));
        let other = gate.known_in.iter().map(|(table, column)| (table, column));
        for (table, column) in own.chain(other) {
            let found = self.context.table(reference(table)).await;
            let found = found.map_err(|error| gate.failed(error.strip_backtrace()))?;
            let known = found.schema().fields().iter().map(|field| field.name());
            let known: Vec<&str> = known.map(String::as_str).collect();
            if !known.contains(&column.as_str()) {
                let nearest = crate::nearest(column, known.iter().copied());
                let hint = nearest.map(|name| format!("; did you mean {name}?"));
                let hint = hint.unwrap_or_default();
                return Err(gate.failed(format!("{table} has no column {column}{hint}")));
            }
        }
        Ok(())
    }

    /// Whether the column is a day already, which begins at no hour.
    async fn is_day(&self, gate: &Gate) -> Result<bool> {
        let table = self.context.table(reference(&gate.of)).await;
        let table = table.map_err(|error| gate.failed(error.strip_backtrace()))?;
        let field = table
            .schema()
            .field_with_unqualified_name(&gate.check.columns[0]);
        Ok(field.is_ok_and(|field| *field.data_type() == DataType::Date32))
    }

    /// The two columns of a query as whole numbers.
    async fn numbers(&self, gate: &Gate, sql: &str) -> Result<Vec<(i64, i64)>> {
        let file = file(gate, sql)?;
        let plan = self.plan(&file).await?;
        let failed = |error| stage_error(&file, error);
        let rows = query::all(DataFrame::new(self.context.state(), plan)).await;
        let mut numbers = Vec::new();
        for batch in rows.map_err(failed)? {
            let column = |index: usize| cast(batch.column(index), &DataType::Int64);
            let (left, right) = (
                column(0).map_err(|error| failed(error.into()))?,
                column(1).map_err(|error| failed(error.into()))?,
            );
            let values = left.as_primitive::<Int64Type>().values().iter().copied();
            numbers.extend(values.zip(right.as_primitive::<Int64Type>().values().iter().copied()));
        }
        Ok(numbers)
    }
}

fn of_share(check: &Check, rows: i64, broken: i64) -> Verdict {
    #[expect(clippy::cast_precision_loss, reason = "rows, far fewer than 2^53")]
    let share = if rows == 0 {
        0.0
    } else {
        broken as f64 / rows as f64
    };
    if check.fail_above.is_some_and(|most| share > most) {
        Verdict::Failed
    } else if share > check.allowed_share || (check.otherwise == Otherwise::Reject && broken > 0) {
        Verdict::of_broken(check.otherwise)
    } else {
        Verdict::Passed
    }
}

/// What `days` (days behind the run date and their rows) say: the days since the last row, or the rows of the run date
/// as a share of the median of the same weekday before; nothing where there are no rows to compare with.
#[expect(
    clippy::cast_precision_loss,
    reason = "rows of a day, far fewer than 2^53"
)]
fn observed(test: Test, days: &BTreeMap<i64, i64>) -> Option<f64> {
    if test == Test::Fresh {
        return days.keys().next().map(|days| *days as f64);
    }
    let weeks = (1..=WEEKS).filter_map(|week| days.get(&(week * 7)));
    let mut usual: Vec<f64> = weeks.map(|rows| *rows as f64).collect();
    usual.sort_by(f64::total_cmp);
    let middle = usual.len() / 2;
    let median = match usual.len() {
        0 => return None,
        even if even % 2 == 0 => f64::midpoint(usual[middle - 1], usual[middle]),
        _ => usual[middle],
    };
    Some(days.get(&0).copied().unwrap_or_default() as f64 / median)
}

/// A source without a row is never fresh; without a day to compare with, every number of rows is usual.
fn is_within(check: &Check, observed: Option<f64>) -> bool {
    let Some(observed) = observed else {
        return check.test == Test::Volume;
    };
    check.min.is_none_or(|least| observed >= least) && check.max.is_none_or(|most| observed <= most)
}
