//! The purchase model of the shop: chosen by time it has not seen, fitted up to now and up to one window ago.

use super::super::columns::{counts, numbers, texts};
use super::super::fits::{ALL, Fits, fitted_schema};
use super::super::whole;
use super::histories;
use crate::job::{Job, PurchaseModels};
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use clientele_model::value::{
    Cell, Fitted, Holdout, Params, Segment, Technique, fit as fit_one, fit_groups,
    holdout_log_likelihood,
};
use datafusion::error::Result;
use std::collections::BTreeMap;

/// The periods up to which customers are known, as their rows name them, and what the models are called.
const NOW: (&str, &str) = ("now", "purchases");
const WINDOW_AGO: (&str, &str) = ("window_ago", "purchases_window_ago");

/// The name under which the choice among techniques is told.
const CHOICE: &str = "purchase_choice";

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
        let shop = Shop::read(rows)?;
        let technique = shop.choose(&mut fits, &settings, span);
        for period in [WINDOW_AGO, NOW] {
            shop.fit(&mut fits, period, technique, &settings);
        }
        fits.into_table()
    })
}

/// Customers of equal histories, by period and group.
struct Shop {
    cells: BTreeMap<(String, String), Vec<Cell>>,
    holdout: Vec<Holdout>,
}

impl Shop {
    fn read(rows: &RecordBatch) -> Result<Self> {
        let keys = texts(rows, "period")?
            .into_iter()
            .zip(texts(rows, "group_name")?);
        let customers = numbers(rows, "customer_count")?;
        let purchases = counts(rows, "window_count")?;
        let mut shop = Self {
            cells: BTreeMap::new(),
            holdout: Vec::new(),
        };
        for (row, (key, history)) in keys.zip(histories(rows, "")?).enumerate() {
            let customers = customers[row];
            if key.0 == WINDOW_AGO.0 {
                shop.holdout.push(Holdout {
                    history,
                    purchases: purchases[row],
                    customers,
                });
            }
            shop.cells
                .entry(key)
                .or_default()
                .push(Cell { history, customers });
        }
        Ok(shop)
    }

    fn groups(&self, period: &str) -> Vec<(&str, &[Cell])> {
        let of_period = self.cells.iter().filter(|((known, _), _)| known == period);
        of_period
            .map(|((_, group), cells)| (group.as_str(), &**cells))
            .collect()
    }

    fn all(&self, period: &str) -> Vec<Cell> {
        let groups = self.groups(period).into_iter();
        groups
            .flat_map(|(_, cells)| cells.iter().copied())
            .collect()
    }

    /// The technique that held most likely what customers did in the trailing window, fitted to what came before it; the
    /// first one where there is nothing to judge by.
    fn choose(&self, fits: &mut Fits, settings: &PurchaseModels, span: f64) -> Technique {
        let techniques: Vec<Technique> = settings
            .techniques
            .iter()
            .filter_map(|name| name.parse().ok())
            .collect();
        let cells = self.all(WINDOW_AGO.0);
        let mut best = (
            techniques.first().copied().unwrap_or(Technique::MbgNbd),
            f64::NEG_INFINITY,
        );
        for technique in techniques.iter().copied().chain([BASELINE]) {
            let params = params(fits, WINDOW_AGO.1, technique, settings);
            let fitted = fit_one(technique, &[Segment::from(cells.clone())], &params);
            let Ok(model) = fitted.and_then(|fitted| fitted.at(&[])) else {
                continue;
            };
            let likelihood = holdout_log_likelihood(&model, &self.holdout, span);
            let name = technique.to_string();
            let key = [CHOICE, &name, ALL, "holdout_log_likelihood"];
            fits.note(key, [likelihood, f64::NAN], "");
            if techniques.contains(&technique) && likelihood > best.1 {
                best = (technique, likelihood);
            }
        }
        best.0
    }

    fn fit(
        &self,
        fits: &mut Fits,
        (period, model): (&str, &str),
        technique: Technique,
        settings: &PurchaseModels,
    ) {
        let groups = self.groups(period);
        let name = technique.to_string();
        let params = params(fits, model, technique, settings);
        let cells: Vec<Vec<Cell>> = groups.iter().map(|(_, cells)| cells.to_vec()).collect();
        match fit_groups(technique, &cells, settings.pull, &params) {
            Ok((shop, fitted)) => {
                let apart = groups.iter().map(|(group, _)| *group).zip(&fitted);
                let all: (&str, &Fitted) = (ALL, &shop);
                for (group, fitted) in apart.filter(|(group, _)| *group != ALL).chain([all]) {
                    fits.take([model, &name, group], Ok(&**fitted));
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
