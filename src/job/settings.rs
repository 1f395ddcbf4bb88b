//! The settings of a job. The first sentence of each stands in `jobs/defaults.yaml` and in the schema too.

use super::audiences::Audiences;
use super::checks::Check;
use super::cluster::{Cluster, Engine};
use super::models::Models;
use super::output::Output;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One night's work: what to read, what to count, where to put it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Version of this file format.
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// Name of the job, in the ledger and the logs.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Another job that this one is laid over, a path relative to this file.
    pub extends: Option<String>,
    /// Last day that counts, inclusive: a date, or yesterday.
    #[schemars(regex(pattern = r"^(yesterday|\d{4}-\d{2}-\d{2})$"))]
    pub run_date: String,
    /// Time zone in which days begin and end (IANA name).
    pub time_zone: String,
    /// Hour at which a day of business begins.
    #[schemars(range(min = 0, max = 23))]
    pub day_starts_at_hour: u32,
    /// Currency of all money, for the people who read the tables.
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    pub currency: String,
    /// Language of the report and of reasons: en, de, es, zh or ru.
    pub language: Language,
    /// What is read.
    pub sources: Sources,
    /// What must hold of sources and tables, by name: each check warns, rejects rows or fails the run.
    pub checks: BTreeMap<String, Check>,
    /// What is written, and where.
    pub output: Output,
    /// Folder or URL in which the rows that come from each file of transactions are kept from night to night; none reads all files every night.
    pub cache: Option<String>,
    /// Folder of the shop's own SQL files, laid over the built-in ones.
    pub sql: Option<String>,
    /// Options of the object stores, by URL prefix: endpoint, region and keys (`env:NAME` or `file:PATH`).
    pub stores: BTreeMap<String, BTreeMap<String, String>>,
    /// Who is told of runs; nothing here can fail one.
    pub observe: Observe,
    /// Memory, threads and scratch space.
    pub resources: Resources,
    /// Who computes queries: `local`, this process, or `cluster`, the executors of a cluster.
    pub engine: Engine,
    /// The cluster that computes queries, with `engine: cluster`.
    pub cluster: Cluster,
    /// Numbers that the SQL files know by `$name`.
    pub parameters: Parameters,
    /// How models are fitted; SQL files know their settings by `$model_setting`.
    pub models: Models,
    /// Whom the audiences in `sql/audiences/` ask for, known to them by `$audiences_setting`; what lacks a setting is empty.
    pub audiences: Audiences,
    /// Tiers, best first: each takes the next customers until its share of the trailing margin is reached.
    pub tiers: Vec<Tier>,
    /// Events of every year, for event buyers.
    pub events: Vec<Event>,
    /// Groups of customers by their scores, each a range from 1 to 5; every combination of scores falls in one group.
    pub rfm_groups: Vec<RfmGroup>,
    /// Amounts at which the scores of rfm change; none for fifths of the customers.
    pub rfm_cuts: RfmCuts,
    /// What-if scenarios of the table `price.uplift_scenarios`.
    pub scenarios: Vec<Scenario>,
    /// Tests with a control group; one with a key is drawn from its audience.
    pub campaigns: Vec<Campaign>,
    /// What an action costs and how many respond, where no test has measured it.
    pub actions: Vec<Action>,
}

/// Language of what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    En,
    /// German.
    De,
    /// Spanish.
    Es,
    /// Chinese.
    Zh,
    /// Russian.
    Ru,
}

/// The sources: transactions, and whatever else the shop has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    /// Order lines, one row per product in an order.
    pub transactions: Source,
    /// What is known of customers: region, acquisition, consent.
    pub customers: Option<Source>,
    /// What is known of products: name, category.
    pub products: Option<Source>,
    /// Ids that belong to one person.
    pub identities: Option<Source>,
    /// Dated events, beside the yearly ones of the job.
    pub events: Option<Source>,
    /// Who was shown which campaign, with the arms of the test.
    pub exposures: Option<Source>,
    /// Marketing and acquisition costs.
    pub costs: Option<Source>,
    /// Who brought whom.
    pub referrals: Option<Source>,
}

