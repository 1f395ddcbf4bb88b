//! How often chance alone looks as clumpy as a customer's purchase days.

use super::columns::{answered, answered_schema, counts, numbers};
use super::each;
use crate::stage::Rows;
use clientele_model::value::clumpiness_p_value;
use datafusion::error::Result;

/// What is answered.
const COLUMNS: [&str; 1] = ["clumpiness_p_value"];

/// Judges the customers of `features.purchase_parts`.
pub(crate) fn judge(rows: Rows) -> Result<Rows> {
    let schema = answered_schema(&rows.schema(), &COLUMNS)?;
    Ok(each(rows, &schema.clone(), move |rows| {
        let found = numbers(rows, "clumpiness")?.into_iter();
        let parts = counts(rows, "part_count")?;
        let chances = found
            .zip(parts)
            .map(|(found, parts)| clumpiness_p_value(found, parts));
        answered(rows, &schema, vec![chances.collect()])
    }))
}
