//! Purchase histories on their way to flat vectors of codes.

use super::super::columns::{counts, days};
use arrow::array::RecordBatch;
use clientele_model::pattern::Sequences;
use datafusion::error::Result;
use std::ops::Range;

/// Purchase histories of customers.
#[derive(Default)]
pub(super) struct Histories {
    pub(super) sequences: Sequences,
    /// The code of each customer.
    pub(super) codes: Vec<u32>,
    lines: usize,
    together_days: i32,
}

impl Histories {
    pub(super) const KEY: &str = "customer_code";

    /// No histories yet; what is bought within so many days after a purchase counts as bought with it.
    pub(super) fn new(together_days: u32) -> Self {
        Self {
            together_days: i32::try_from(together_days).unwrap_or(i32::MAX),
            ..Self::default()
        }
    }

    /// Takes whole histories, the days of each in order.
    pub(super) fn take(&mut self, rows: &RecordBatch) -> Result<()> {
        let customers = counts(rows, Self::KEY)?;
        let items = counts(rows, "item_code")?;
        let days = days(rows, "day")?;
        let mut purchases = Vec::new();
        for run in runs(&customers) {
            purchases.clear();
            let mut first = i32::MIN;
            self.codes.push(customers[run.start]);
            for row in run {
                if days[row] > first.saturating_add(self.together_days) {
                    first = days[row];
                }
                purchases.push((first, items[row]));
            }
            self.lines += purchases.len();
            self.sequences.push(&purchases);
        }
        Ok(())
    }

    /// What the histories themselves take, at most.
    pub(super) fn bytes(&self) -> usize {
        self.lines * (2 * size_of::<u32>() + size_of::<usize>())
            + self.codes.len() * (size_of::<u32>() + size_of::<usize>())
    }
}

/// The runs of equal values.
pub(super) fn runs(values: &[u32]) -> impl Iterator<Item = Range<usize>> {
    let mut end = 0;
    values
        .chunk_by(|left, right| left == right)
        .map(move |run| {
            let start = end;
            end += run.len();
            start..end
        })
}

/// 1, 2, 3 … among the offers of each customer, which stand together.
pub(super) fn ranks<O>(offers: &[O], customer: impl Fn(&O) -> usize) -> impl Iterator<Item = i64> {
    let groups = offers.chunk_by(move |left, right| customer(left) == customer(right));
    groups.flat_map(|offers| (1..).take(offers.len()))
}
