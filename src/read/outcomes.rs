//! What was measured elsewhere of a campaign's customers: any number of outcomes, each under a name of the job's choice.
//!
//! They travel in one column, so that an outcome more changes no table.

use super::catalogue::Kind;
use crate::job::Source;
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::ScalarValue;
use datafusion::functions::core::expr_fn::named_struct;
use datafusion::functions_nested::expr_fn::make_array;
use datafusion::logical_expr::{Expr, lit, try_cast};

/// A list of names and values, with a mark at what is true or false.
pub(super) fn data_type() -> DataType {
    let fields = Fields::from(vec![
        Field::new("outcome", DataType::Utf8, true),
        Field::new("value", Kind::Amount.data_type(), true),
        Field::new("is_flag", DataType::Boolean, true),
    ]);
    DataType::new_list(DataType::Struct(fields), true)
}

/// The outcomes of `source`; null if it has none. `parse` gives an expression and its type.
///
/// # Errors
/// Every outcome that cannot be read, or that is neither a number nor true or false. Text, as all is in CSV, counts as the
/// number that it writes.
pub(super) fn expression(
    source: &Source,
    parse: impl Fn(&str) -> Result<(Expr, DataType), String>,
) -> Result<Expr, String> {
    let (mut outcomes, mut problems) = (Vec::new(), Vec::new());
    for (name, sql) in &source.outcomes {
        match parse(sql).and_then(|(expr, found)| value(sql, expr, &found)) {
            Ok((value, is_flag)) => outcomes.push(named_struct(vec![
                lit("outcome"),
                lit(name.as_str()),
                lit("value"),
                value,
                lit("is_flag"),
                lit(is_flag),
            ])),
            Err(problem) => problems.push(format!("{name}: {problem}")),
        }
    }
    if !problems.is_empty() {
        return Err(problems.join("; "));
    }
    if outcomes.is_empty() {
        let none = ScalarValue::try_new_null(&data_type());
        return none.map(lit).map_err(|error| error.to_string());
    }
    Ok(make_array(outcomes))
}

/// The value of an outcome as an amount, and whether it is true or false.
fn value(sql: &str, expr: Expr, found: &DataType) -> Result<(Expr, bool), String> {
    let amount = Kind::Amount.data_type();
    match found {
        DataType::Boolean => Ok((try_cast(try_cast(expr, DataType::Int8), amount), true)),
        found if found.is_numeric() || found.is_string() => Ok((try_cast(expr, amount), false)),
        other => Err(format!(
            "{sql} is {other}, neither a number nor true or false"
        )),
    }
}
