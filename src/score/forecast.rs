//! What will be sold: every series by the technique that would have forecast its past best, and all of them together, so
//! that the parts add up to the shop.

use super::columns::{counts, numbers, of_counts, of_numbers, of_texts, schema, texts};
use super::{said, whole};
use crate::job::{ForecastModels, Job};
use crate::stage::Rows;
use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::forecast::{
    Forecast, Params, Period, Sum, Trial, forecast_all, reconcile_periods,
};
use datafusion::error::Result;
use std::collections::BTreeMap;

/// The level of the whole.
const SHOP: &str = "shop";

/// A customer buys in several categories, so that only money adds up over them.
const MONEY: &str = "revenue";
const OVERLAPPING: &str = "category";

/// Measure, level and group.
type Key = [String; 3];

/// Forecasts the series of `features.sales_periods`.
pub(crate) fn forecast(rows: Rows, job: &Job) -> Rows {
    let settings = job.models.forecast.clone();
    whole(rows, &forecast_schema(), move |rows| {
        let (keys, series): (Vec<Key>, Vec<Vec<f64>>) = read(rows)?.into_iter().unzip();
        let params = Params {
            season: settings.season,
            horizon: settings.horizon,
            ..Params::default()
        };
        let forecasts = forecast_all(&series, &params).into_iter();
        let forecasts: Vec<Forecast> = forecasts
            .collect::<clientele_model::Result<_>>()
            .map_err(said)?;
        let periods: Vec<Vec<Period>> = forecasts.iter().map(|one| one.periods.clone()).collect();
        let periods = match reconcile_periods(&periods, &sums(&keys)) {
            Ok(periods) => periods,
            // of a single period nothing is known but the mean, and means add up
            Err(_) if series.iter().all(|series| series.len() < 2) => periods,
            Err(error) => return Err(said(error)),
        };
        into_table(&keys, &forecasts, &periods, &settings)
    })
}

/// Series by key, the oldest period first, as the rows come.
fn read(rows: &RecordBatch) -> Result<BTreeMap<Key, Vec<f64>>> {
    let [measures, levels, groups] =
        ["measure", "level", "group_name"].map(|name| texts(rows, name));
    let keys = measures?.into_iter().zip(levels?).zip(groups?);
    let mut ordered: Vec<(Key, u32, f64)> = keys
        .zip(counts(rows, "periods_ago")?)
        .zip(numbers(rows, "value")?)
        .map(|((((measure, level), group), ago), value)| ([measure, level, group], ago, value))
        .collect();
    ordered.sort_by(|a, b| (&a.0, b.1).cmp(&(&b.0, a.1)));
    let mut series: BTreeMap<Key, Vec<f64>> = BTreeMap::new();
    for (key, _, value) in ordered {
        series.entry(key).or_default().push(value);
    }
    Ok(series)
}

/// What adds up to what.
fn sums(keys: &[Key]) -> Vec<Sum> {
    let mut parts: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    let mut wholes = BTreeMap::new();
    for (place, [measure, level, _]) in keys.iter().enumerate() {
        if level == SHOP {
            wholes.insert(measure.as_str(), place);
        } else if level != OVERLAPPING || measure == MONEY {
            parts
                .entry((measure.as_str(), level.as_str()))
                .or_default()
                .push(place);
        }
    }
    let sums = parts.into_iter().filter_map(|((measure, _), parts)| {
        let whole = *wholes.get(measure)?;
        Some(Sum { whole, parts })
    });
    sums.collect()
}

fn into_table(
    keys: &[Key],
    forecasts: &[Forecast],
    periods: &[Vec<Period>],
    settings: &ForecastModels,
) -> Result<RecordBatch> {
    let each =
        || (0..keys.len()).flat_map(|at| (0..settings.horizon).map(move |ahead| (at, ahead)));
    let text = |of: &dyn Fn(usize) -> String| of_texts(each().map(|(at, _)| of(at)));
    let number =
        |of: &dyn Fn(&Period) -> f64| of_numbers(each().map(|(at, ahead)| of(&periods[at][ahead])));
    let error = |of: &dyn Fn(&Forecast) -> Option<f64>| {
        of_numbers(each().map(|(at, _)| of(&forecasts[at]).unwrap_or(f64::NAN)))
    };
    let mase = |trial: Option<&Trial>| trial.and_then(|trial| trial.mase);
    let columns: Vec<ArrayRef> = vec![
        text(&|at| keys[at][0].clone()),
        text(&|at| keys[at][1].clone()),
        text(&|at| keys[at][2].clone()),
        of_counts(each().map(|(_, ahead)| ahead as i64 + 1)),
        text(&|at| forecasts[at].fitted.technique.to_string()),
        number(&|period| period.point),
        number(&|period| period.interval_80.lower),
        number(&|period| period.interval_80.upper),
        number(&|period| period.interval_95.lower),
        number(&|period| period.interval_95.upper),
        error(&|forecast| mase(forecast.trial())),
        error(&|forecast| mase(forecast.baseline())),
        error(&|forecast| forecast.coverage.map(|coverage| coverage.of_80)),
    ];
    Ok(RecordBatch::try_new(forecast_schema(), columns)?)
}

fn forecast_schema() -> SchemaRef {
    let texts = ["measure", "level", "group_name"].map(|name| (name, DataType::Utf8));
    let numbers = [
        "expected",
        "lower_80",
        "upper_80",
        "lower_95",
        "upper_95",
        "mase",
        "mase_naive",
        "coverage_80",
    ];
    schema(
        texts
            .into_iter()
            .chain([
                ("periods_ahead", DataType::Int64),
                ("technique", DataType::Utf8),
            ])
            .chain(numbers.map(|name| (name, DataType::Float64))),
    )
}
