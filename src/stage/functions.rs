//! Functions that the SQL files use beside the engine's own.

use super::distinct_count::{self, DistinctCount};
use super::distinct_hashes::{DistinctHashes, DistinctUnionCount};
use super::session::Settings;
use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Float64Array, Int64Array, StringBuilder,
    StringViewArray, TimestampMicrosecondArray,
};
use arrow::compute::{CastOptions, cast, cast_with_options, is_not_null};
use arrow::datatypes::{DataType, Float64Type, TimeUnit, TimestampMicrosecondType};
use chrono::{DateTime, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;
use clientele_model::experiment::Split;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{
    AggregateUDF, ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};
use datafusion::prelude::SessionContext;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

const MICROS_PER_HOUR: i64 = 3_600_000_000;
const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;

/// Arguments of a function that takes as many as there are.
const ANY: usize = 0;

/// Makes the functions known to `context`.
pub(super) fn register(context: &SessionContext, settings: &Settings) {
    let days = Days {
        time_zone: settings.time_zone,
        day_starts_at_hour: settings.day_starts_at_hour,
    };
    for function in scalars(days) {
        context.register_udf(function);
    }
    for function in aggregates() {
        context.register_udaf(function);
    }
}

fn scalars(days: Days) -> impl Iterator<Item = ScalarUDF> {
    let naive = DataType::Timestamp(TimeUnit::Microsecond, None);
    let functions: [(_, _, _, Body); 8] = [
        ("clean_text", 1, DataType::Utf8View, clean_text),
        ("instant", 1, instant_type(), instant),
        ("business_day", 1, DataType::Date32, business_day),
        ("try_to_timestamp", 2, naive, try_to_timestamp),
        ("to_json", 1, DataType::Utf8, to_json),
        ("hash_number", ANY, DataType::Int64, hash_number),
        ("lottery_number", 3, DataType::Float64, lottery_number),
        ("distance_km", 4, DataType::Float64, distance_km),
    ];
    functions
        .into_iter()
        .map(move |(name, arguments, returns, body)| {
            let signature = match arguments {
                ANY => Signature::variadic_any(Volatility::Immutable),
                arguments => Signature::any(arguments, Volatility::Immutable),
            };
            ScalarUDF::from(Function {
                name,
                signature,
                returns,
                days,
                body,
            })
        })
}

fn aggregates() -> [AggregateUDF; 3] {
    [
        AggregateUDF::from(DistinctCount::new()),
        AggregateUDF::from(DistinctHashes::new()),
        AggregateUDF::from(DistinctUnionCount::new()),
    ]
}

/// The function of ours that has this name, for a job that counts days like this.
#[cfg(feature = "cluster")]
pub(crate) fn scalar(name: &str, days: Days) -> Option<ScalarUDF> {
    scalars(days).find(|function| function.name() == name)
}

/// The function over groups of ours that has this name.
#[cfg(feature = "cluster")]
pub(crate) fn aggregate(name: &str) -> Option<AggregateUDF> {
    let mut functions = aggregates().into_iter();
    functions.find(|function| function.name() == name)
}

/// How the job counts days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Days {
    pub(crate) time_zone: Tz,
    pub(crate) day_starts_at_hour: u32,
}

impl Days {
    /// How `function` counts days, if it is one of ours.
    #[cfg(feature = "cluster")]
    pub(crate) fn of(function: &ScalarUDF) -> Option<Self> {
        let function = function.inner().downcast_ref::<Function>()?;
        Some(function.days)
    }
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

/// The text without blanks around it; null if nothing is left. Texts that are clean are handed on as they are.
fn clean_text(arguments: &[ArrayRef], _: Days) -> Result<ArrayRef> {
    let texts = cast(&arguments[0], &DataType::Utf8View)?;
    let texts = texts.as_string_view();
    let is_clean = |text: &str| clean(text).is_some_and(|clean| clean.len() == text.len());
    if texts.iter().flatten().all(is_clean) {
        return Ok(Arc::new(texts.clone()));
    }
    let cleaned: StringViewArray = texts.iter().map(|text| clean(text?)).collect();
    Ok(Arc::new(cleaned))
}

fn clean(text: &str) -> Option<&str> {
    Some(text.trim_matches(' ')).filter(|text| !text.is_empty())
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
    let mut offsets = Offsets::new(days.time_zone);
    let mut day = |micros: i64| {
        let local = micros + offsets.at(micros) - start;
        i32::try_from(local.div_euclid(MICROS_PER_DAY)).unwrap_or(i32::MAX)
    };
    let counted = instants
        .values()
        .iter()
        .map(|micros| day(*micros))
        .collect();
    Ok(Arc::new(Date32Array::new(
        counted,
        instants.nulls().cloned(),
    )))
}

/// What local time is ahead of UTC. Most days are looked up once, since it stays the same from their begin to their end.
struct Offsets {
    time_zone: Tz,
    /// Days with their offset, if they have one, each in the place that the rest of a division gives it.
    days: Vec<(i64, Option<i64>)>,
}

impl Offsets {
    const REMEMBERED_DAYS: u16 = 4096;

    fn new(time_zone: Tz) -> Self {
        let days = vec![(i64::MAX, None); Self::REMEMBERED_DAYS.into()];
        Self { time_zone, days }
    }

