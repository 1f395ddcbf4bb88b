//! Who brought whom: which referrals count, and what they were worth.

use super::super::columns::{counts, numbers, of_counts, of_numbers, of_texts, texts};
use super::super::{said, whole};
use super::{beside, widened};
use crate::job::Job;
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use clientele_model::referral::{Chains, Credit, Fault, Referral, chains};
use datafusion::error::Result;
use std::collections::BTreeMap;

/// Judges the referrals of `features.referral_edges`: why each does not count, if it does not.
pub(crate) fn judge(rows: Rows, given: Given) -> Rows {
    let schema = widened(&rows.schema(), [("reason", DataType::Utf8)]);
    whole(rows, &schema.clone(), move |rows| {
        let members = Members::read(batches(&given, "features.referral_customers"))?;
        let chains = members.chains(std::slice::from_ref(rows))?;
        let reasons = chains.faults.iter();
        let reasons = reasons.map(|fault| fault.map(Fault::name).unwrap_or_default());
        beside(rows, &schema, [of_texts(reasons)])
    })
}

/// Credits the customers of `features.referral_customers` with those whom they brought.
pub(crate) fn credit(rows: Rows, given: Given, job: &Job) -> Rows {
    let share = job.parameters.referral_credit_share;
    let answers = [
        ("referred_count", DataType::Int64),
        ("referred_count_all", DataType::Int64),
        ("referral_depth", DataType::Int64),
        ("referred_value", DataType::Float64),
        ("referral_value", DataType::Float64),
        ("referrer_id", DataType::Utf8),
    ];
    let schema = widened(&rows.schema(), answers);
    whole(rows, &schema.clone(), move |rows| {
        let members = Members::read(std::slice::from_ref(rows))?;
        let chains = members.chains(batches(&given, "features.referral_edges"))?;
        let credits = chains.credits(&numbers(rows, "value_to_date")?, share);
        let credits = credits.map_err(said)?;
        let names = texts(rows, "customer_id")?;
        let referrers = chains.referrers.iter();
        let referrers = referrers.map(|referrer| referrer.map_or("", |one| names[one].as_str()));
        let count = |of: fn(&Credit) -> u64| {
            of_counts(credits.iter().map(|credit| of(credit).cast_signed()))
        };
        let columns = [
            count(|credit| credit.direct),
            count(|credit| credit.all),
            count(|credit| credit.depth),
            of_numbers(credits.iter().map(|credit| credit.value)),
            of_numbers(credits.iter().map(|credit| credit.credited)),
            of_texts(referrers),
        ];
        beside(rows, &schema, columns)
    })
}

fn batches<'g>(given: &'g Given, name: &str) -> &'g [RecordBatch] {
    given.get(name).map_or(&[], Vec::as_slice)
}

/// The customers, numbered in the order of their rows.
struct Members {
    numbers: BTreeMap<String, usize>,
    first_orders: Vec<Option<i64>>,
}

impl Members {
    fn read(batches: &[RecordBatch]) -> Result<Self> {
        let mut members = Self {
            numbers: BTreeMap::new(),
            first_orders: Vec::new(),
        };
        for batch in batches {
            let days = counts(batch, "first_order_day")?;
            let is_known = numbers(batch, "first_order_day")?;
            for (row, name) in texts(batch, "customer_id")?.into_iter().enumerate() {
                members.numbers.insert(name, members.first_orders.len());
                let day = is_known[row].is_finite().then_some(i64::from(days[row]));
                members.first_orders.push(day);
            }
        }
        Ok(members)
    }

    fn chains(&self, edges: &[RecordBatch]) -> Result<Chains> {
        let mut referrals = Vec::new();
        for batch in edges {
            let referrers = texts(batch, "referrer_id")?;
            let newcomers = texts(batch, "referred_id")?;
            let days = counts(batch, "referred_day")?;
            for row in 0..days.len() {
                referrals.push(Referral {
                    referrer: self.numbers.get(&referrers[row]).copied(),
                    referred: self.numbers.get(&newcomers[row]).copied(),
                    day: i64::from(days[row]),
                });
            }
        }
        chains(&self.first_orders, &referrals).map_err(said)
    }
}
