//! The season of the shop: from purchases of each day, to numbers of a fitted model, and back.

use super::super::columns::{days, numbers};
use super::super::said;
use crate::stage::Given;
use clientele_model::value::Season;
use datafusion::error::Result;

/// The purchases of each day.
const PURCHASES: &str = "features.purchase_counts";

/// What the rate of a week is called among the numbers of a model.
const WEEK: &str = "season_";

/// The season up to a day; nothing if less than a year is known of it.
pub(super) fn estimate(given: &Given, end: i32) -> Result<Option<Season>> {
    let mut known = Vec::new();
    for rows in given.get(PURCHASES).into_iter().flatten() {
        let of_days = days(rows, "order_date")?.into_iter();
        let made = of_days.zip(numbers(rows, "purchase_count")?);
        known.extend(made.filter(|(day, _)| *day <= end));
    }
    let Some(first) = known.iter().map(|(day, _)| *day).min() else {
        return Ok(None);
    };
    let mut counts = vec![0.0; (end - first) as usize + 1];
    for (day, count) in known {
        counts[(day - first) as usize] += count;
    }
    Ok(Season::estimate(&counts, first).ok())
}

/// Its rates, week by week.
pub(super) fn values(season: &Season) -> Vec<(String, f64)> {
    let weeks = season.weeks().iter().zip(1..);
    weeks
        .map(|(rate, week)| (format!("{WEEK}{week:02}"), *rate))
        .collect()
}

/// The season among the numbers of a model; nothing if it was fitted on the calendar.
pub(super) fn restore(values: &[(String, f64)]) -> Result<Option<Season>> {
    let weeks = values.iter().filter(|(name, _)| name.starts_with(WEEK));
    let rates: Vec<f64> = weeks.map(|(_, rate)| *rate).collect();
    let season = (!rates.is_empty()).then(|| Season::of_weeks(&rates));
    season.transpose().map_err(said)
}
