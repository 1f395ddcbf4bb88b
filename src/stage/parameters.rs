//! The job's numbers in the place of `$name`, and its lists as tables `job.*`.

use crate::error::{Error, Result};
use crate::job::{Action, Campaign, Event, Job, RfmCuts, RfmGroup, Scenario, Tier};
use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int32Array, RecordBatch, StringArray};
use chrono::NaiveDate;
use datafusion::common::TableReference;
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{Expr, Value, visit_expressions, visit_expressions_mut};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// The values of `$name`.
#[derive(Debug, Clone)]
pub struct Parameters(BTreeMap<String, Expr>);

impl Parameters {
    /// The run date and the numbers of the job.
    ///
    /// # Errors
    /// [`Error::Plan`] when a value cannot be written as SQL.
    pub fn new(job: &Job, run_date: NaiveDate) -> Result<Self> {
        let written = |error: &dyn std::fmt::Display| Error::Plan {
            file: "parameters of the job".to_owned(),
            reason: error.to_string(),
        };
        let numbers = serde_json::to_value(&job.parameters).map_err(|error| written(&error))?;
        let models = serde_json::to_value(&job.models).map_err(|error| written(&error))?;
        let audiences = serde_json::to_value(&job.audiences).map_err(|error| written(&error))?;
        let language = serde_json::to_value(job.language).map_err(|error| written(&error))?;
        let parts = members(&models).map(|(model, settings)| (model.as_str(), settings));
        let of_parts = parts
            .chain([("audiences", &audiences)])
            .flat_map(|(part, settings)| {
                members(settings).map(move |(name, value)| (format!("{part}_{name}"), value))
            });
        let of_job = members(&numbers).map(|(name, value)| (name.clone(), value));
        let texts = of_job
            .chain(of_parts)
            .chain([("language".to_owned(), &language)])
            .filter(|(_, value)| !value.is_array())
            .map(|(name, value)| (name, literal(value)));
        let mut values = BTreeMap::new();
        for (name, text) in texts.chain([("run_date".to_owned(), format!("date '{run_date}'"))]) {
            let parser = Parser::new(&GenericDialect).try_with_sql(&text);
            let expr = parser
                .and_then(|mut parser| parser.parse_expr())
                .map_err(|error| written(&error))?;
            values.insert(name, expr);
        }
        Ok(Self(values))
    }

    /// `statement` with every `$name` replaced by its value.
    ///
    /// # Errors
    /// [`Error::Plan`] for a name that the job does not have.
    pub fn bind(&self, statement: &Statement, file: &str) -> Result<Statement> {
        let mut bound = statement.clone();
        let Statement::Statement(sql) = &mut bound else {
            return Ok(bound);
        };
        let unknown = visit_expressions_mut(sql.as_mut(), |expr| {
            let Expr::Value(value) = &*expr else {
                return ControlFlow::Continue(());
            };
            let Value::Placeholder(name) = &value.value else {
                return ControlFlow::Continue(());
            };
            match self.0.get(name.trim_start_matches('$')) {
                Some(value) => {
                    *expr = value.clone();
                    ControlFlow::Continue(())
                }
                None => ControlFlow::Break(name.clone()),
            }
        });
        match unknown {
            ControlFlow::Continue(()) => Ok(bound),
            ControlFlow::Break(name) => Err(self.unknown(&name, file)),
        }
    }

    /// The parameters that `statement` names, with their values.
    #[must_use]
    pub fn named(&self, statement: &Statement) -> BTreeMap<String, String> {
        let mut named = BTreeMap::new();
        if let Statement::Statement(sql) = statement {
            let _ = visit_expressions(sql.as_ref(), |expr| {
                if let Expr::Value(value) = expr
                    && let Value::Placeholder(name) = &value.value
                {
                    let name = name.trim_start_matches('$');
                    let value = self.0.get(name).map(ToString::to_string);
                    named.insert(name.to_owned(), value.unwrap_or_default());
                }
                ControlFlow::<()>::Continue(())
            });
        }
        named
    }

    fn unknown(&self, name: &str, file: &str) -> Error {
        let nearest = crate::nearest(
            name.trim_start_matches('$'),
            self.0.keys().map(String::as_str),
        );
        let hint = nearest
            .map(|name| format!("; did you mean ${name}?"))
            .unwrap_or_default();
        Error::Plan {
            file: file.to_owned(),
            reason: format!("the job has no parameter {name}{hint}"),
        }
    }
}

fn members(value: &serde_json::Value) -> impl Iterator<Item = (&String, &serde_json::Value)> {
    value.as_object().into_iter().flatten()
}

fn literal(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        other => other.to_string(),
    }
}

/// Registers the lists of the job as `job.tiers`, `job.events` and so on.
///
/// # Errors
/// When the engine refuses them.
pub fn register_lists(job: &Job, context: &SessionContext) -> datafusion::error::Result<()> {
    for (name, batch) in [
        ("tiers", tiers(&job.tiers)?),
        ("events", events(&job.events)?),
        ("rfm_groups", rfm_groups(&job.rfm_groups)?),
        ("rfm_cuts", rfm_cuts(&job.rfm_cuts)?),
        ("scenarios", scenarios(&job.scenarios)?),
        ("campaign_arms", campaign_arms(&job.campaigns)?),
        ("actions", actions(&job.actions)?),
        (
            "purchase_covariates",
            purchase_covariates(&job.models.purchases.covariates)?,
        ),
    ] {
        let table = MemTable::try_new(batch.schema(), vec![vec![batch]])?;
        context.register_table(TableReference::partial("job", name), Arc::new(table))?;
    }
    Ok(())
}

