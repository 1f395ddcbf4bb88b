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
/// An outcome less likely than 1e-12 counts as one of 1e-12, so that one customer cannot decide
/// alone. No rows give 0.
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

/// The index of the model that held what came most likely, and the holdout log-likelihood of each;
/// of equal ones the first. Nothing without models.
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

#[cfg(test)]
mod tests {
    use super::{Holdout, holdout_log_likelihood, most_likely};
    use crate::value::{Cell, History, Params, Predictor, Segment, Technique, fit};

    #[test]
    fn the_model_that_knows_of_leaving_wins_where_customers_left() {
        let early = History {
            x: 5,
            t_x: 9.0,
            age: 38.0,
        };
        let late = History {
            x: 5,
            t_x: 37.0,
            age: 38.0,
        };
        let cells = [
            early,
            late,
            History {
                x: 0,
                t_x: 0.0,
                age: 38.0,
            },
        ]
        .map(|history| Cell {
            history,
            customers: 100.0,
        });
        let shop = [Segment::from(cells.to_vec())];
        let model = |technique| -> Predictor {
            let fitted = fit(technique, &shop, &Params::default()).expect("a fit");
            fitted.at(&[]).expect("no covariates")
        };
        let models = [Technique::Nbd, Technique::MbgNbd].map(model);
        let row = |history, purchases| Holdout {
            history,
            purchases,
            customers: 50.0,
        };
        let came = [row(early, 0), row(late, 4)];
        let (best, likelihoods) = most_likely(&models, &came, 38.0).expect("two models");
        assert_eq!(best, 1);
        assert!(likelihoods[1] > likelihoods[0]);
        assert!(holdout_log_likelihood(&models[0], &[], 38.0).abs() < 1e-15);
        assert!(most_likely(&[], &came, 38.0).is_none());
    }
}
