//! Lifetime value: the margin still to come of each customer, discounted.

use rayon::prelude::*;

use super::discount::Discount;
use super::gamma_gamma::FittedSpend;
use super::history::History;
use super::predictor::Predictor;
use crate::{Error, Result};

/// The discounted margin still to come of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifetimeValue {
    /// Its expectation.
    pub expected: f64,
    /// How uncertain the expectation is because the parameters are: the standard deviation of its
    /// logarithm.
    pub deviation: f64,
    /// The lower end of the range in which the margin itself will lie.
    pub lower: f64,
    /// The upper end of that range.
    pub upper: f64,
}

/// What each customer will still bring.
///
/// Expected purchases, each discounted to today, times the margin expected of one; the two models
/// are taken as independent. The range is that of the number of purchases up to the horizon, with
/// the parameters' uncertainty, at the mean worth of one: most customers' lower end is 0.
///
/// # Shapes
/// - `histories`: n customers; `means`: n mean margins of their repeat purchases, any number where
///   x is 0
/// - `discount`: rate and horizon, in the unit of the histories
/// - `level`: of the range, 0–1
/// - returns n values, in order, in the money of `means`
///
/// # Errors
/// - `Shape`: another number of means than of histories
/// - `OutOfRange`: a customer with repeat purchases whose mean margin is not above 0
pub fn lifetime_values(
    purchases: &Predictor,
    spend: &FittedSpend,
    (histories, means): (&[History], &[f64]),
    discount: &Discount,
    level: f64,
) -> Result<Vec<LifetimeValue>> {
    let (found, expected) = (means.len(), histories.len());
    if found != expected {
        return Err(Error::Shape {
            name: "means",
            found,
            expected,
        });
    }
    let bad =
        |(history, mean): (&History, &f64)| history.x > 0 && !(mean.is_finite() && *mean > 0.0);
    if let Some(row) = histories.iter().zip(means).position(bad) {
        let rule = "finite and above 0 after a repeat purchase";
        return Err(Error::OutOfRange {
            name: "means",
            value: means[row],
            row,
            rule,
        });
    }
    let today = purchases.discounted_purchases(histories, discount);
    let deviations = purchases.discounted_deviation(histories, discount);
    let counts = purchases.expected_purchases(histories, discount.horizon());
    let ranges = purchases.purchase_intervals(histories, discount.horizon(), level);
    let model = spend.model();
    let value = |row: usize| {
        let (x, mean) = (histories[row].x, means[row]);
        let margin = model.expected(x, mean);
        let one = if counts[row] > 0.0 {
            margin * today[row] / counts[row]
        } else {
            0.0
        };
        LifetimeValue {
            expected: margin * today[row],
            deviation: deviations[row].hypot(spend.deviation(x, mean)),
            lower: one * f64::from(ranges[row].0),
            upper: one * f64::from(ranges[row].1),
        }
    };
    Ok((0..histories.len()).into_par_iter().map(value).collect())
}
