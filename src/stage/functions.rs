//! Functions that the SQL files use beside the engine's own.

use super::session::Settings;
use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, StringBuilder, TimestampMicrosecondArray,
};
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use chrono::{DateTime, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::prelude::SessionContext;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

const MICROS_PER_HOUR: i64 = 3_600_000_000;
const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;

/// Makes the functions known to `context`.
pub(super) fn register(context: &SessionContext, settings: &Settings) {
    let function = |name, arguments, returns, body| {
        let signature = Signature::any(arguments, Volatility::Immutable);
        let (time_zone, day_starts_at_hour) = (settings.time_zone, settings.day_starts_at_hour);
        context.register_udf(ScalarUDF::from(Function {
            name,
            signature,
            returns,
            days: Days {
                time_zone,
                day_starts_at_hour,
            },
            body,
        }));
    };
    function("instant", 1, instant_type(), instant);
    function("business_day", 1, DataType::Date32, business_day);
    function(
        "try_to_timestamp",
        2,
        DataType::Timestamp(TimeUnit::Microsecond, None),
        try_to_timestamp,
    );
    function("to_json", 1, DataType::Utf8, to_json);
}

/// How the job counts days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Days {
    time_zone: Tz,
    day_starts_at_hour: u32,
}

type Body = fn(&[ArrayRef], Days) -> Result<ArrayRef>;

/// A function of arrays; the same arguments always give the same answer.
#[derive(Debug)]
struct Function {
    name: &'static str,
    signature: Signature,
    returns: DataType,
    days: Days,
    body: Body,
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.days == other.days
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.days.hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.returns.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        Ok(ColumnarValue::Array((self.body)(&arrays, self.days)?))
    }
}

fn instant_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The instant that a date, a timestamp or a text names; without a zone it is local time; null if it names none.
fn instant(arguments: &[ArrayRef], days: Days) -> Result<ArrayRef> {
    let safe = CastOptions {
        safe: true,
        ..CastOptions::default()
    };
    let naive = DataType::Timestamp(TimeUnit::Microsecond, None);
    let local = DataType::Timestamp(TimeUnit::Microsecond, Some(days.time_zone.name().into()));
    let value = &arguments[0];
    let value = match value.data_type() {
        DataType::Date32 | DataType::Date64 => cast_with_options(value, &naive, &safe)?,
        _ => value.clone(),
    };
    let is_naive = matches!(value.data_type(), DataType::Timestamp(_, None));
    if is_naive && days.time_zone == Tz::UTC {
        let micros = cast_with_options(&value, &naive, &safe)?;
        let micros = micros.as_primitive::<TimestampMicrosecondType>().clone();
        return Ok(Arc::new(micros.with_timezone("UTC")));
    }
    Ok(cast(
        &cast_with_options(&value, &local, &safe)?,
        &instant_type(),
    )?)
}

/// The day of business that an instant belongs to.
fn business_day(arguments: &[ArrayRef], days: Days) -> Result<ArrayRef> {
    let instants = cast(&arguments[0], &instant_type())?;
    let instants = instants.as_primitive::<TimestampMicrosecondType>();
    let start = i64::from(days.day_starts_at_hour) * MICROS_PER_HOUR;
    let day = |micros: i64| {
        let local = micros + offset_micros(days.time_zone, micros) - start;
        i32::try_from(local.div_euclid(MICROS_PER_DAY)).unwrap_or(i32::MAX)
    };
    let counted: Date32Array = instants.unary(day);
    Ok(Arc::new(counted))
}

fn offset_micros(time_zone: Tz, micros: i64) -> i64 {
    if time_zone == Tz::UTC {
        return 0;
    }
    let utc = DateTime::from_timestamp_micros(micros)
        .unwrap_or_default()
        .naive_utc();
    i64::from(
        time_zone
            .offset_from_utc_datetime(&utc)
            .fix()
            .local_minus_utc(),
    ) * 1_000_000
}

/// The local time that a text names in the given format (`%d/%m/%Y %H:%M`); null if it does not.
fn try_to_timestamp(arguments: &[ArrayRef], _: Days) -> Result<ArrayRef> {
    let texts = cast(&arguments[0], &DataType::Utf8)?;
    let formats = cast(&arguments[1], &DataType::Utf8)?;
    let (texts, formats) = (texts.as_string::<i32>(), formats.as_string::<i32>());
    let read = |(text, format): (Option<&str>, Option<&str>)| {
        let (text, format) = (text?.trim(), format?);
        let time = NaiveDateTime::parse_from_str(text, format).ok();
        let day = || Some(chrono::NaiveDate::parse_from_str(text, format).ok()?.into());
        Some(time.or_else(day)?.and_utc().timestamp_micros())
    };
    let times: TimestampMicrosecondArray = texts.iter().zip(formats).map(read).collect();
    Ok(Arc::new(times))
}

/// A row as a JSON object, without its nulls.
fn to_json(arguments: &[ArrayRef], _: Days) -> Result<ArrayRef> {
    let Some(rows) = arguments[0].as_struct_opt() else {
        return exec_err!("to_json takes a struct, not {}", arguments[0].data_type());
    };
    let mut text = Vec::new();
    let mut writer = arrow_json::LineDelimitedWriter::new(&mut text);
    writer.write(&rows.into())?;
    writer.finish()?;
    drop(writer);
    let mut lines = StringBuilder::with_capacity(rows.len(), text.len());
    for line in String::from_utf8_lossy(&text).lines() {
        lines.append_value(line);
    }
    Ok(Arc::new(lines.finish()))
}
