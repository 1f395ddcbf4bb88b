//! What cross-selling would have hit in days it had not seen, beside what sells best.

use super::super::columns::{of_counts, of_numbers, of_texts, schema};
use super::super::gathered;
use super::cross_sell::Seller;
use super::gather::Histories;
use crate::job::Job;
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::pattern::Sequences;
use datafusion::error::Result;
use std::collections::BTreeSet;

const MODEL: &str = "cross_sell";
const BASELINE: &str = "bestsellers";

/// Judges the rules known before the holdout by what customers bought for the first time in it.
pub(crate) fn judge_cross_sell(rows: Rows, given: &Given, job: &Job) -> Result<Rows> {
    let settings = &job.models.baskets;
    let holdout_days = i32::try_from(settings.holdout_days).unwrap_or(i32::MAX);
    let tables = [
        "scores.selling_rules_held_back",
        "scores.bestsellers_held_back",
    ];
    let judge = Judge {
        seller: Seller::read(given, tables, settings)?,
        last_day: -holdout_days,
    };
    let most = settings.recommendations;
    Ok(gathered(
        (rows, Histories::KEY),
        &quality_schema(),
        [Tally::default(); 2],
        move |tallies, rows| judge.see(tallies, rows),
        move |tallies| Ok(std::iter::once(table(&tallies, most))),
    ))
}

struct Judge {
    seller: Seller,
    /// The last day that was known.
    last_day: i32,
}

/// What recommendations and bestsellers reached.
#[derive(Clone, Copy, Default)]
struct Tally {
    customers: i64,
    reached: [Reached; 2],
}

#[derive(Clone, Copy, Default)]
struct Reached {
    hit: f64,
    recall: f64,
    margin: f64,
}

/// One number of what was reached.
type Metric = fn(&Reached) -> f64;

impl Judge {
    /// Adds customers to the tallies of all and of those to whom a rule recommends something.
    fn see(&self, tallies: &mut [Tally; 2], rows: &RecordBatch) -> Result<()> {
        let mut histories = Histories::default();
        histories.take(rows)?;
        let offers = self.seller.offers(&histories.sequences, self.last_day)?;
        let mut offers = offers.iter().peekable();
        for customer in 0..histories.sequences.len() {
            let (mut recommended, mut is_recommended) = (Vec::new(), false);
            while let Some(offer) = offers.next_if(|offer| offer.customer == customer) {
                recommended.push(offer.item);
                is_recommended |= offer.rule.is_some();
            }
            let (owned, new) = self.bought(&histories.sequences, customer);
            if owned.is_empty() || new.is_empty() {
                continue;
            }
            let rest = self
                .seller
                .bestsellers
                .iter()
                .filter(|item| !owned.contains(item));
            let best: Vec<u32> = rest.take(self.seller.most).copied().collect();
            for tally in &mut tallies[..=usize::from(is_recommended)] {
                tally.customers += 1;
                for (reached, items) in tally.reached.iter_mut().zip([&recommended, &best]) {
                    self.add(reached, items, &new);
                }
            }
        }
        Ok(())
    }

    /// What a customer had bought by the last day, and what they bought for the first time later.
    fn bought(&self, histories: &Sequences, customer: usize) -> (BTreeSet<u32>, BTreeSet<u32>) {
        let (mut owned, mut new) = (BTreeSet::new(), BTreeSet::new());
        for (day, items) in histories.history(customer) {
            let set = if day <= self.last_day {
                &mut owned
            } else {
                &mut new
            };
            set.extend(items);
        }
        new.retain(|item| !owned.contains(item));
        (owned, new)
    }

    #[expect(clippy::cast_precision_loss, reason = "a handful of items")]
    fn add(&self, reached: &mut Reached, items: &[u32], new: &BTreeSet<u32>) {
        let hits = || items.iter().filter(|item| new.contains(item));
        reached.hit += f64::from(u8::from(hits().next().is_some()));
        reached.recall += hits().count() as f64 / new.len() as f64;
        reached.margin += hits().map(|item| self.seller.values.of(*item)).sum::<f64>();
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of customers")]
fn table(tallies: &[Tally; 2], most: usize) -> Result<RecordBatch> {
    let metrics: [(&str, Metric); 3] = [
        ("hit_rate", |reached| reached.hit),
        ("recall", |reached| reached.recall),
        ("margin", |reached| reached.margin),
    ];
    let slices = ["all", "recommended"].into_iter().zip(tallies);
    let rows: Vec<_> = slices
        .flat_map(|(slice, tally)| metrics.map(|(metric, of)| (slice, tally, metric, of)))
        .collect();
    let mean = |which: usize| {
        of_numbers(
            rows.iter()
                .map(move |(_, tally, _, of)| of(&tally.reached[which]) / tally.customers as f64),
        )
    };
    let columns = vec![
        of_texts(rows.iter().map(|_| MODEL)),
        of_texts(
            rows.iter()
                .map(|(_, _, metric, _)| format!("{metric}_at_{most}")),
        ),
        of_texts(rows.iter().map(|(slice, ..)| slice)),
        mean(0),
        of_texts(rows.iter().map(|_| BASELINE)),
        mean(1),
        of_counts(rows.iter().map(|(_, tally, ..)| tally.customers)),
    ];
    Ok(RecordBatch::try_new(quality_schema(), columns)?)
}

fn quality_schema() -> SchemaRef {
    schema([
        ("model", DataType::Utf8),
        ("metric", DataType::Utf8),
        ("slice", DataType::Utf8),
        ("value", DataType::Float64),
        ("baseline", DataType::Utf8),
        ("baseline_value", DataType::Float64),
        ("customer_count", DataType::Int64),
    ])
}