impl Sources {
    /// The sources of the job with the names of their tables.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &Source)> {
        [
            ("transactions", Some(&self.transactions)),
            ("customers", self.customers.as_ref()),
            ("products", self.products.as_ref()),
            ("identities", self.identities.as_ref()),
            ("events", self.events.as_ref()),
            ("exposures", self.exposures.as_ref()),
            ("costs", self.costs.as_ref()),
            ("referrals", self.referrals.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, source)| Some((name, source?)))
    }
}

/// Files of one schema and what their columns mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Where the files are: a file, a folder (ending with /) or a glob.
    #[schemars(length(min = 1))]
    pub url: String,
    /// Format of the files; by default what their names end with.
    pub format: Option<Format>,
    /// Folder name (`month` of `month=2025-12`) whose values are dates: what begins after the run date is not opened.
    pub date_partition: Option<String>,
    /// Character between the values of a CSV file.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1))]
    pub delimiter: Option<String>,
    /// Our column name → SQL expression over the columns of the files.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Outcome → SQL expression over the columns of the files, a number or true and false: what was measured elsewhere of a campaign's customers. Of exposures alone.
    #[serde(default)]
    pub outcomes: BTreeMap<String, String>,
    /// Reason → SQL predicate: rows that the shop itself does not count; they go to `base.rejected_lines`.
    #[serde(default)]
    pub reject: BTreeMap<String, String>,
}

/// Format of source files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Parquet.
    Parquet,
    /// Text with a header line.
    Csv,
}

/// Who is told of runs; nothing here can fail one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Observe {
    /// File for the textfile collector of Prometheus.
    pub metrics: Option<String>,
    /// File or HTTP address for `OpenLineage` events; by default the environment's `OPENLINEAGE_URL`.
    pub lineage: Option<String>,
    /// Namespace of the job in these events.
    pub namespace: String,
}

/// What the run may use of the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    /// Threads; 0 takes all cores.
    #[schemars(range(max = 1024))]
    pub threads: usize,
    /// Memory for queries, such as 4GiB; auto takes half of the machine's.
    #[schemars(regex(pattern = r"^(auto|\d+(\.\d+)?\s*[KMGT]i?B)$"))]
    pub memory_limit: String,
    /// Share of that memory in which computed tables are kept; what does not fit is kept in files.
    #[schemars(range(min = 0.0, max = 0.9))]
    pub kept_share: f64,
    /// Share of the rest that baskets, patterns and rules may take; support is raised to what fits.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub mining_share: f64,
    /// Folder for what does not fit into memory; by default beside the output, or the system's.
    pub scratch: Option<String>,
    /// Seconds to wait for a run of the same date that is under way.
    pub lock_timeout_seconds: u64,
}

