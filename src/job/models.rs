//! The settings of the models.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How models are fitted; SQL files know their settings by `$model_setting`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// Who is still a customer, and what they will bring.
    pub purchases: PurchaseModels,
    /// Which customers are alike.
    pub segments: SegmentModels,
    /// What customers will do next.
    pub propensities: PropensityModels,
    /// What will be sold.
    pub forecast: ForecastModels,
}

/// Who is still a customer, and what they will bring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchaseModels {
    /// Techniques tried; the one that held most likely what customers did in the trailing window is used.
    #[schemars(
        length(min = 1),
        inner(regex(pattern = r"^(nbd|bg_nbd|mbg_nbd|pareto_nbd|m?bg_cnbd_[1-9])$"))
    )]
    pub techniques: Vec<String>,
    /// Weight of the prior that keeps a fit from running away; 0 is maximum likelihood.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub prior_strength: f64,
    /// What customers are fitted apart by: `none`, `region`, `acquisition_channel` or `first_channel`.
    #[schemars(regex(pattern = "^(none|region|acquisition_channel|first_channel)$"))]
    pub group_by: String,
    /// Weight with which groups are drawn towards the shop.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub pull: f64,
    /// Probability with which what comes lies in the published ranges.
    #[schemars(range(min = 0.01, max = 0.99))]
    pub interval: f64,
}

/// Which customers are alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentModels {
    /// Fewest segments to try; as many as at most fixes their number.
    #[schemars(range(min = 2, max = 50))]
    pub clusters_least: usize,
    /// Most segments to try.
    #[schemars(range(min = 2, max = 50))]
    pub clusters_most: usize,
    /// Share of the customers that every segment must have.
    #[schemars(range(min = 0.0, max = 0.5))]
    pub least_share: f64,
    /// Customers whose silhouette is computed.
    #[schemars(range(min = 2, max = 20000))]
    pub silhouette_customers: usize,
}

/// What customers will do next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PropensityModels {
    /// Days for which it is foretold what customers do.
    #[schemars(range(min = 7, max = 365))]
    pub horizon_days: u32,
    /// Customers without whom there is nothing to learn.
    #[schemars(range(min = 10, max = 1_000_000))]
    pub least_customers: usize,
    /// Customers to whom it must have happened, and to whom it must not.
    #[schemars(range(min = 5, max = 1_000_000))]
    pub least_positives: usize,
}

/// What will be sold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForecastModels {
    /// Days of a period: 7 are weeks that end with the weekday of the run date, 28 four of them.
    #[schemars(range(min = 1, max = 92))]
    pub period_days: u32,
    /// Periods after which sales repeat themselves.
    #[schemars(range(min = 1, max = 366))]
    pub season: usize,
    /// Periods that are forecast.
    #[schemars(range(min = 1, max = 104))]
    pub horizon: usize,
    /// Most periods of the past from which it is learnt.
    #[schemars(range(min = 3, max = 2000))]
    pub history: u32,
}
