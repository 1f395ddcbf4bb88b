//! Baskets of codes in the order of time.

use super::super::Room;
use super::super::columns::{count_list, counts, of_count_lists, schema};
use super::gather::runs;
use super::pieces::{Piece, Pieces};
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::UInt32Type;
use clientele_model::pattern::{Baskets, GiantPolicy, Itemsets, Recount};
use datafusion::error::Result;
use std::ops::Range;

/// Baskets, and where each period ends among them.
pub(super) struct PeriodBaskets {
    pub(super) pieces: Pieces<Baskets>,
    policy: GiantPolicy,
    /// Baskets and giants in earlier pieces.
    before: [usize; 2],
    period_ends: Vec<usize>,
}

impl PeriodBaskets {
    pub(super) const KEY: &str = "basket_code";

    pub(super) fn new(policy: GiantPolicy, room: &Room) -> Self {
        Self {
            pieces: Pieces::new(room, Baskets::new(policy)),
            policy,
            before: [0; 2],
            period_ends: Vec::new(),
        }
    }

    /// Takes whole baskets.
    pub(super) fn take(&mut self, rows: &RecordBatch) -> Result<()> {
        let codes = counts(rows, Self::KEY)?;
        let items = counts(rows, "item_code")?;
        let periods = counts(rows, "fold")?;
        for Range { start, end } in runs(&codes) {
            self.pieces.last.push(&items[start..end]);
            let before = self.period_ends.last().copied().unwrap_or(0);
            let known = self.period_ends.len().max(periods[start] as usize);
            self.period_ends.resize(known, before);
            let end = self.len();
            if let Some(last) = self.period_ends.last_mut() {
                *last = end;
            }
            let full = self.pieces.write_if_full(|| Baskets::new(self.policy))?;
            if let Some(piece) = full {
                self.before[0] += piece.len();
                self.before[1] += piece.giants();
            }
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.before[0] + self.pieces.last.len()
    }

    pub(super) fn giants(&self) -> usize {
        self.before[1] + self.pieces.last.giants()
    }

    /// How many baskets of each period there are, and how many of these contain each set.
    pub(super) fn count_by_period(&self, itemsets: &Itemsets) -> Result<Vec<(usize, Vec<u32>)>> {
        let recount = Recount::of(itemsets);
        let starts = [0].into_iter().chain(self.period_ends.iter().copied());
        let periods = starts.zip(self.period_ends.iter().copied());
        let periods: Vec<Range<usize>> = periods.map(|(start, end)| start..end).collect();
        let none = |period: &Range<usize>| (period.len(), vec![0; itemsets.len()]);
        let mut all: Vec<_> = periods.iter().map(none).collect();
        let mut before = 0;
        self.pieces.each(&mut |piece| {
            let place = |number: usize| number.clamp(before, before + piece.len()) - before;
            for (period, (_, totals)) in periods.iter().zip(&mut all) {
                let numbers = place(period.start)..place(period.end);
                if !numbers.is_empty() {
                    let counts = recount.count_in(piece, numbers);
                    totals
                        .iter_mut()
                        .zip(counts)
                        .for_each(|(total, count)| *total += count);
                }
            }
            before += piece.len();
        })?;
        Ok(all)
    }
}

impl Piece for Baskets {
    const PARTS: usize = 64;

    fn len(&self) -> usize {
        self.len()
    }

    fn bytes(&self) -> usize {
        self.lines() * size_of::<u32>() + self.len() * size_of::<usize>()
    }

    fn batch(&self, numbers: Range<usize>) -> Result<RecordBatch> {
        let schema = schema([("items", count_list())]);
        let items = of_count_lists(numbers.map(|number| self.get(number)));
        Ok(RecordBatch::try_new(schema, vec![items])?)
    }

    fn of(batch: &RecordBatch) -> Self {
        let lists = batch.column(0).as_list::<i32>();
        let items = lists.values().as_primitive::<UInt32Type>().values();
        let ends = lists.value_offsets().windows(2);
        ends.map(|ends| &items[ends[0] as usize..ends[1] as usize])
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::columns::of_counts;
    use arrow::datatypes::DataType;
    use clientele_model::pattern::{Constraints, Params, frequent};

    /// Forty baskets of one to seven items, in four periods.
    fn rows() -> RecordBatch {
        let lines = (0..40_i64).flat_map(|basket| (0..=basket % 7).map(move |item| (basket, item)));
        let lines: Vec<(i64, i64)> = lines.collect();
        let column = |of: fn(&(i64, i64)) -> i64| of_counts(lines.iter().map(of));
        let columns = [PeriodBaskets::KEY, "item_code", "fold"].map(|name| (name, DataType::Int64));
        let columns = (
            schema(columns),
            vec![
                column(|line| line.0),
                column(|line| line.0 * line.1 % 9),
                column(|line| 1 + line.0 / 10),
            ],
        );
        RecordBatch::try_new(columns.0, columns.1).unwrap()
    }

    fn baskets(memory_bytes: usize) -> PeriodBaskets {
        let scratch = std::env::temp_dir();
        let room = Room {
            memory_bytes,
            scratch,
        };
        let mut baskets = PeriodBaskets::new(GiantPolicy::Cap(5), &room);
        baskets.take(&rows()).unwrap();
        baskets
    }

    fn flat(baskets: &PeriodBaskets) -> Vec<Vec<u32>> {
        let mut all = Vec::new();
        let mut take = |piece: &Baskets| all.extend(piece.iter().map(<[u32]>::to_vec));
        baskets.pieces.each(&mut take).unwrap();
        all
    }

    #[test]
    fn baskets_in_a_file_are_those_in_memory() {
        let whole = baskets(usize::MAX);
        let held = whole.pieces.whole().unwrap();
        let params = Params {
            min_count: 3,
            ..Params::default()
        };
        let found = frequent(held, &params, &Constraints::none()).itemsets;
        let periods = whole.count_by_period(&found).unwrap();
        assert_eq!(periods.iter().map(|(size, _)| size).sum::<usize>(), 40);
        for (set, (_, count)) in found.iter().enumerate() {
            assert_eq!(
                periods.iter().map(|(_, counts)| counts[set]).sum::<u32>(),
                count
            );
        }
        for memory_bytes in [0, 400, 2_000] {
            let parted = baskets(memory_bytes);
            assert!(parted.pieces.whole().is_none());
            assert_eq!(flat(&parted), flat(&whole));
            assert_eq!((parted.len(), parted.giants()), (40, whole.giants()));
            assert_eq!(parted.count_by_period(&found).unwrap(), periods);
        }
    }
}
