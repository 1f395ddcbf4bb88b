//! Rows as the text that `copy` reads: as exact as the binary format, with one writer for every type.

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::NaiveDate;

/// The rows of a batch, a line each, with `date` before their own values.
pub(super) fn lines(batch: &RecordBatch, date: NaiveDate) -> Result<String, ArrowError> {
    let options = FormatOptions::new().with_display_error(false);
    let columns = batch.columns().iter();
    let columns = columns.map(|column| {
        let formatter = ArrayFormatter::try_new(column.as_ref(), &options);
        formatter.map(|formatter| (column, formatter))
    });
    let columns = columns.collect::<Result<Vec<_>, ArrowError>>()?;
    let mut lines = String::new();
    for row in 0..batch.num_rows() {
        lines.push_str(&date.to_string());
        for (column, formatter) in &columns {
            lines.push('\t');
            if column.is_null(row) {
                lines.push_str("\\N");
            } else {
                escape(&formatter.value(row).try_to_string()?, &mut lines);
            }
        }
        lines.push('\n');
    }
    Ok(lines)
}

/// What would end a value or a row is written with a backslash; the one letter that no text of `PostgreSQL` holds is not
/// worth losing a night for.
fn escape(text: &str, lines: &mut String) {
    for letter in text.chars() {
        match letter {
            '\\' => lines.push_str("\\\\"),
            '\t' => lines.push_str("\\t"),
            '\n' => lines.push_str("\\n"),
            '\r' => lines.push_str("\\r"),
            '\0' => lines.push(char::REPLACEMENT_CHARACTER),
            letter => lines.push(letter),
        }
    }
}