    fn at(&mut self, micros: i64) -> i64 {
        let day = micros.div_euclid(MICROS_PER_DAY);
        let place = usize::try_from(day.rem_euclid(Self::REMEMBERED_DAYS.into())).unwrap_or(0);
        if self.days[place].0 != day {
            let begin = day.saturating_mul(MICROS_PER_DAY);
            let first = offset_micros(self.time_zone, begin);
            let last = offset_micros(self.time_zone, begin.saturating_add(MICROS_PER_DAY - 1));
            self.days[place] = (day, (first == last).then_some(first));
        }
        let known = self.days[place].1;
        known.unwrap_or_else(|| offset_micros(self.time_zone, micros))
    }
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

/// A number that is another one, but for one chance in 2⁶⁴, if one of the texts is another one or missing.
fn hash_number(arguments: &[ArrayRef], _: Days) -> Result<ArrayRef> {
    let texts = arguments
        .iter()
        .map(|argument| cast(argument, &DataType::Utf8));
    let mut columns = texts.collect::<std::result::Result<Vec<_>, _>>()?;
    let known = columns.iter().map(|column| is_not_null(column));
    let known = known.map(|known| Ok(Arc::new(known?) as ArrayRef));
    let known = known.collect::<Result<Vec<_>>>()?;
    columns.extend(known);
    let hashes = distinct_count::hashes(&columns)?;
    let numbers = hashes.into_iter().map(u64::cast_signed);
    Ok(Arc::new(Int64Array::from_iter_values(numbers)))
}

/// The number from 0 to below 1 that the lottery of a key and a campaign draws for a customer; null if one of them is.
fn lottery_number(arguments: &[ArrayRef], _: Days) -> Result<ArrayRef> {
    let texts = |place: usize| cast(&arguments[place], &DataType::Utf8);
    let (keys, campaigns, customers) = (texts(0)?, texts(1)?, texts(2)?);
    let (keys, campaigns) = (keys.as_string::<i32>(), campaigns.as_string::<i32>());
    let rows = keys.iter().zip(campaigns).zip(customers.as_string::<i32>());
    let mut lotteries: BTreeMap<(&str, &str), Split> = BTreeMap::new();
    let numbers: Float64Array = rows
        .map(|((key, campaign), customer)| {
            let (key, campaign) = (key?, campaign?);
            let lottery = lotteries
                .entry((key, campaign))
                .or_insert_with(|| Split::new(key, campaign));
            Some(lottery.uniform(customer?))
        })
        .collect();
    Ok(Arc::new(numbers))
}

/// The mean radius of the earth, of the International Union of Geodesy and Geophysics.
const EARTH_RADIUS_KM: f64 = 6371.0088;

/// Kilometres along the earth between two places, each with its latitude and longitude in degrees; null without one of
/// them. The haversine keeps the digits of short ways, which the law of cosines loses.
fn distance_km(arguments: &[ArrayRef], _: Days) -> Result<ArrayRef> {
    let degrees: Vec<ArrayRef> = arguments
        .iter()
        .map(|column| cast(column, &DataType::Float64))
        .collect::<std::result::Result<_, _>>()?;
    let columns: Vec<&Float64Array> = degrees
        .iter()
        .map(AsArray::as_primitive::<Float64Type>)
        .collect();
    let radians = |column: usize, row: usize| {
        let column = columns[column];
        column.is_valid(row).then(|| column.value(row).to_radians())
    };
    let distance = |row| {
        let (from, to) = (radians(0, row)?, radians(2, row)?);
        let (north, east) = (to - from, radians(3, row)? - radians(1, row)?);
        let squared = |angle: f64| (angle / 2.0).sin().powi(2);
        let haversine = squared(north) + from.cos() * to.cos() * squared(east);
        Some(2.0 * EARTH_RADIUS_KM * haversine.min(1.0).sqrt().asin())
    };
    let rows = 0..arguments[0].len();
    Ok(Arc::new(rows.map(distance).collect::<Float64Array>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_scikit_learn() {
        // haversine_distances of scikit-learn 1.9.1 × 6371.0088: London to Glasgow, to a street corner, to its antipode, to
        // itself
        let places = [
            (55.86, -4.25, 554.366_413_008_461_4),
            (51.5101, -0.1305, 0.036_345_382_598_537),
            (-51.51, 179.87, 20_015.114_442_035_923),
            (51.51, -0.13, 0.0),
        ];
        let column =
            |values: Vec<Option<f64>>| -> ArrayRef { Arc::new(Float64Array::from(values)) };
        let all = |of: fn(&(f64, f64, f64)) -> f64| {
            let known = places.iter().map(|place| Some(of(place)));
            column(known.chain([None]).collect())
        };
        let arguments = [
            column(vec![Some(51.51); 5]),
            column(vec![Some(-0.13); 5]),
            all(|place| place.0),
            all(|place| place.1),
        ];
        let days = Days {
            time_zone: Tz::UTC,
            day_starts_at_hour: 0,
        };
        let found = distance_km(&arguments, days).expect("four columns of numbers");
        let found = found.as_primitive::<Float64Type>();
        for (row, (.., expected)) in places.iter().enumerate() {
            assert!(
                (found.value(row) - expected).abs() < 1e-6,
                "{}",
                found.value(row)
            );
        }
        assert!(found.is_null(4));
    }
}
