//! The choice of a purchase model by time it has not seen.

use rayon::prelude::*;

use super::history::History;
use super::predictor::Predictor;

/// Customers with one history up to a day, and what they did after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Holdout {
    /// What each had done up to the day the model was fitted for.
    pub history: History,
    /// Purchases of each after it, within the span held out.
    pub purchases: u32,
    /// How many they are.
    pub customers: f64,
}

/// How likely the model held what came: Σ customers · ln P(purchases | history).
///
/// # Shapes
/// - `span`: the time held out, in the unit of the histories; the same for all
///
/// # Missing
/// An outcome less likely than 1e-12 counts as one of 1e-12, so that one customer cannot decide alone. No rows
/// give 0.
#[must_use]
pub fn holdout_log_likelihood(model: &Predictor, holdout: &[Holdout], span: f64) -> f64 {
    let one = |row: &Holdout| {
        let distribution = model.distribution(&row.history, span);
        let likely = distribution
            .get(row.purchases as usize)
            .copied()
            .unwrap_or(0.0);
        row.customers * likely.max(1e-12).ln()
    };
    // Collected before it is summed: the sum does not depend on the number of threads.
    let rows: Vec<f64> = holdout.par_iter().map(one).collect();
    rows.into_iter().sum()
}

/// The index of the model that held what came most likely, and the holdout log-likelihood of each; of equal
/// ones the first. Nothing without models.
#[must_use]
pub fn most_likely(
    models: &[Predictor],
    holdout: &[Holdout],
    span: f64,
) -> Option<(usize, Vec<f64>)> {
    let likelihoods: Vec<f64> = models
        .iter()
        .map(|model| holdout_log_likelihood(model, holdout, span))
        .collect();
    let best = (0..models.len())
        .rev()
        .max_by(|a, b| likelihoods[*a].total_cmp(&likelihoods[*b]))?;
    Some((best, likelihoods))
}
