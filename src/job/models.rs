//! The settings of the models.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How models are fitted; SQL files know their settings by `$model_setting`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// Whether models are fitted again; if not, the fits of the last run score, and only what it lacks is fitted.
    pub refit: bool,
    /// Who is still a customer, and what they will bring.
    pub purchases: PurchaseModels,
    /// What goes together in a basket.
    pub baskets: BasketModels,
    /// What customers buy after what.
    pub sequences: SequenceModels,
    /// What campaigns brought, by their control groups.
    pub campaigns: CampaignModels,
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
    /// Whether each technique is also tried on a clock that runs with the season; it too must have held the window more likely.
    pub season: bool,
    /// Weight of the prior that keeps a fit from running away; 0 is maximum likelihood.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub prior_strength: f64,
    /// What rates of purchase may differ by: `first_quarter`, region, `acquisition_channel`, `first_channel`; tried for groups apart and as covariates, either must have held the window more likely.
    #[schemars(inner(regex(
        pattern = "^(first_quarter|region|acquisition_channel|first_channel)$"
    )))]
    pub covariates: Vec<String>,
    /// Weight with which groups and covariates are drawn towards the shop.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub pull: f64,
    /// Probability with which what comes lies in the published ranges.
    #[schemars(range(min = 0.01, max = 0.99))]
    pub interval: f64,
}

/// What goes together in a basket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BasketModels {
    /// Days of orders that are mined.
    #[schemars(range(min = 1, max = 36500))]
    pub window_days: u32,
    /// What patterns are made of, here and in sequences: product, subcategory, category, or mixed for all of them.
    #[schemars(regex(pattern = "^(product|subcategory|category|mixed)$"))]
    pub level: String,
    /// Baskets that must contain a set.
    #[schemars(range(min = 1))]
    pub min_count: u32,
    /// Share of the baskets that must contain a set.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub min_support: f64,
    /// Share of the baskets with the left side of a rule that must have the right one.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub min_confidence: f64,
    /// Items that a set may have.
    #[schemars(range(min = 1, max = 20))]
    pub max_length: usize,
    /// Share of accidents among the rules that is put up with.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub max_false_discovery_rate: f64,
    /// What becomes of giant baskets: keep, cap (to what sells best) or skip.
    #[schemars(regex(pattern = "^(keep|cap|skip)$"))]
    pub giants: String,
    /// Items beyond which a basket is a giant.
    #[schemars(range(min = 1))]
    pub giant_items: usize,
    /// Ids of the items that alone may stand on the right of a rule; empty for all.
    pub targets: Vec<String>,
    /// Categories whose items alone may stand on the left of a rule; empty for all.
    pub antecedent_categories: Vec<String>,
    /// Periods of equally many baskets in which rules are counted again.
    #[schemars(range(min = 1, max = 100))]
    pub folds: usize,
    /// Periods in which a rule must hold by itself.
    #[schemars(range(min = 0, max = 100))]
    pub min_folds: usize,
    /// Days back from which what a customer bought fires rules.
    #[schemars(range(min = 1, max = 36500))]
    pub recent_days: u32,
    /// Items recommended to a customer.
    #[schemars(range(min = 1, max = 100))]
    pub recommendations: usize,
    /// Days before the run date on which recommendations are tested.
    #[schemars(range(min = 1, max = 36500))]
    pub holdout_days: u32,
}

/// What customers buy after what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SequenceModels {
    /// Days of purchases that are mined.
    #[schemars(range(min = 1, max = 36500))]
    pub window_days: u32,
    /// Customers that must have bought a pattern.
    #[schemars(range(min = 1))]
    pub min_count: u32,
    /// Share of the customers that must have bought a pattern.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub min_support: f64,
    /// Items that a pattern may have.
    #[schemars(range(min = 1, max = 20))]
    pub max_length: usize,
    /// Days after a purchase within which the next one may still be made together with it.
    #[schemars(range(min = 0, max = 36500))]
    pub together_days: u32,
    /// Days from one purchase of a pattern to the next.
    #[schemars(range(min = 1, max = 36500))]
    pub max_gap_days: u32,
    /// Days from the first purchase of a pattern to the last.
    #[schemars(range(min = 1, max = 36500))]
    pub max_span_days: u32,
    /// Patterns that are published: all, closed (no item can join without losing a customer) or maximal.
    #[schemars(regex(pattern = "^(all|closed|maximal)$"))]
    pub keep: String,
    /// Days after a purchase within which the next one is counted by a rule.
    #[schemars(length(min = 1), inner(range(min = 1, max = 3650)))]
    pub windows_days: Vec<u32>,
    /// Customers that must have been seen to follow a rule.
    #[schemars(range(min = 1))]
    pub min_converted: u32,
    /// Share of the customers that must have been seen to follow a rule.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub min_converted_share: f64,
    /// Items that the left side of a rule may have.
    #[schemars(range(min = 1, max = 10))]
    pub max_antecedent: usize,
    /// Probability below which a rule is left out.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub min_probability: f64,
    /// Times the base rate below which a rule is left out.
    #[schemars(range(min = 0.0))]
    pub min_lift: f64,
    /// Share of accidents among the rules that is put up with.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub max_false_discovery_rate: f64,
    /// Days after a purchase beyond which a rule is not used to tell the next one.
    #[schemars(range(min = 1, max = 3650))]
    pub next_window_days: u32,
    /// Next purchases told of a customer.
    #[schemars(range(min = 1, max = 100))]
    pub recommendations: usize,
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
    /// Share of the customers who are left alone by all actions and campaigns, as their control group.
    #[schemars(range(min = 0.0, max = 0.5))]
    pub control_share: f64,
    /// Key of the lottery that draws them.
    pub control_key: String,
}

/// Which customers are alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentModels {
    /// How customers are grouped: `k_means` around middles, or mixture of groups that may be stretched and overlap.
    #[schemars(regex(pattern = "^(k_means|mixture)$"))]
    pub technique: String,
    /// Fewest segments to try; as many as at most fixes their number.
    #[schemars(range(min = 2, max = 50))]
    pub clusters_least: usize,
    /// Most segments to try.
    #[schemars(range(min = 2, max = 50))]
    pub clusters_most: usize,
    /// Share of the customers that every segment must have.
    #[schemars(range(min = 0.0, max = 0.5))]
    pub least_share: f64,
    /// Customers whose middles are looked for, at most; of more customers so many are a sample, and all get a segment.
    #[schemars(range(min = 10, max = 10_000_000))]
    pub fit_customers: usize,
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
    /// Customers from whom is learnt, and on whom is tested, at most; of more customers so many are a sample.
    #[schemars(range(min = 10, max = 10_000_000))]
    pub fit_customers: usize,
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
