//! The settings of the models.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How models are fitted; SQL files know their settings by `$model_setting`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// Who is still a customer, and what they will bring.
    pub purchases: PurchaseModels,
    /// What campaigns brought, by their control groups.
    pub campaigns: CampaignModels,
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

/// What campaigns brought, by their control groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignModels {
    /// Days after the first contact in which an outcome counts.
    #[schemars(range(min = 1, max = 3650))]
    pub outcome_days: u32,
    /// Days before it whose orders take out noise (CUPED).
    #[schemars(range(min = 1, max = 3650))]
    pub covariate_days: u32,
    /// Quantile of outcomes other than 0 above which a customer counts no more than this; 1 cuts nothing.
    #[schemars(range(min = 0.5, max = 1.0))]
    pub winsor_quantile: f64,
    /// Chance of a false alarm that a verdict takes.
    #[schemars(range(min = 0.0001, max = 0.5))]
    pub alpha: f64,
    /// Chance with which a test should see an effect that is there.
    #[schemars(range(min = 0.5, max = 0.999))]
    pub power: f64,
}
