//! The few types in which tables are published, since every reader knows them.

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::prelude::{Expr, cast, ident};

/// Digits of money, and those of them behind the point.
const MONEY: DataType = DataType::Decimal128(18, 4);

/// `table` with every column in its house type.
///
/// # Errors
/// When the engine cannot tell the type of one, or not cast it.
pub(super) fn in_house_types(table: DataFrame) -> Result<DataFrame> {
    let (state, plan) = table.into_parts();
    // before it is analysed, a plan may know a column by another type than it will have, as of a union of unlike texts
    let analyser = state.analyzer();
    let plan = analyser.execute_and_check(plan, state.config_options(), |_, _| {})?;
    let table = DataFrame::new(state, plan);
    let columns: Vec<Expr> = table
        .schema()
        .fields()
        .iter()
        .map(|field| {
            let column = ident(field.name());
            let house = house_type(field.data_type());
            if house == *field.data_type() {
                column
            } else {
                cast(column, house).alias(field.name())
            }
        })
        .collect();
    table.select(columns)
}

fn house_type(found: &DataType) -> DataType {
    match found {
        DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => MONEY,
        DataType::Float16 | DataType::Float32 => DataType::Float64,
        DataType::Int8 | DataType::Int16 | DataType::UInt8 | DataType::UInt16 => DataType::Int32,
        DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::Timestamp(..) | DataType::Date64 => {
            DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
        }
        DataType::Dictionary(_, value) => house_type(value),
        DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => DataType::Utf8,
        other => other.clone(),
    }
}