/// Numbers that the SQL files know by `$name`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Days of the trailing window that ends with the run date.
    #[schemars(range(min = 1, max = 36500))]
    pub window_days: u32,
    /// Margin as a share of revenue where a line has no cost.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub margin_rate: f64,
    /// Whether lines that are the same in every column are one line scanned twice.
    pub deduplicate: bool,
    /// Revenue above which an order is a purchase.
    pub purchase_revenue_above: f64,
    /// Days within which a return can belong to a purchase.
    #[schemars(range(min = 0, max = 36500))]
    pub return_days: u32,
    /// Days after the run date from which on a date is a typing error and not merely later.
    #[schemars(range(min = 1, max = 365_000))]
    pub future_days: u32,
    /// Customers below which a group is not shown in the report.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub min_group_size: u32,
    /// Product ids that are no products (postage, fees), as a regular expression; empty for none.
    pub non_product_pattern: String,
    /// Steps of the order ladder.
    #[schemars(range(min = 1, max = 1000))]
    pub ladder_depth: u32,
    /// Days within which the next order must come to count as a step.
    #[schemars(range(min = 1, max = 36500))]
    pub ladder_horizon_days: u32,
    /// Chance of a next order below which contact is not worth it any more.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub min_conversion: f64,
    /// Days below a tier before a customer falls from it.
    #[schemars(range(min = 0, max = 36500))]
    pub tier_grace_days: u32,
    /// Discount rate a year.
    #[schemars(range(min = 0.0, max = 10.0))]
    pub discount_rate: f64,
    /// Years of a customer's lifetime value.
    #[schemars(range(min = 1, max = 100))]
    pub lifetime_years: u32,
    /// Share of what was expected at or below which a customer fades.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub fading_ratio: f64,
    /// Probability at or below which fading is no accident.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub fading_p: f64,
    /// Share of a product's yearly sales in its best month from which on it is seasonal.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub seasonal_share: f64,
    /// Share of a returned customer's margin that winning them back may cost.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub winback_margin_share: f64,
    /// Share of revenue bought on discount from which on a customer buys only on price.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub price_only_share: f64,
    /// Orders on discount that it takes to say so.
    #[schemars(range(min = 1, max = 1000))]
    pub price_only_orders: u32,
    /// Categories, those with the most revenue, whose common customers are counted.
    #[schemars(range(min = 1, max = 20))]
    pub main_category_count: u32,
    /// Part of the value of a referred customer that counts as the referrer's, at every step up the chain.
    #[schemars(range(min = 0.0, max = 0.5))]
    pub referral_credit_share: f64,
    /// Share of a referred customer's expected margin that a referral may be rewarded with.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub referral_reward_share: f64,
    /// Share of the margin at stake that an action may spend.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub action_margin_share: f64,
    /// Days after a contact in which nobody is contacted again.
    #[schemars(range(min = 0, max = 3650))]
    pub contact_pause_days: u32,
    /// Money for the next actions; 0 for no limit.
    #[schemars(range(min = 0.0))]
    pub action_budget: f64,
}

/// A tier of customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Name of the tier.
    pub tier: String,
    /// Share of the trailing margin that the tier makes.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub margin_share: f64,
}

/// An event of every year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Name of the event.
    pub event: String,
    /// First day, month-day.
    #[schemars(regex(pattern = r"^\d{2}-\d{2}$"))]
    pub from: String,
    /// Last day, month-day, inclusive.
    #[schemars(regex(pattern = r"^\d{2}-\d{2}$"))]
    pub to: String,
}

/// A group of customers by their scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RfmGroup {
    /// Name of the group.
    pub group: String,
    /// Lowest and highest score of recency.
    #[schemars(inner(range(min = 1, max = 5)))]
    pub recency: [i32; 2],
    /// Lowest and highest score of frequency.
    #[schemars(inner(range(min = 1, max = 5)))]
    pub frequency: [i32; 2],
    /// Lowest and highest score of money.
    #[schemars(inner(range(min = 1, max = 5)))]
    pub monetary: [i32; 2],
}

/// Amounts at which the scores of rfm change, four or none of each, ascending.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RfmCuts {
    /// Days since the last purchase up to which the score of recency is 5, 4, 3 and 2.
    pub recency_days: Vec<f64>,
    /// Days with a purchase from which on the score of frequency is 2, 3, 4 and 5.
    pub purchase_days: Vec<f64>,
    /// Money from which on the monetary score is 2, 3, 4 and 5.
    pub revenue: Vec<f64>,
}

/// A what-if.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Name of the scenario.
    pub scenario: String,
    /// Revenue more per order.
    pub revenue_per_order: f64,
    /// Orders more a year.
    pub orders_per_year: f64,
    /// Points of yearly retention more, as a share.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub retention_rate: f64,
}

/// A test with a control group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Id of the campaign, as in the source of exposures.
    #[schemars(length(min = 1))]
    pub campaign_id: String,
    /// Arms with their shares, which sum to 1; `control` is the one that gets nothing.
    pub arms: BTreeMap<String, f64>,
    /// Key of the lottery; without one nobody is drawn.
    pub key: Option<String>,
    /// Tier that is drawn from; everybody without one.
    pub tier: Option<String>,
}

/// What an action costs, and how many respond to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Name of the action.
    pub action: String,
    /// Share of those contacted and still there who respond because of it.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub response_rate: f64,
    /// Cost of one contact.
    #[schemars(range(min = 0.0))]
    pub contact_cost: f64,
    /// Campaign that has measured the response.
    pub campaign_id: Option<String>,
    /// Arm of that campaign.
    pub arm: Option<String>,
}
