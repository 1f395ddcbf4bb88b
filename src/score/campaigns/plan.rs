//! How many customers a test needs.

use super::super::columns::{numbers, of_numbers};
use super::super::each;
use super::{beside, widened};
use crate::job::Job;
use crate::stage::Rows;
use arrow::datatypes::DataType;
use clientele_model::experiment::{Design, test_and_roll_customers};

/// What is answered, in this order.
const COLUMNS: [&str; 4] = [
    "customers_needed",
    "chance",
    "smallest_effect",
    "small_test_customers",
];

/// Sizes the tests of `features.test_plans`.
pub(crate) fn size_tests(rows: Rows, job: &Job) -> Rows {
    let settings = job.models.campaigns.clone();
    let schema = widened(
        &rows.schema(),
        COLUMNS.map(|name| (name, DataType::Float64)),
    );
    each(rows, &schema.clone(), move |rows| {
        let variances = numbers(rows, "outcome_variance")?;
        let [effects, shares, audiences] =
            ["effect", "treated_share", "customer_count"].map(|name| numbers(rows, name));
        let (effects, shares, audiences) = (effects?, shares?, audiences?);
        let mut answers = COLUMNS.map(|_| Vec::with_capacity(variances.len()));
        for row in 0..variances.len() {
            let design = Design {
                treated_variance: variances[row],
                control_variance: variances[row],
                treated_share: shares[row],
                alpha: settings.alpha,
                power: settings.power,
            };
            let (effect, audience) = (effects[row], audiences[row]);
            let small = test_and_roll_customers(audience, variances[row].sqrt(), effect);
            let row = [
                design.customers(effect).map(f64::ceil),
                design.chance(effect, audience),
                design.smallest_effect(audience),
                small.map(f64::ceil),
            ];
            for (column, value) in answers.iter_mut().zip(row) {
                column.push(value.unwrap_or(f64::NAN));
            }
        }
        beside(rows, &schema, answers.map(of_numbers))
    })
}
