//! The customers of the shop as purchase models are given them: equal histories counted, by period and group.

use super::super::columns::{counts, days, numbers, texts};
use super::{histories, season};
use crate::stage::Given;
use arrow::array::RecordBatch;
use clientele_model::value::{Cell, Clock, Holdout, Season};
use datafusion::error::Result;
use std::collections::BTreeMap;

/// The periods up to which customers are known, as their rows name them.
pub(super) const NOW: &str = "now";
pub(super) const WINDOW_AGO: &str = "window_ago";

/// The covariates of groups.
const GROUPS: &str = "features.purchase_groups";

/// The value of each covariate of a group.
type Levels = BTreeMap<String, String>;

/// Customers of equal histories in days, by period and group.
pub(super) struct Shop {
    cells: BTreeMap<(String, String), Vec<Cell>>,
    /// What customers known one window ago did since, by group.
    holdout: BTreeMap<String, Vec<Holdout>>,
    /// The last day of each period, and the season up to then if there was a year to tell it from.
    periods: BTreeMap<String, (i32, Option<Season>)>,
    levels: BTreeMap<String, Levels>,
}

/// A group of customers, on the clock of a model.
pub(super) struct Group<'s> {
    pub(super) name: &'s str,
    pub(super) cells: Vec<Cell>,
    pub(super) levels: Option<&'s Levels>,
}

impl Shop {
    pub(super) fn read(rows: &RecordBatch, given: &Given) -> Result<Self> {
        let keys = texts(rows, "period")?
            .into_iter()
            .zip(texts(rows, "group_name")?);
        let customers = numbers(rows, "customer_count")?;
        let purchases = counts(rows, "window_count")?;
        let ends = days(rows, "end_date")?;
        let mut shop = Self {
            cells: BTreeMap::new(),
            holdout: BTreeMap::new(),
            periods: BTreeMap::new(),
            levels: levels(given)?,
        };
        for (row, (key, history)) in keys.zip(histories(rows)?).enumerate() {
            let customers = customers[row];
            let (period, group) = &key;
            if period == WINDOW_AGO {
                let came = shop.holdout.entry(group.clone()).or_default();
                came.push(Holdout {
                    history,
                    purchases: purchases[row],
                    customers,
                });
            }
            if !shop.periods.contains_key(period) {
                let found = season::estimate(given, ends[row])?;
                shop.periods.insert(period.clone(), (ends[row], found));
            }
            shop.cells
                .entry(key)
                .or_default()
                .push(Cell { history, customers });
        }
        Ok(shop)
    }

    /// The season of a period, if it is wanted and can be told, and the clock of its models.
    pub(super) fn clock(&self, period: &str, is_seasonal: bool) -> (Option<&Season>, Clock<'_>) {
        let (end, season) = match self.periods.get(period) {
            Some((end, season)) => (*end, season.as_ref().filter(|_| is_seasonal)),
            None => (0, None),
        };
        (season, Clock::new(season, end))
    }

    /// The groups with customers in a period.
    pub(super) fn groups(&self, period: &str, clock: &Clock<'_>) -> Vec<Group<'_>> {
        let on_clock = |cell: &Cell| Cell {
            history: clock.history(&cell.history),
            ..*cell
        };
        let of_period = self.cells.iter().filter(|((known, _), _)| known == period);
        of_period
            .map(|((_, name), cells)| Group {
                name,
                cells: cells.iter().map(on_clock).collect(),
                levels: self.levels.get(name),
            })
            .collect()
    }

    /// What the customers of a group did in the trailing window.
    pub(super) fn holdout(&self, group: &str, clock: &Clock<'_>) -> Vec<Holdout> {
        let rows = self.holdout.get(group).into_iter().flatten();
        rows.map(|row| Holdout {
            history: clock.history(&row.history),
            ..*row
        })
        .collect()
    }
}

fn levels(given: &Given) -> Result<BTreeMap<String, Levels>> {
    let mut levels: BTreeMap<String, Levels> = BTreeMap::new();
    for rows in given.get(GROUPS).into_iter().flatten() {
        let [covariates, groups, values] =
            ["covariate", "group_name", "level"].map(|name| texts(rows, name));
        for ((covariate, group), level) in covariates?.into_iter().zip(groups?).zip(values?) {
            levels.entry(group).or_default().insert(covariate, level);
        }
    }
    Ok(levels)
}
