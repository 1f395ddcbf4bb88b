//! What else to offer: items never bought that rules add to recent baskets, and behind them what sells best.

use super::super::columns::{count_lists, counts, of_counts, of_numbers, schema};
use super::super::{grouped, said};
use super::gather::{Histories, ranks};
use super::items::ItemValues;
use super::sequence_rules::LAST_DAY;
use crate::job::{BasketModels, Job};
use crate::stage::{Given, Rows};
use arrow::array::{Int64Array, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::pattern::{Baskets, CrossSell, Itemsets, Rule, RuleCounts, Sequences};
use datafusion::error::Result;
use std::cmp::Reverse;
use std::sync::Arc;

/// Scores the customers of `features.purchase_days`.
pub(crate) fn cross_sell(rows: Rows, given: &Given, job: &Job) -> Result<Rows> {
    let tables = ["scores.selling_rules", "features.item_values"];
    let seller = Seller::read(given, tables, &job.models.baskets)?;
    Ok(grouped(
        (rows, Histories::KEY),
        &offer_schema(),
        move |rows| {
            let mut histories = Histories::default();
            histories.take(rows)?;
            let offers = seller.offers(&histories.sequences, LAST_DAY)?;
            table(&histories.codes, &offers)
        },
    ))
}

fn table(customers: &[u32], offers: &[Offer]) -> Result<RecordBatch> {
    let rules = offers
        .iter()
        .map(|offer| offer.rule.map(|(id, _)| i64::from(id)));
    let confidence = |offer: &Offer| offer.rule.map_or(f64::NAN, |(_, confidence)| confidence);
    let columns = vec![
        of_counts(
            offers
                .iter()
                .map(|offer| i64::from(customers[offer.customer])),
        ),
        of_counts(ranks(offers, |offer| offer.customer)),
        of_counts(offers.iter().map(|offer| i64::from(offer.item))),
        Arc::new(rules.collect::<Int64Array>()),
        of_numbers(offers.iter().map(confidence)),
    ];
    Ok(RecordBatch::try_new(offer_schema(), columns)?)
}

fn offer_schema() -> SchemaRef {
    schema([
        ("customer_code", DataType::Int64),
        ("offer_rank", DataType::Int64),
        ("item_code", DataType::Int64),
        ("rule_id", DataType::Int64),
        ("confidence", DataType::Float64),
    ])
}

/// An item to offer to a customer, best first.
pub(super) struct Offer {
    pub(super) customer: usize,
    pub(super) item: u32,
    /// The rule that says so and its confidence; none of a bestseller.
    pub(super) rule: Option<(u32, f64)>,
}

/// Rules and bestsellers on their way to customers.
pub(super) struct Seller {
    itemsets: Itemsets,
    rules: Vec<Rule>,
    ids: Vec<u32>,
    /// Items, those in most baskets first.
    pub(super) bestsellers: Vec<u32>,
    pub(super) values: ItemValues,
    pub(super) most: usize,
    recent_days: i32,
}

impl Seller {
    /// Of these tables: the rules that no simpler one makes redundant, and items with their baskets.
    pub(super) fn read(
        given: &Given,
        [rules, items]: [&str; 2],
        settings: &BasketModels,
    ) -> Result<Self> {
        let mut stored = Vec::new();
        for rows in given.get(rules).into_iter().flatten() {
            let sides = count_lists(rows, "antecedent_codes")?.into_iter();
            let sides = sides.zip(counts(rows, "consequent_code")?);
            let ids = counts(rows, "rule_id")?.into_iter();
            stored.extend(sides.zip(ids.zip(rule_counts(rows)?)));
        }
        stored.sort_by(|((left, _), (id, _)), ((other, _), (second, _))| {
            left.cmp(other).then(id.cmp(second))
        });
        let mut seller = Self {
            itemsets: Itemsets::default(),
            rules: Vec::new(),
            ids: Vec::new(),
            bestsellers: bestsellers(given, items)?,
            values: ItemValues::read(given)?,
            most: settings.recommendations,
            recent_days: i32::try_from(settings.recent_days).unwrap_or(i32::MAX),
        };
        let sets = &mut seller.itemsets;
        let mut antecedent = 0;
        for ((codes, right), (id, counts)) in stored {
            if sets.is_empty() || sets.items(antecedent) != codes {
                antecedent = sets.len();
                sets.extend([(&codes, counts.antecedent)]);
            }
            let consequent = sets.len();
            let mut both = codes;
            both.insert(both.partition_point(|code| *code < right), right);
            sets.extend([(vec![right], counts.consequent), (both, counts.both)]);
            seller.rules.push(Rule {
                itemset: consequent + 1,
                antecedent,
                consequent,
                counts,
                fisher_p: 0.0,
                false_discovery_rate: 0.0,
                is_redundant: false,
            });
            seller.ids.push(id);
        }
        Ok(seller)
    }

    /// What to offer to each customer at the end of `last_day`, from what was known then: what rules say, and where they
    /// say too little, what sells best.
    pub(super) fn offers(&self, histories: &Sequences, last_day: i32) -> Result<Vec<Offer>> {
        let since = last_day.saturating_sub(self.recent_days);
        let (mut recent, mut owned) = (Sequences::default(), Baskets::default());
        for customer in 0..histories.len() {
            let known = histories
                .history(customer)
                .filter(|(day, _)| *day <= last_day);
            let pairs = known.flat_map(|(day, items)| items.iter().map(move |item| (day, *item)));
            let (bought, items): (Vec<_>, Vec<_>) = pairs.map(|pair| (pair, pair.1)).unzip();
            owned.push(&items);
            recent.push(&bought[bought.partition_point(|(day, _)| *day <= since)..]);
        }
        let value = |item| self.values.of(item);
        let found = CrossSell::of(&self.itemsets, &self.rules)
            .recommend(&recent, &owned, value, self.most)
            .map_err(said)?;
        let mut found = found.into_iter().peekable();
        let mut offers = Vec::new();
        for customer in 0..histories.len() {
            let first = offers.len();
            while let Some(offer) = found.next_if(|offer| offer.customer == customer) {
                offers.push(Offer {
                    customer,
                    item: offer.item,
                    rule: Some((self.ids[offer.rule], offer.confidence)),
                });
            }
            self.fill(owned.get(customer), &mut offers, (customer, first));
        }
        Ok(offers)
    }

    /// Adds bestsellers that the customer has not bought to their offers, which stand from `first` on.
    fn fill(&self, owned: &[u32], offers: &mut Vec<Offer>, (customer, first): (usize, usize)) {
        for item in &self.bestsellers {
            let known = &offers[first..];
            if known.len() >= self.most {
                break;
            }
            let is_new =
                owned.binary_search(item).is_err() && known.iter().all(|offer| offer.item != *item);
            if is_new && self.values.of(*item) > 0.0 {
                offers.push(Offer {
                    customer,
                    item: *item,
                    rule: None,
                });
            }
        }
    }
}

/// Items, those in most baskets first.
fn bestsellers(given: &Given, table: &str) -> Result<Vec<u32>> {
    let mut items = Vec::new();
    for rows in given.get(table).into_iter().flatten() {
        let baskets = counts(rows, "basket_count")?.into_iter().map(Reverse);
        items.extend(baskets.zip(counts(rows, "item_code")?));
    }
    items.sort_unstable();
    Ok(items.into_iter().map(|(_, code)| code).collect())
}

fn rule_counts(rows: &RecordBatch) -> Result<Vec<RuleCounts>> {
    let columns = [
        "both_count",
        "antecedent_count",
        "consequent_count",
        "basket_count",
    ];
    let [both, antecedent, consequent, baskets] = columns.map(|name| counts(rows, name));
    let counts = both?
        .into_iter()
        .zip(antecedent?)
        .zip(consequent?)
        .zip(baskets?);
    let counts = counts.map(|(((both, antecedent), consequent), baskets)| RuleCounts {
        both,
        antecedent,
        consequent,
        baskets,
    });
    Ok(counts.collect())
}
