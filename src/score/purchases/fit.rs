//! The purchase model of the shop: chosen by time it has not seen, fitted up to now and up to one window ago.

use super::super::columns::{counts, days, numbers, texts};
use super::super::fits::{ALL, Fits, fitted_schema};
use super::super::whole;
use super::{histories, season};
use crate::job::{Job, PurchaseModels};
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use clientele_model::value::{
    Cell, Clock, Fitted, Holdout, Params, Season, Segment, Technique, fit as fit_one, fit_groups,
    holdout_log_likelihood,
};
use datafusion::error::Result;
use std::collections::BTreeMap;

/// The periods up to which customers are known, as their rows name them, and what the models are called.
const NOW: (&str, &str) = ("now", "purchases");
const WINDOW_AGO: (&str, &str) = ("window_ago", "purchases_window_ago");

/// The name under which the choice among techniques is told.
const CHOICE: &str = "purchase_choice";

/// What is told of each technique: on the clock of the calendar, and on the one that runs with the season.
const METRICS: [(bool, &str); 2] = [
    (false, "holdout_log_likelihood"),
    (true, "holdout_log_likelihood_season"),
];

/// Against this technique, for which nobody ever leaves, the others are measured.
const BASELINE: Technique = Technique::Nbd;

/// Fits the purchase models to `features.purchase_cells`.
pub(crate) fn fit(rows: Rows, given: Given, job: &Job) -> Rows {
    let settings = job.models.purchases.clone();
    let span = f64::from(job.parameters.window_days);
    let refit = job.models.refit;
    whole(rows, &fitted_schema(), move |rows| {
        let mut fits = Fits::new(&given)?;
        if !refit && fits.reuse(&[WINDOW_AGO.1, NOW.1]) {
            return fits.into_table();
        }
        let shop = Shop::read(rows, &given)?;
        let (technique, is_seasonal) = shop.choose(&mut fits, &settings, span);
        for period in [WINDOW_AGO, NOW] {
            shop.fit(&mut fits, period, (technique, is_seasonal), &settings);
        }
        fits.into_table()
    })
}

/// Customers of equal histories in days, by period and group.
struct Shop {
    cells: BTreeMap<(String, String), Vec<Cell>>,
    holdout: Vec<Holdout>,
    /// The last day of each period, and the season up to then if there was a year to tell it from.
    periods: BTreeMap<String, (i32, Option<Season>)>,
}

impl Shop {
    fn read(rows: &RecordBatch, given: &Given) -> Result<Self> {
        let keys = texts(rows, "period")?
            .into_iter()
            .zip(texts(rows, "group_name")?);
        let customers = numbers(rows, "customer_count")?;
        let purchases = counts(rows, "window_count")?;
        let ends = days(rows, "end_date")?;
        let mut shop = Self {
            cells: BTreeMap::new(),
            holdout: Vec::new(),
            periods: BTreeMap::new(),
        };
        for (row, (key, history)) in keys.zip(histories(rows)?).enumerate() {
            let customers = customers[row];
            if key.0 == WINDOW_AGO.0 {
                shop.holdout.push(Holdout {
                    history,
                    purchases: purchases[row],
                    customers,
                });
            }
            if !shop.periods.contains_key(&key.0) {
                let found = season::estimate(given, ends[row])?;
                shop.periods.insert(key.0.clone(), (ends[row], found));
            }
            shop.cells
                .entry(key)
                .or_default()
                .push(Cell { history, customers });
        }
        Ok(shop)
    }

    /// The season of a period, if it is wanted and can be told, and the clock of its models.
    fn clock(&self, period: &str, is_seasonal: bool) -> (Option<&Season>, Clock<'_>) {
        let (end, season) = match self.periods.get(period) {
            Some((end, season)) => (*end, season.as_ref().filter(|_| is_seasonal)),
            None => (0, None),
        };
        (season, Clock::new(season, end))
    }

    fn groups(&self, period: &str, clock: &Clock<'_>) -> Vec<(&str, Vec<Cell>)> {
        let on_clock = |cell: &Cell| Cell {
            history: clock.history(&cell.history),
            ..*cell
        };
        let of_period = self.cells.iter().filter(|((known, _), _)| known == period);
        of_period
            .map(|((_, group), cells)| (group.as_str(), cells.iter().map(on_clock).collect()))
            .collect()
    }

    /// The technique, and whether its clock has a season, that held most likely what customers did in the trailing window,
    /// fitted to what came before it; the first one where there is nothing to judge by.
    fn choose(&self, fits: &mut Fits, settings: &PurchaseModels, span: f64) -> (Technique, bool) {
        let techniques: Vec<Technique> = settings
            .techniques
            .iter()
            .filter_map(|name| name.parse().ok())
            .collect();
        let first = techniques.first().copied().unwrap_or(Technique::MbgNbd);
        let mut best = ((first, false), f64::NEG_INFINITY);
        for (is_seasonal, metric) in METRICS {
            let (season, clock) = self.clock(WINDOW_AGO.0, is_seasonal && settings.season);
            if season.is_some() != is_seasonal {
                continue;
            }
            let cells = self.groups(WINDOW_AGO.0, &clock).into_iter();
            let shop = [Segment::from(
                cells.flat_map(|(_, cells)| cells).collect::<Vec<_>>(),
            )];
            let holdout: Vec<Holdout> = self
                .holdout
                .iter()
                .map(|row| Holdout {
                    history: clock.history(&row.history),
                    ..*row
                })
                .collect();
            for technique in techniques.iter().copied().chain([BASELINE]) {
                let params = params(fits, WINDOW_AGO.1, technique, settings);
                let fitted = fit_one(technique, &shop, &params);
                let Ok(model) = fitted.and_then(|fitted| fitted.at(&[])) else {
                    continue;
                };
                let likelihood = holdout_log_likelihood(&model, &holdout, clock.span(span));
                let key = [CHOICE, &technique.to_string(), ALL, metric];
                fits.note(key, [likelihood, f64::NAN], "");
                if techniques.contains(&technique) && likelihood > best.1 {
                    best = ((technique, is_seasonal), likelihood);
                }
            }
        }
        best.0
    }

    fn fit(
        &self,
        fits: &mut Fits,
        (period, model): (&str, &str),
        (technique, is_seasonal): (Technique, bool),
        settings: &PurchaseModels,
    ) {
        let (season, clock) = self.clock(period, is_seasonal);
        let (groups, cells): (Vec<&str>, Vec<Vec<Cell>>) =
            self.groups(period, &clock).into_iter().unzip();
        let name = technique.to_string();
        let params = params(fits, model, technique, settings);
        match fit_groups(technique, &cells, settings.pull, &params) {
            Ok((shop, fitted)) => {
                let apart = groups.into_iter().zip(&fitted);
                let all: (&str, &Fitted) = (ALL, &shop);
                for (group, fitted) in apart.filter(|(group, _)| *group != ALL).chain([all]) {
                    fits.take([model, &name, group], Ok(&**fitted));
                }
                for (parameter, rate) in season.into_iter().flat_map(season::values) {
                    fits.note([model, &name, ALL, &parameter], [rate, f64::NAN], "");
                }
            }
            Err(error) => fits.take([model, &name, ALL], Err(&error)),
        }
    }
}

/// From the parameters of the last run on.
fn params(fits: &Fits, model: &str, technique: Technique, settings: &PurchaseModels) -> Params {
    Params {
        prior_strength: settings.prior_strength,
        start: fits.last(model, &technique.to_string(), ALL),
        ..Params::default()
    }
}
