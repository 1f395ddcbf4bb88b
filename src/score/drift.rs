//! Whether what the models are given, and what they say, is distributed as in the last run.

use super::columns::{counts, numbers, of_counts, of_numbers, of_texts, schema, texts};
use super::features::Features;
use super::{said, whole};
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::predict::{Bins, Drift, drift};
use datafusion::error::Result;
use std::collections::BTreeMap;

/// Bins of a distribution, beside that of what is missing.
const BINS: usize = 10;

/// The distributions of the last run.
const LAST: &str = "last.distributions";

/// Columns that are neither features nor scores begin with one of these words.
const APART: [&str; 3] = ["period", "customer_id", "season"];

/// Columns that are scores begin with this word.
const SCORE: &str = "score_";

/// The kind of what models say.
const SCORES: &str = "score";

/// Kind and name.
type Measure = (String, String);

/// The distribution of each feature and score.
pub(crate) fn distribute(rows: Rows) -> Rows {
    whole(rows, &distribution_schema(), move |rows| {
        let (mut measures, mut bins, mut uppers, mut sizes) = (vec![], vec![], vec![], vec![]);
        for (measure, values) in measured(rows)? {
            let own = Bins::of(&values, BINS);
            let found = own.uppers().into_iter().zip(own.counts(&values));
            for (bin, (upper, size)) in found.enumerate() {
                measures.push(measure.clone());
                bins.push(bin as i64);
                uppers.push(upper);
                sizes.push(size as i64);
            }
        }
        let columns = vec![
            of_texts(measures.iter().map(|(kind, _)| kind)),
            of_texts(measures.iter().map(|(_, name)| name)),
            of_counts(bins),
            of_numbers(uppers),
            of_counts(sizes),
        ];
        Ok(RecordBatch::try_new(distribution_schema(), columns)?)
    })
}

fn distribution_schema() -> SchemaRef {
    schema([
        ("kind", DataType::Utf8),
        ("measure", DataType::Utf8),
        ("bin_number", DataType::Int64),
        ("upper", DataType::Float64),
        ("customer_count", DataType::Int64),
    ])
}

/// How far each feature and score has moved since the last run.
pub(crate) fn compare(rows: Rows, given: Given) -> Rows {
    whole(rows, &drift_schema(), move |rows| {
        let last = distributions(&given)?;
        let (mut measures, mut drifts, mut sizes) = (vec![], vec![], vec![]);
        for (measure, values) in measured(rows)? {
            let comparable = last
                .get(&measure)
                .map(|(bins, then)| (then, bins.counts(&values)))
                .filter(|(then, now)| measure.0 != SCORES || (is_there(then) && is_there(now)));
            let found = comparable.map(|(then, now)| {
                let size = then.iter().sum::<usize>();
                drift(then, &now).map(|drift| (drift, size))
            });
            let (drift, then) = match found.transpose() {
                Ok(Some(found)) => found,
                Ok(None) | Err(clientele_model::Error::TooFew { .. }) => (UNKNOWN, 0),
                Err(error) => return Err(said(error)),
            };
            measures.push(measure);
            drifts.push(drift);
            sizes.push([values.len(), then].map(|size| size as i64));
        }
        let columns = vec![
            of_texts(measures.iter().map(|(kind, _)| kind)),
            of_texts(measures.iter().map(|(_, name)| name)),
            of_numbers(drifts.iter().map(|drift| drift.stability_index)),
            of_numbers(drifts.iter().map(|drift| drift.p_value)),
            of_counts(sizes.iter().map(|[now, _]| *now)),
            of_counts(sizes.iter().map(|[_, then]| *then)),
        ];
        Ok(RecordBatch::try_new(drift_schema(), columns)?)
    })
}

/// Whether any customer has a value: none has a score while its model could not be fitted, which is told elsewhere.
fn is_there(counts: &[usize]) -> bool {
    counts.iter().skip(1).any(|count| *count > 0)
}

const UNKNOWN: Drift = Drift {
    stability_index: f64::NAN,
    p_value: f64::NAN,
};

fn drift_schema() -> SchemaRef {
    schema([
        ("kind", DataType::Utf8),
        ("measure", DataType::Utf8),
        ("stability_index", DataType::Float64),
        ("p_value", DataType::Float64),
        ("customer_count", DataType::Int64),
        ("customer_count_last", DataType::Int64),
    ])
}

/// The values of every feature and score; none of nobody.
fn measured(rows: &RecordBatch) -> Result<Vec<(Measure, Vec<f64>)>> {
    if rows.num_rows() == 0 {
        return Ok(Vec::new());
    }
    let features = Features::read(rows, &APART)?;
    let columns = features.names.iter().zip(features.values.columns());
    let named = columns.map(|(name, values)| {
        let (kind, name) = match name.strip_prefix(SCORE) {
            Some(score) => (SCORES, score),
            None => ("feature", name.as_str()),
        };
        ((kind.to_owned(), name.to_owned()), values.to_vec())
    });
    Ok(named.collect())
}

/// Bins and how many customers were in each.
fn distributions(given: &Given) -> Result<BTreeMap<Measure, (Bins, Vec<usize>)>> {
    let mut bins: BTreeMap<Measure, Vec<(u32, f64, usize)>> = BTreeMap::new();
    for rows in given.get(LAST).into_iter().flatten() {
        let measures = texts(rows, "kind")?
            .into_iter()
            .zip(texts(rows, "measure")?);
        let sizes = counts(rows, "bin_number")?
            .into_iter()
            .zip(counts(rows, "customer_count")?);
        let found = sizes.zip(numbers(rows, "upper")?);
        for (measure, ((bin, size), upper)) in measures.zip(found) {
            bins.entry(measure)
                .or_default()
                .push((bin, upper, size as usize));
        }
    }
    let restored = bins.into_iter().map(|(measure, mut bins)| {
        bins.sort_by_key(|(bin, ..)| *bin);
        let uppers = bins.iter().map(|(_, upper, _)| *upper).collect();
        let sizes = bins.iter().map(|(.., size)| *size).collect();
        (measure, (Bins::restore(uppers), sizes))
    });
    Ok(restored.collect())
}