type Batch = arrow::error::Result<RecordBatch>;

fn tiers(tiers: &[Tier]) -> Batch {
    RecordBatch::try_from_iter([
        ("tier_rank", ranks(tiers.len())),
        ("tier", texts(tiers.iter().map(|tier| &tier.tier))),
        (
            "margin_share",
            numbers(tiers.iter().map(|tier| tier.margin_share)),
        ),
    ])
}

fn events(events: &[Event]) -> Batch {
    RecordBatch::try_from_iter([
        ("event", texts(events.iter().map(|event| &event.event))),
        (
            "from_month_day",
            texts(events.iter().map(|event| &event.from)),
        ),
        ("to_month_day", texts(events.iter().map(|event| &event.to))),
    ])
}

fn rfm_groups(groups: &[RfmGroup]) -> Batch {
    let score = |of: fn(&RfmGroup) -> i32| -> ArrayRef {
        Arc::new(Int32Array::from_iter_values(groups.iter().map(of)))
    };
    RecordBatch::try_from_iter([
        ("group_rank", ranks(groups.len())),
        ("group_name", texts(groups.iter().map(|group| &group.group))),
        ("recency_least", score(|group| group.recency[0])),
        ("recency_most", score(|group| group.recency[1])),
        ("frequency_least", score(|group| group.frequency[0])),
        ("frequency_most", score(|group| group.frequency[1])),
        ("monetary_least", score(|group| group.monetary[0])),
        ("monetary_most", score(|group| group.monetary[1])),
    ])
}

/// Each amount from which on a score is higher by one; of recency, where less is better, below 0.
fn rfm_cuts(cuts: &RfmCuts) -> Batch {
    let cuts: Vec<(String, f64)> = [
        ("recency", -1.0, &cuts.recency_days),
        ("frequency", 1.0, &cuts.purchase_days),
        ("monetary", 1.0, &cuts.revenue),
    ]
    .into_iter()
    .flat_map(|(measure, sign, cuts)| cuts.iter().map(move |cut| (measure.to_owned(), sign * cut)))
    .collect();
    RecordBatch::try_from_iter([
        ("measure", texts(cuts.iter().map(|(measure, _)| measure))),
        ("cut", numbers(cuts.iter().map(|(_, cut)| *cut))),
    ])
}

fn scenarios(scenarios: &[Scenario]) -> Batch {
    let number = |of: fn(&Scenario) -> f64| numbers(scenarios.iter().map(of));
    RecordBatch::try_from_iter([
        ("scenario_rank", ranks(scenarios.len())),
        (
            "scenario",
            texts(scenarios.iter().map(|scenario| &scenario.scenario)),
        ),
        (
            "revenue_per_order",
            number(|scenario| scenario.revenue_per_order),
        ),
        (
            "orders_per_year",
            number(|scenario| scenario.orders_per_year),
        ),
        ("retention_rate", number(|scenario| scenario.retention_rate)),
    ])
}

fn campaign_arms(campaigns: &[Campaign]) -> Batch {
    let arms: Vec<_> = campaigns
        .iter()
        .flat_map(|campaign| campaign.arms.iter().map(move |arm| (campaign, arm)))
        .collect();
    let drawn = arms
        .iter()
        .map(|(campaign, _)| Some(campaign.key.is_some()));
    RecordBatch::try_from_iter_with_nullable([
        (
            "campaign_id",
            texts(arms.iter().map(|(campaign, _)| &campaign.campaign_id)),
            false,
        ),
        ("arm", texts(arms.iter().map(|(_, (arm, _))| *arm)), false),
        (
            "share",
            numbers(arms.iter().map(|(_, (_, share))| **share)),
            false,
        ),
        (
            "tier",
            known(arms.iter().map(|(campaign, _)| &campaign.tier)),
            true,
        ),
        ("is_drawn", Arc::new(drawn.collect::<BooleanArray>()), false),
    ])
}

fn actions(actions: &[Action]) -> Batch {
    let number = |of: fn(&Action) -> f64| numbers(actions.iter().map(of));
    RecordBatch::try_from_iter_with_nullable([
        (
            "action",
            texts(actions.iter().map(|action| &action.action)),
            false,
        ),
        (
            "response_rate",
            number(|action| action.response_rate),
            false,
        ),
        ("contact_cost", number(|action| action.contact_cost), false),
        (
            "campaign_id",
            known(actions.iter().map(|action| &action.campaign_id)),
            true,
        ),
        ("arm", known(actions.iter().map(|action| &action.arm)), true),
    ])
}

fn purchase_covariates(covariates: &[String]) -> Batch {
    RecordBatch::try_from_iter([("covariate", texts(covariates.iter()))])
}

/// Texts that may be missing.
fn known<'t>(values: impl Iterator<Item = &'t Option<String>>) -> ArrayRef {
    Arc::new(values.map(Option::as_ref).collect::<StringArray>())
}

fn texts<'t>(values: impl Iterator<Item = &'t String>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn numbers(values: impl Iterator<Item = f64>) -> ArrayRef {
    Arc::new(Float64Array::from_iter_values(values))
}

/// 1, 2, 3 …
fn ranks(count: usize) -> ArrayRef {
    Arc::new(Int32Array::from_iter_values((1..).take(count)))
}
