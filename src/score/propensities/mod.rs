//! Propensities: what customers will do within the horizon, how far that is to be believed, and why.
//!
//! A model learns from what was known two horizons (or windows) ago and what came then. Of the horizon that ends with the run
//! date, one half of the customers chooses the technique and calibrates it, the other half judges what came of it. What is
//! foretold knows its season, where that held for unseen time: a summer says nothing of how much Christmas brings.

mod fit;
mod judge;
mod known;
mod predictor;
mod score;
mod words;

pub(super) use fit::fit;
pub(super) use judge::{compare, explain, judge};
pub(super) use score::score;

use clientele_model::predict::Loss;

/// The fitted models, as text.
const FITS: &str = "scores.propensity_models";

/// Columns that are no features begin with one of these words.
const APART: [&str; 5] = [
    "period",
    "customer_id",
    "outcome_",
    "horizon_days",
    "season",
];

/// What is to be foretold.
#[derive(Debug, Clone, Copy)]
struct Question {
    model: &'static str,
    /// The column of what came.
    outcome: &'static str,
    loss: Loss,
    /// The period from which it is learnt, and the one on which it is tested.
    periods: [&'static str; 2],
    /// The column of the season of the days foretold; none where they have all seasons.
    season: Option<&'static str>,
}

const HORIZONS: [&str; 2] = ["two_horizons_ago", "horizon_ago"];
const WINDOWS: [&str; 2] = ["two_windows_ago", "window_ago"];

const QUESTIONS: [Question; 7] = [
    in_horizon("third_order", "outcome_third", Loss::Logistic),
    in_horizon("purchase", "outcome_purchase", Loss::Logistic),
    in_window("best_tier", "outcome_best", Loss::Logistic),
    in_horizon("revenue", "outcome_revenue", REVENUE),
    in_horizon("margin", "outcome_margin", Loss::Squared),
    in_window("revenue_window", "outcome_revenue", REVENUE),
    in_window("margin_window", "outcome_margin", Loss::Squared),
];

const REVENUE: Loss = Loss::Tweedie { power: 1.5 };

const fn in_horizon(model: &'static str, outcome: &'static str, loss: Loss) -> Question {
    Question {
        season: Some(if matches!(loss, Loss::Logistic) {
            "season_purchases"
        } else {
            "season_revenue"
        }),
        periods: HORIZONS,
        ..in_window(model, outcome, loss)
    }
}

/// A window is a year as a rule.
const fn in_window(model: &'static str, outcome: &'static str, loss: Loss) -> Question {
    Question {
        model,
        outcome,
        loss,
        periods: WINDOWS,
        season: None,
    }
}

impl Question {
    fn is_probability(&self) -> bool {
        matches!(self.loss, Loss::Logistic)
    }

    /// A prediction for days of another season than it was `known` in: that multiplies amounts, and the rate of purchases, of
    /// which a probability is that of at least one. The same if either is unknown.
    fn in_season(&self, predicted: f64, known: f64, season: f64) -> f64 {
        if !(known.is_finite() && season.is_finite()) {
            return predicted;
        }
        if self.is_probability() {
            1.0 - (1.0 - predicted).powf(season / known)
        } else {
            predicted * season / known
        }
    }
}
