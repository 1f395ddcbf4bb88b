//! Propensities: what customers will do within the horizon, how far that is to be believed, and why.
//!
//! A model learns from what was known two horizons ago and what came then. Of the horizon that ends with the run date,
//! one half of the customers chooses the technique and calibrates it, the other half judges what came of it.

mod fit;
mod judge;
mod known;
mod predictor;
mod score;

pub(super) use fit::fit;
pub(super) use judge::{compare, explain, judge};
pub(super) use score::score;

use clientele_model::predict::Loss;

/// The fitted models, as text.
const FITS: &str = "scores.propensity_fits";

/// Columns that are no features begin with one of these words.
const APART: [&str; 3] = ["period", "customer_id", "outcome_"];

/// What is to be foretold.
#[derive(Debug, Clone, Copy)]
struct Question {
    model: &'static str,
    /// The column of what came.
    outcome: &'static str,
    loss: Loss,
}

const QUESTIONS: [Question; 4] = [
    Question {
        model: "third_order",
        outcome: "outcome_third",
        loss: Loss::Logistic,
    },
    Question {
        model: "purchase",
        outcome: "outcome_purchase",
        loss: Loss::Logistic,
    },
    Question {
        model: "revenue",
        outcome: "outcome_revenue",
        loss: Loss::Tweedie { power: 1.5 },
    },
    Question {
        model: "margin",
        outcome: "outcome_margin",
        loss: Loss::Squared,
    },
];
