//! Sets of items that many baskets contain.

use super::super::columns::{count_list, of_count_lists, of_counts, of_texts, schema};
use super::super::{Room, gathered, in_batches};
use super::baskets::PeriodBaskets;
use super::items::Items;
use super::min_count;
use crate::job::{BasketModels, Job};
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::pattern::{
    Candidates, Constraints, Frequent, GiantPolicy, Params, frequent, frequent_with_targets,
};
use datafusion::error::Result;
use std::ops::Range;

/// What each item of a set takes until it has become rules: as one side of a rule in their search, as a rule, and as the
/// row of that rule while rules are read again. About 50, 100 and 150.
const BYTES_PER_ITEM: usize = 300;

/// Mines the baskets of `features.basket_items`, bounded in memory.
pub(crate) fn mine_baskets(rows: Rows, given: &Given, (job, room): (&Job, &Room)) -> Result<Rows> {
    let settings = job.models.baskets.clone();
    let items = Items::read(given)?;
    let constraints = items.constraints(&settings)?;
    let memory_bytes = room.memory_bytes;
    Ok(gathered(
        (rows, PeriodBaskets::KEY),
        &itemset_schema(),
        PeriodBaskets::new(policy(&settings), room),
        PeriodBaskets::take,
        move |baskets| {
            let found = mine(&baskets, &settings, &constraints, memory_bytes)?;
            let mined = Mined {
                periods: baskets.count_by_period(&found.itemsets)?,
                giants: baskets.giants(),
                pieces: baskets.pieces.len(),
                found,
                items,
            };
            let rows = 1 + mined.found.itemsets.len();
            Ok(in_batches(rows, move |rows| mined.table(rows)))
        },
    ))
}

fn policy(settings: &BasketModels) -> GiantPolicy {
    match settings.giants.as_str() {
        "cap" => GiantPolicy::Cap(settings.giant_items),
        "skip" => GiantPolicy::Skip(settings.giant_items),
        _ => GiantPolicy::Keep,
    }
}

/// In one piece if memory holds it; the sets of the lowest support at which their rules fit too.
fn mine(
    baskets: &PeriodBaskets,
    settings: &BasketModels,
    constraints: &Constraints,
    memory_bytes: usize,
) -> Result<Frequent> {
    let params = Params {
        min_count: min_count(settings.min_count, settings.min_support, baskets.len()),
        max_length: settings.max_length,
        limit_bytes: memory_bytes / 2,
    };
    let found = match baskets.pieces.whole() {
        Some(baskets) if settings.targets.is_empty() => frequent(baskets, &params, constraints),
        Some(baskets) => frequent_with_targets(baskets, &params, constraints),
        None => in_pieces(baskets, params, constraints)?,
    };
    Ok(found.within(memory_bytes, |items| BYTES_PER_ITEM * items.len()))
}

fn in_pieces(
    baskets: &PeriodBaskets,
    params: Params,
    constraints: &Constraints,
) -> Result<Frequent> {
    let mut candidates = Candidates::new(baskets.len(), params);
    let pieces = &baskets.pieces;
    pieces.each(&mut |piece| candidates.mine(piece, constraints))?;
    let mut exact = candidates.count();
    pieces.each(&mut |piece| exact.add(piece))?;
    Ok(exact.finish())
}

/// The answer.
struct Mined {
    found: Frequent,
    /// Baskets of each period, and those of them that contain each set.
    periods: Vec<(usize, Vec<u32>)>,
    giants: usize,
    pieces: usize,
    items: Items,
}

impl Mined {
    /// Some of its rows, the first of which is the empty set: it is in all baskets.
    fn table(&self, rows: Range<usize>) -> Result<RecordBatch> {
        let itemsets = &self.found.itemsets;
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let codes = |row: usize| {
            row.checked_sub(1)
                .map_or(&[][..], |set| itemsets.items(set))
        };
        let baskets = |row: usize| match row.checked_sub(1) {
            Some(set) => i64::from(itemsets.count(set)),
            None => whole(self.found.baskets),
        };
        let by_period = |row: usize| -> Vec<u32> {
            let of_set = |(size, counts): &(usize, Vec<u32>)| match row.checked_sub(1) {
                Some(set) => counts[set],
                None => u32::try_from(*size).unwrap_or(u32::MAX),
            };
            self.periods.iter().map(of_set).collect()
        };
        let texts = rows.clone().map(|row| self.items.texts(codes(row)));
        let (ids, names): (Vec<_>, Vec<_>) = texts.map(|[ids, names]| (ids, names)).unzip();
        let all = || rows.clone();
        let columns = vec![
            of_counts(all().map(whole)),
            of_counts(all().map(|row| whole(codes(row).len()))),
            of_texts(ids),
            of_texts(names),
            of_count_lists(all().map(codes)),
            of_counts(all().map(baskets)),
            of_count_lists(all().map(by_period)),
            of_counts(all().map(|_| i64::from(self.found.min_count))),
            of_counts(all().map(|_| whole(self.giants))),
            of_counts(all().map(|_| whole(self.pieces))),
        ];
        Ok(RecordBatch::try_new(itemset_schema(), columns)?)
    }
}

