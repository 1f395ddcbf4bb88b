//! A check as SQL: one query over the rows that count, up to the run date and not rejected by the job's own reasons.

use crate::error::Result;
use crate::job::Test;
use crate::plan::{Gate, SqlFile};

/// The source whose rows can be later than the run date.
const DATED: &str = "transactions";

pub(super) fn file(gate: &Gate, sql: &str) -> Result<SqlFile> {
    SqlFile::parse(&format!("checks/{}", gate.name), sql)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The rows of the table, with whether each is later than the run date and the job's reason for not counting it.
fn rows(gate: &Gate) -> String {
    let of = &gate.of;
    let is_later = if gate.is_of_source() && of.table == DATED {
        "coalesce(business_day(instant(ordered_at)) > $run_date, false)"
    } else {
        "false"
    };
    let reason = if gate.is_of_source() {
        ""
    } else {
        ", cast(null as varchar) as job_reason"
    };
    format!("(select *, {is_later} as is_later{reason} from {of}) as checked")
}

/// A column as trimmed text; null where nothing stands.
fn text(column: &str) -> String {
    format!(
        "nullif(trim(cast(checked.{} as varchar)), '')",
        quoted(column)
    )
}

/// Whether a row breaks the check, and the join that it takes to know; `number` tells the joins of one query apart.
fn breaks(gate: &Gate, number: usize) -> (String, String) {
    let check = &gate.check;
    let each = |form: &'static str| check.columns.iter().map(|column| text(column) + form);
    let first = check
        .columns
        .first()
        .map(|column| text(column))
        .unwrap_or_default();
    let condition = match check.test {
        Test::Filled => each(" is null").collect::<Vec<_>>().join(" or "),
        Test::Values => {
            let values: Vec<_> = check.values.iter().map(|value| literal(value)).collect();
            format!("coalesce({first} not in ({}), false)", values.join(", "))
        }
        Test::Range => {
            let bound = |sign, bound: Option<f64>| {
                bound.map(|bound| format!("try_cast({first} as double) {sign} {bound:?}"))
            };
            let bounds: Vec<_> = [bound("<", check.min), bound(">", check.max)]
                .into_iter()
                .flatten()
                .collect();
            format!("coalesce({}, {first} is not null)", bounds.join(" or "))
        }
        Test::Unique => {
            let filled = each(" is not null").collect::<Vec<_>>().join(" and ");
            let columns = each("").collect::<Vec<_>>().join(", ");
            let order = if gate.is_of_source() {
                "source_file, source_record"
            } else {
                &columns
            };
            format!(
                "{filled} and row_number() over (partition by {columns}, checked.is_later, \
                 checked.job_reason is null order by {order}) > 1"
            )
        }
        Test::Known => format!("{first} is not null and known_{number}.known_value is null"),
        Test::Fresh | Test::Volume => "false".to_owned(),
    };
    let join = gate.known_in.as_ref().map(|(table, column)| {
        let value = text(column).replace("checked.", "");
        format!(
            " left join (select distinct {value} as known_value from {table}) as known_{number} \
             on {first} = known_{number}.known_value"
        )
    });
    (condition, join.unwrap_or_default())
}

pub(super) fn counted(gate: &Gate) -> String {
    let (condition, join) = breaks(gate, 0);
    format!(
        "select count(*) as row_count, coalesce(sum(case when is_broken then 1 else 0 end), 0) as broken_count \
         from (select {condition} as is_broken from {}{join} \
         where not checked.is_later and checked.job_reason is null) as judged",
        rows(gate)
    )
}

pub(super) fn by_day(gate: &Gate, is_day: bool) -> String {
    let column = quoted(&gate.check.columns[0]);
    let day = if is_day {
        column
    } else {
        format!("business_day(instant({column}))")
    };
    format!(
        "select $run_date - dated as days_behind, count(*) as row_count \
         from (select {day} as dated from {} where not checked.is_later and checked.job_reason is null) as days \
         where dated <= $run_date group by dated",
        rows(gate)
    )
}

/// A source with the names of `gates` as reasons of the rows that break them.
pub(super) fn judged(gates: &[&Gate]) -> String {
    let parts: Vec<_> = gates
        .iter()
        .enumerate()
        .map(|(number, gate)| (gate, breaks(gate, number)))
        .collect();
    let cases = parts
        .iter()
        .map(|(gate, (condition, _))| format!(" when {condition} then {}", literal(&gate.name)));
    let joins: String = parts.iter().map(|(_, (_, join))| join.as_str()).collect();
    let keeps = if gates[0].of.table == DATED {
        ""
    } else {
        " where coalesce(job_reason, check_reason) is null"
    };
    format!(
        "select * exclude (is_later, job_reason, check_reason), coalesce(job_reason, check_reason) as job_reason \
         from (select checked.*, case when checked.is_later then null{} end as check_reason from {}{joins}) as judged{keeps}",
        cases.collect::<String>(),
        rows(gates[0])
    )
}
