//! The lottery that draws the arms of a campaign from its audience.

use super::super::columns::{of_texts, texts};
use super::super::{said, whole};
use super::{beside, widened};
use crate::job::{Campaign, Job};
use crate::stage::{Given, Rows};
use arrow::datatypes::DataType;
use clientele_model::experiment::{Shares, Split, stratified};
use datafusion::error::Result;
use std::collections::BTreeMap;

/// Draws the arm of every customer of `features.campaign_audiences`. Who was drawn in an earlier run keeps the arm, and
/// those who are new are dealt out among themselves.
pub(crate) fn assign(rows: Rows, given: Given, job: &Job) -> Rows {
    let campaigns = job.campaigns.clone();
    let schema = widened(&rows.schema(), [("arm", DataType::Utf8)]);
    whole(rows, &schema.clone(), move |rows| {
        let [of_campaigns, customers, tiers] =
            ["campaign_id", "customer_id", "tier"].map(|name| texts(rows, name));
        let (of_campaigns, customers, tiers) = (of_campaigns?, customers?, tiers?);
        let kept = kept(&given)?;
        let mut arms = vec![String::new(); customers.len()];
        for campaign in &campaigns {
            let mut drawn = Vec::new();
            for row in (0..arms.len()).filter(|row| of_campaigns[*row] == campaign.campaign_id) {
                let name = (campaign.campaign_id.clone(), customers[row].clone());
                match kept.get(&name) {
                    Some(arm) if campaign.arms.contains_key(arm) => arms[row].clone_from(arm),
                    _ => drawn.push(row),
                }
            }
            let at = |names: &'_ [String]| -> Vec<String> {
                drawn.iter().map(|row| names[*row].clone()).collect()
            };
            let dealt = dealt(campaign, &at(&customers), &at(&tiers))?;
            for (row, arm) in drawn.into_iter().zip(dealt) {
                arms[row].clone_from(arm);
            }
        }
        beside(rows, &schema, [of_texts(arms)])
    })
}

/// The arms of new customers, in their order.
fn dealt<'c>(
    campaign: &'c Campaign,
    customers: &[String],
    tiers: &[String],
) -> Result<Vec<&'c String>> {
    let shares: Vec<f64> = campaign.arms.values().copied().collect();
    let shares = Shares::new(&shares).map_err(said)?;
    let key = campaign.key.as_deref().unwrap_or_default();
    let split = Split::new(key, &campaign.campaign_id);
    let customers: Vec<&str> = customers.iter().map(String::as_str).collect();
    let tiers: Vec<&str> = tiers.iter().map(String::as_str).collect();
    let places = stratified(&split, &shares, &customers, &tiers).map_err(said)?;
    let names: Vec<&String> = campaign.arms.keys().collect();
    Ok(places.into_iter().map(|place| names[place]).collect())
}

/// The arms of the last run by campaign and customer.
fn kept(given: &Given) -> Result<BTreeMap<(String, String), String>> {
    let mut kept = BTreeMap::new();
    for batch in given.get("last.holdout_assignments").into_iter().flatten() {
        let names = texts(batch, "campaign_id")?
            .into_iter()
            .zip(texts(batch, "customer_id")?);
        kept.extend(names.zip(texts(batch, "arm")?));
    }
    Ok(kept)
}
