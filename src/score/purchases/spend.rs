//! What a purchase brings: the spend model, fitted up to now and up to one window ago.

use super::super::columns::{counts, numbers, texts};
use super::super::fits::{ALL, Fits, fitted_schema};
use super::super::whole;
use crate::job::Job;
use crate::stage::{Given, Rows};
use clientele_model::value::{Params, Spend, fit_spend as fit_one};

const TECHNIQUE: &str = "gamma_gamma";

/// The periods up to which customers are known, and what the models are called.
const MODELS: [(&str, &str); 2] = [("now", "spend"), ("window_ago", "spend_window_ago")];

/// Fits the spend models to `features.spend_cells`.
pub(crate) fn fit_spend(rows: Rows, given: Given, job: &Job) -> Rows {
    let prior_strength = job.models.purchases.prior_strength;
    let refit = job.models.refit;
    whole(rows, &fitted_schema(), move |rows| {
        let mut fits = Fits::new(&given)?;
        if !refit && fits.reuse(&MODELS.map(|(_, model)| model)) {
            return fits.into_table();
        }
        let periods = texts(rows, "period")?;
        let repeats = counts(rows, "repeat_count")?;
        let means = numbers(rows, "purchase_revenue_mean")?;
        let customers = numbers(rows, "customer_count")?;
        for (period, model) in MODELS {
            let of_period = (0..periods.len()).filter(|row| periods[*row] == period);
            let cells: Vec<Spend> = of_period
                .map(|row| Spend {
                    x: repeats[row],
                    mean: means[row],
                    customers: customers[row],
                })
                .collect();
            let start = fits.last(model, TECHNIQUE, ALL);
            let params = Params {
                prior_strength,
                start,
                ..Params::default()
            };
            let fitted = fit_one(&cells, &params);
            fits.take([model, TECHNIQUE, ALL], fitted.as_deref());
        }
        fits.into_table()
    })
}
