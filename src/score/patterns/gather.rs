//! Purchase histories on their way to flat vectors of codes.

use super::super::Room;
use super::super::columns::{
    count_list, counts, day_list, days, of_count_lists, of_day_lists, schema,
};
use super::pieces::{Piece, Pieces};
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Int32Type, UInt32Type};
use clientele_model::pattern::Sequences;
use datafusion::error::Result;
use std::ops::Range;

/// The purchases of whole customers, each with its code; the days of each come in order. What is bought within so many
/// days after a purchase counts as bought with it.
fn purchases(
    rows: &RecordBatch,
    together_days: i32,
    mut see: impl FnMut(u32, &[(i32, u32)]) -> Result<()>,
) -> Result<()> {
    let customers = counts(rows, KEY)?;
    let items = counts(rows, "item_code")?;
    let days = days(rows, "day")?;
    let mut purchases = Vec::new();
    for run in runs(&customers) {
        purchases.clear();
        let mut first = i32::MIN;
        let customer = customers[run.start];
        for row in run {
            if days[row] > first.saturating_add(together_days) {
                first = days[row];
            }
            purchases.push((first, items[row]));
        }
        see(customer, &purchases)?;
    }
    Ok(())
}

const KEY: &str = "customer_code";

/// Purchase histories of a few customers.
#[derive(Default)]
pub(super) struct Histories {
    pub(super) sequences: Sequences,
    /// The code of each customer.
    pub(super) codes: Vec<u32>,
}

impl Histories {
    pub(super) const KEY: &str = KEY;

    /// Takes whole histories.
    pub(super) fn take(&mut self, rows: &RecordBatch) -> Result<()> {
        purchases(rows, 0, |customer, purchases| {
            self.codes.push(customer);
            self.sequences.push(purchases);
            Ok(())
        })
    }
}

/// Purchase histories of all customers.
pub(super) struct AllHistories {
    pub(super) pieces: Pieces<Sequences>,
    pub(super) customers: usize,
    together_days: i32,
}

impl AllHistories {
    pub(super) const KEY: &str = KEY;

    /// No histories yet; what is bought within so many days after a purchase counts as bought with it.
    pub(super) fn new(together_days: u32, room: &Room) -> Self {
        Self {
            pieces: Pieces::new(room, Sequences::default()),
            customers: 0,
            together_days: i32::try_from(together_days).unwrap_or(i32::MAX),
        }
    }

    /// Takes whole histories.
    pub(super) fn take(&mut self, rows: &RecordBatch) -> Result<()> {
        purchases(rows, self.together_days, |_, purchases| {
            self.customers += 1;
            self.pieces.last.push(purchases);
            self.pieces.write_if_full(Sequences::default)?;
            Ok(())
        })
    }
}

impl Piece for Sequences {
    const PARTS: usize = 256;

    fn len(&self) -> usize {
        self.len()
    }

    fn bytes(&self) -> usize {
        let of_day = size_of::<i32>() + size_of::<usize>();
        self.purchases() * size_of::<u32>() + self.days() * of_day + self.len() * size_of::<usize>()
    }

    /// A row per customer: days and items, one by one.
    fn batch(&self, numbers: Range<usize>) -> Result<RecordBatch> {
        let bought = |customer| {
            let history = self.history(customer);
            history.flat_map(|(day, items)| items.iter().map(move |&item| (day, item)))
        };
        let customers = numbers.clone();
        let days = customers.map(|customer| bought(customer).map(|(day, _)| day).collect());
        let items = numbers.map(|customer| bought(customer).map(|(_, item)| item).collect());
        let columns = vec![
            of_day_lists::<Vec<i32>>(days),
            of_count_lists::<Vec<u32>>(items),
        ];
        let schema = schema([("days", day_list()), ("items", count_list())]);
        Ok(RecordBatch::try_new(schema, columns)?)
    }

    fn of(batch: &RecordBatch) -> Self {
        let [days, items] = [0, 1].map(|column| batch.column(column).as_list::<i32>());
        let (all_days, all_items) = (
            days.values().as_primitive::<Int32Type>().values(),
            items.values().as_primitive::<UInt32Type>().values(),
        );
        let histories = days.value_offsets().windows(2).map(|ends| {
            let (start, end) = (ends[0] as usize, ends[1] as usize);
            let bought = all_days[start..end].iter().zip(&all_items[start..end]);
            bought.map(|(&day, &item)| (day, item)).collect::<Vec<_>>()
        });
        histories.collect()
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
