//! What else to offer: items never bought that rules add to recent baskets.

use super::super::columns::{
    count_lists, counts, of_counts, of_numbers, of_texts, same, schema, texts,
};
use super::super::{grouped, said};
use super::gather::{Histories, ranks};
use super::items::ItemValues;
use super::sequence_rules::LAST_DAY;
use crate::job::{BasketModels, Job};
use crate::stage::{Given, Rows};
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::pattern::{
    Baskets, CrossSell, Itemsets, Recommendation, Rule, RuleCounts, Sequences,
};
use datafusion::error::Result;

/// Scores the customers of `features.purchase_days`.
pub(crate) fn cross_sell(rows: Rows, given: &Given, job: &Job) -> Result<Rows> {
    let seller = Seller::read(given, "scores.basket_rules", &job.models.baskets)?;
    Ok(grouped(
        (rows, Histories::KEY),
        &offer_schema(),
        move |rows| {
            let mut histories = Histories::default();
            histories.take(rows)?;
            let offers = seller.offers(&histories.sequences, LAST_DAY)?;
            table(&histories.codes, &offers, &seller)
        },
    ))
}

fn table(customers: &[u32], offers: &[Recommendation], seller: &Seller) -> Result<RecordBatch> {
    let count = |of: &dyn Fn(&Recommendation) -> u32| {
        of_counts(offers.iter().map(|offer| i64::from(of(offer))))
    };
    let columns = vec![
        count(&|offer| customers[offer.customer]),
        of_counts(ranks(offers, |offer| offer.customer)),
        count(&|offer| offer.item),
        of_texts(offers.iter().map(|offer| &seller.antecedents[offer.rule])),
        of_numbers(offers.iter().map(|offer| offer.confidence)),
    ];
    Ok(RecordBatch::try_new(offer_schema(), columns)?)
}

fn offer_schema() -> SchemaRef {
    schema([
        ("customer_code", DataType::Int64),
        ("offer_rank", DataType::Int64),
        ("item_code", DataType::Int64),
        ("antecedent", DataType::Utf8),
        ("confidence", DataType::Float64),
    ])
}

/// Rules on their way to customers.
pub(super) struct Seller {
    itemsets: Itemsets,
    rules: Vec<Rule>,
    /// The ids on the left of each rule.
    antecedents: Vec<String>,
    pub(super) values: ItemValues,
    pub(super) most: usize,
    recent_days: i32,
}

impl Seller {
    /// The rules of the given table that no simpler one makes redundant.
    pub(super) fn read(given: &Given, table: &str, settings: &BasketModels) -> Result<Self> {
        let mut stored = Vec::new();
        for rows in given.get(table).into_iter().flatten() {
            let is_redundant = same(rows, "is_redundant")?;
            let left = count_lists(rows, "antecedent_codes")?.into_iter();
            let left = left.zip(texts(rows, "antecedent")?);
            let right = counts(rows, "consequent_code")?;
            let rules = left.zip(right).zip(rule_counts(rows)?);
            let needed = rules.zip(is_redundant.as_boolean());
            stored.extend(needed.filter(|(_, is_redundant)| *is_redundant == Some(false)));
        }
        stored.sort_by(|((left, _), _), ((other, _), _)| left.cmp(other));
        let mut sets: Vec<(Vec<u32>, u32)> = Vec::new();
        let mut seller = Self {
            itemsets: Itemsets::default(),
            rules: Vec::new(),
            antecedents: Vec::new(),
            values: ItemValues::read(given)?,
            most: settings.recommendations,
            recent_days: i32::try_from(settings.recent_days).unwrap_or(i32::MAX),
        };
        let mut antecedent = 0;
        for ((((codes, text), right), counts), _) in stored {
            if sets.get(antecedent).is_none_or(|(last, _)| *last != codes) {
                antecedent = sets.len();
                sets.push((codes.clone(), counts.antecedent));
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
                fisher_p: counts.fisher_p(),
                false_discovery_rate: 1.0,
                is_redundant: false,
            });
            seller.antecedents.push(text);
        }
        seller.itemsets = sets.into_iter().collect();
        Ok(seller)
    }

    /// What to offer to each customer at the end of `last_day`, from what was known then.
    pub(super) fn offers(
        &self,
        histories: &Sequences,
        last_day: i32,
    ) -> Result<Vec<Recommendation>> {
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
        CrossSell::of(&self.itemsets, &self.rules)
            .recommend(&recent, &owned, |item| self.values.of(item), self.most)
            .map_err(said)
    }
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