fn itemset_schema() -> SchemaRef {
    schema([
        ("itemset_id", DataType::Int64),
        ("item_count", DataType::Int64),
        ("items", DataType::Utf8),
        ("item_names", DataType::Utf8),
        ("item_codes", count_list()),
        ("basket_count", DataType::Int64),
        ("fold_counts", count_list()),
        ("support_count_used", DataType::Int64),
        ("giant_basket_count", DataType::Int64),
        ("piece_count", DataType::Int64),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::Overrides;
    use crate::score::columns::{count_lists, counts};
    use crate::stage::Given;
    use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
    use futures::TryStreamExt;
    use std::collections::BTreeMap;

    const BASKETS: i64 = 3_000;

    /// Baskets of one to nine of twenty items, low ones more often.
    fn rows() -> Rows {
        let lines = (0..BASKETS).flat_map(|basket| {
            let items = (0..20).filter(move |item| basket * (item + 3) % (item * item + 5) < 4);
            items.map(move |item| (basket, item))
        });
        let lines: Vec<(i64, i64)> = lines.collect();
        let column = |of: fn(&(i64, i64)) -> i64| of_counts(lines.iter().map(of));
        let names = [PeriodBaskets::KEY, "item_code", "fold"];
        let schema = schema(names.map(|name| (name, DataType::Int64)));
        let columns = vec![
            column(|line| line.0),
            column(|line| line.1),
            column(|line| 1 + 4 * line.0 / BASKETS),
        ];
        let batch = RecordBatch::try_new(schema.clone(), columns).unwrap();
        let rows = futures::stream::iter([Ok(batch)]);
        Box::pin(RecordBatchStreamAdapter::new(schema, rows))
    }

    /// The sets of the table with their counts, and the support that was used.
    async fn table(memory_bytes: usize) -> (BTreeMap<Vec<u32>, (u32, Vec<u32>)>, u32) {
        let text = "run_date: 2025-12-31\nsources: {transactions: {url: in}}\noutput: {url: out}\n";
        let job = Job::parse(text, &Overrides::default()).unwrap();
        let scratch = std::env::temp_dir();
        let room = Room {
            memory_bytes,
            scratch,
        };
        let answer = mine_baskets(rows(), &Given::new(), (&job, &room)).unwrap();
        let (mut sets, mut used) = (BTreeMap::new(), 0);
        for rows in answer.try_collect::<Vec<_>>().await.unwrap() {
            used = counts(&rows, "support_count_used").unwrap()[0];
            let found = counts(&rows, "basket_count").unwrap().into_iter();
            let found = found.zip(count_lists(&rows, "fold_counts").unwrap());
            sets.extend(
                count_lists(&rows, "item_codes")
                    .unwrap()
                    .into_iter()
                    .zip(found),
            );
        }
        (sets, used)
    }

    #[tokio::test]
    async fn less_memory_leaves_the_sets_of_a_higher_support_and_says_which() {
        let (all, asked) = table(usize::MAX).await;
        assert_eq!(asked, 20);
        let mut last = asked;
        for memory_bytes in [1 << 22, 1 << 17, 1 << 16, 1 << 15, 1 << 14, 0] {
            let (found, used) = table(memory_bytes).await;
            let left = all
                .iter()
                .filter(|(items, (count, _))| items.is_empty() || *count >= used);
            assert!(found.iter().eq(left), "{memory_bytes} bytes, {used}");
            assert!(used >= last, "{used} after {last}");
            let items: usize = found.keys().map(Vec::len).sum();
            assert!(BYTES_PER_ITEM * items <= memory_bytes);
            last = used;
        }
        assert!(last > asked);
    }
}
