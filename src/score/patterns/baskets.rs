//! Baskets of codes in the order of time: in memory while they fit, else in pieces in a file.

use super::super::Room;
use super::super::columns::{count_list, counts, of_count_lists, schema};
use super::gather::runs;
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::UInt32Type;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use clientele_model::pattern::{Baskets, GiantPolicy, Itemsets, Recount};
use datafusion::error::Result;
use std::fs::File;
use std::io::{BufReader, Seek};
use std::ops::Range;
use std::path::PathBuf;

/// Part of the room that one piece may take: in mining, its pieces and their copies share it with what is found.
const PIECES: usize = 8;

/// More lines than that make no list of Arrow's.
const MOST_BYTES: usize = 1 << 30;

/// Baskets, and where each period ends among them.
pub(super) struct PeriodBaskets {
    policy: GiantPolicy,
    scratch: PathBuf,
    piece_bytes: usize,
    /// Whole pieces, one batch each.
    file: Option<StreamWriter<File>>,
    /// Baskets and giants in the file.
    written: [usize; 2],
    /// The baskets behind those in the file.
    last: Baskets,
    period_ends: Vec<usize>,
}

impl PeriodBaskets {
    pub(super) const KEY: &str = "basket_code";

    pub(super) fn new(policy: GiantPolicy, room: &Room) -> Self {
        Self {
            policy,
            scratch: room.scratch.clone(),
            piece_bytes: (room.memory_bytes / PIECES).min(MOST_BYTES),
            file: None,
            written: [0; 2],
            last: Baskets::new(policy),
            period_ends: Vec::new(),
        }
    }

    /// Takes whole baskets.
    pub(super) fn take(&mut self, rows: &RecordBatch) -> Result<()> {
        let codes = counts(rows, Self::KEY)?;
        let items = counts(rows, "item_code")?;
        let periods = counts(rows, "fold")?;
        for Range { start, end } in runs(&codes) {
            self.last.push(&items[start..end]);
            let before = self.period_ends.last().copied().unwrap_or(0);
            let known = self.period_ends.len().max(periods[start] as usize);
            self.period_ends.resize(known, before);
            let end = self.len();
            if let Some(last) = self.period_ends.last_mut() {
                *last = end;
            }
            if bytes(&self.last) > self.piece_bytes {
                self.write()?;
            }
        }
        Ok(())
    }

    /// Moves the baskets in memory to the file.
    fn write(&mut self) -> Result<()> {
        let piece = std::mem::replace(&mut self.last, Baskets::new(self.policy));
        self.written[0] += piece.len();
        self.written[1] += piece.giants();
        let schema = schema([("items", count_list())]);
        let lists = of_count_lists(piece.iter());
        let batch = RecordBatch::try_new(schema, vec![lists])?;
        if self.file.is_none() {
            let file = tempfile::tempfile_in(&self.scratch)?;
            self.file = Some(StreamWriter::try_new(file, &batch.schema())?);
        }
        if let Some(file) = &mut self.file {
            file.write(&batch)?;
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.written[0] + self.last.len()
    }

    pub(super) fn giants(&self) -> usize {
        self.written[1] + self.last.giants()
    }

    /// All baskets, if memory holds them.
    pub(super) fn whole(&self) -> Option<&Baskets> {
        self.file.is_none().then_some(&self.last)
    }

    /// Shows the baskets piece by piece.
    pub(super) fn each(&self, mut see: impl FnMut(&Baskets)) -> Result<()> {
        if let Some(file) = &self.file {
            let mut file = file.get_ref().try_clone()?;
            file.rewind()?;
            for piece in StreamReader::try_new(BufReader::new(file), None)? {
                see(&piece_of(&piece?));
            }
        }
        see(&self.last);
        Ok(())
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
        self.each(|piece| {
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

fn bytes(baskets: &Baskets) -> usize {
    baskets.lines() * size_of::<u32>() + baskets.len() * size_of::<usize>()
}

fn piece_of(batch: &RecordBatch) -> Baskets {
    let lists = batch.column(0).as_list::<i32>();
    let items = lists.values().as_primitive::<UInt32Type>().values();
    let ends = lists.value_offsets().windows(2);
    ends.map(|ends| &items[ends[0] as usize..ends[1] as usize])
        .collect()
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
        let take = |piece: &Baskets| all.extend(piece.iter().map(<[u32]>::to_vec));
        baskets.each(take).unwrap();
        all
    }

    #[test]
    fn baskets_in_a_file_are_those_in_memory() {
        let whole = baskets(usize::MAX);
        let held = whole.whole().unwrap();
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
            assert!(parted.whole().is_none());
            assert_eq!(flat(&parted), flat(&whole));
            assert_eq!((parted.len(), parted.giants()), (40, whole.giants()));
            assert_eq!(parted.count_by_period(&found).unwrap(), periods);
        }
    }
}
