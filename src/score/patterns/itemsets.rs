//! Sets of items that many baskets contain.

use super::super::columns::{count_list, of_count_lists, of_counts, of_texts, schema};
use super::super::gathered;
use super::gather::PeriodBaskets;
use super::items::Items;
use super::min_count;
use crate::job::{BasketModels, Job};
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::pattern::{
    Constraints, Frequent, GiantPolicy, Params, Recount, frequent, frequent_with_targets,
};
use datafusion::error::Result;

/// Mines the baskets of `features.basket_items`, bounded in memory.
pub(crate) fn mine_baskets(
    rows: Rows,
    given: &Given,
    (job, memory_bytes): (&Job, usize),
) -> Result<Rows> {
    let settings = job.models.baskets.clone();
    let items = Items::read(given)?;
    let constraints = items.constraints(&settings)?;
    let start = PeriodBaskets::new(policy(&settings));
    Ok(gathered(
        (rows, PeriodBaskets::KEY),
        &itemset_schema(),
        start,
        PeriodBaskets::take,
        move |gathered| {
            let limit_bytes = memory_bytes.saturating_sub(gathered.bytes());
            let found = mine(gathered, &settings, &constraints, limit_bytes);
            table(gathered, &found, &items)
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

fn mine(
    gathered: &PeriodBaskets,
    settings: &BasketModels,
    constraints: &Constraints,
    limit_bytes: usize,
) -> Frequent {
    let baskets = &gathered.baskets;
    let params = Params {
        min_count: min_count(settings.min_count, settings.min_support, baskets.len()),
        max_length: settings.max_length,
        limit_bytes,
    };
    if settings.targets.is_empty() {
        frequent(baskets, &params, constraints)
    } else {
        frequent_with_targets(baskets, &params, constraints)
    }
}

/// The empty set first: it is in all baskets.
fn table(gathered: &PeriodBaskets, found: &Frequent, items: &Items) -> Result<RecordBatch> {
    let baskets = &gathered.baskets;
    let recount = Recount::of(&found.itemsets);
    let folds: Vec<(usize, Vec<u32>)> = gathered
        .folds()
        .map(|fold| (fold.len(), recount.count(&fold)))
        .collect();
    let all = u32::try_from(baskets.len()).unwrap_or(u32::MAX);
    let sets = || [(&[][..], all)].into_iter().chain(found.itemsets.iter());
    let fold_counts = (0..=found.itemsets.len()).map(|set| -> Vec<u32> {
        let in_fold = |(size, counts): &(usize, Vec<u32>)| match set.checked_sub(1) {
            Some(set) => counts[set],
            None => u32::try_from(*size).unwrap_or(u32::MAX),
        };
        folds.iter().map(in_fold).collect()
    });
    let (ids, names): (Vec<_>, Vec<_>) = sets()
        .map(|(codes, _)| {
            let [ids, names] = items.texts(codes);
            (ids, names)
        })
        .unzip();
    let rows = ids.len();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let columns = vec![
        of_counts((0..rows).map(count)),
        of_counts(sets().map(|(codes, _)| count(codes.len()))),
        of_texts(ids),
        of_texts(names),
        of_count_lists(sets().map(|(codes, _)| codes)),
        of_counts(sets().map(|(_, found)| i64::from(found))),
        of_count_lists(fold_counts),
        of_counts(std::iter::repeat_n(i64::from(found.min_count), rows)),
        of_counts(std::iter::repeat_n(count(baskets.giants()), rows)),
    ];
    Ok(RecordBatch::try_new(itemset_schema(), columns)?)
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
    ])
}
