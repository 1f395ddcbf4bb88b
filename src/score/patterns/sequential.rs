//! Sets of items that many customers bought one after the other.

use super::super::columns::{of_counts, of_texts, schema};
use super::super::{Room, gathered, in_batches};
use super::gather::AllHistories;
use super::items::Items;
use super::min_count;
use crate::job::{Job, SequenceModels};
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::pattern::{
    FrequentSequences, Keep, SequenceCandidates, SequenceParams, frequent_sequences,
};
use datafusion::error::Result;
use std::ops::Range;

/// Mines the histories of `features.purchase_days`, bounded in memory.
pub(crate) fn mine_sequences(
    rows: Rows,
    given: &Given,
    (job, room): (&Job, &Room),
) -> Result<Rows> {
    let settings = job.models.sequences.clone();
    let items = Items::read(given)?;
    let limit_bytes = room.memory_bytes / 2;
    Ok(gathered(
        (rows, AllHistories::KEY),
        &pattern_schema(),
        AllHistories::new(settings.together_days, room),
        AllHistories::take,
        move |histories| {
            let found = mine(&histories, &settings, limit_bytes)?;
            let (rows, pieces) = (1 + found.patterns.len(), histories.pieces.len());
            drop(histories);
            let batch = move |rows| table(&found, rows, pieces, &items);
            Ok(in_batches(rows, batch))
        },
    ))
}

/// In one piece if memory holds it.
fn mine(
    histories: &AllHistories,
    settings: &SequenceModels,
    limit_bytes: usize,
) -> Result<FrequentSequences> {
    let params = SequenceParams {
        min_count: min_count(
            settings.min_count,
            settings.min_support,
            histories.customers,
        ),
        max_length: settings.max_length,
        max_gap_days: Some(settings.max_gap_days),
        max_span_days: Some(settings.max_span_days),
        keep: match settings.keep.as_str() {
            "closed" => Keep::Closed,
            "maximal" => Keep::Maximal,
            _ => Keep::All,
        },
        limit_bytes,
    };
    let pieces = &histories.pieces;
    if let Some(sequences) = pieces.whole() {
        return Ok(frequent_sequences(sequences, &params));
    }
    let mut candidates = SequenceCandidates::new(histories.customers, params);
    pieces.each(&mut |piece| candidates.mine(piece))?;
    let mut exact = candidates.count();
    pieces.each(&mut |piece| exact.add(piece))?;
    Ok(exact.finish())
}

/// Some rows of the answer, the first of which is the empty pattern: all customers have it.
fn table(
    found: &FrequentSequences,
    rows: Range<usize>,
    pieces: usize,
    items: &Items,
) -> Result<RecordBatch> {
    let patterns = &found.patterns;
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let texts = rows.clone().map(|row| match row.checked_sub(1) {
        Some(pattern) => items.sequence_texts(patterns.elements(pattern)),
        None => [String::new(), String::new()],
    });
    let (ids, names): (Vec<_>, Vec<_>) = texts.map(|[ids, names]| (ids, names)).unzip();
    let counts = |first: usize, of: &dyn Fn(usize) -> usize| {
        let of_row = |row: usize| row.checked_sub(1).map_or(first, of);
        of_counts(rows.clone().map(of_row).map(count))
    };
    let columns = vec![
        counts(0, &|pattern| pattern + 1),
        counts(0, &|pattern| patterns.elements(pattern).len()),
        counts(0, &|pattern| patterns.length(pattern)),
        of_texts(ids),
        of_texts(names),
        counts(found.customers, &|pattern| patterns.count(pattern) as usize),
        counts(found.min_count as usize, &|_| found.min_count as usize),
        counts(pieces, &|_| pieces),
    ];
    Ok(RecordBatch::try_new(pattern_schema(), columns)?)
}

fn pattern_schema() -> SchemaRef {
    schema([
        ("pattern_id", DataType::Int64),
        ("element_count", DataType::Int64),
        ("item_count", DataType::Int64),
        ("items", DataType::Utf8),
        ("item_names", DataType::Utf8),
        ("customer_count", DataType::Int64),
        ("support_count_used", DataType::Int64),
        ("piece_count", DataType::Int64),
    ])
}
