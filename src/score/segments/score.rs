//! The segment of every customer, and how well they sit in it.

use super::super::columns::{answered, answered_schema};
use super::super::features::Features;
use super::super::fits::{ALL, Stored};
use super::super::{each, said, whole};
use super::segmentation::Segmentation;
use super::{APART, FITS, MODEL};
use crate::job::Job;
use crate::stage::{Given, Rows};
use arrow::array::{RecordBatch, UInt64Array};
use arrow::compute::take_record_batch;
use clientele_model::group::{Assignment, silhouette};
use datafusion::error::Result;
use ndarray::Array2;

/// What is answered, in this order.
const COLUMNS: [&str; 4] = ["segment", "distance", "second_segment", "second_distance"];
const SILHOUETTE: [&str; 1] = ["silhouette"];

/// Labels the customers of `features.segment_features`.
pub(crate) fn score(rows: Rows, given: &Given) -> Result<Rows> {
    let fitted = stored(given)?;
    let schema = answered_schema(&rows.schema(), &COLUMNS)?;
    Ok(each(rows, &schema.clone(), move |rows| {
        let answers = match &fitted {
            Some(fitted) => labelled(fitted, rows)?,
            None => vec![vec![f64::NAN; rows.num_rows()]; COLUMNS.len()],
        };
        answered(rows, &schema, answers)
    }))
}

/// Silhouettes of some of the customers.
pub(crate) fn judge(rows: Rows, given: &Given, job: &Job) -> Result<Rows> {
    let fitted = stored(given)?;
    let limit = job.models.segments.silhouette_customers;
    let schema = answered_schema(&rows.schema(), &SILHOUETTE)?;
    Ok(whole(rows, &schema.clone(), move |rows| {
        let found = match &fitted {
            Some(fitted) if rows.num_rows() > 0 => {
                let (standardised, assignments) = assigned(fitted, rows)?;
                let labels: Vec<usize> = assignments.iter().map(|own| own.cluster).collect();
                // of a sample with one cluster only there is nothing to say
                silhouette(standardised.view(), &labels, limit).ok()
            }
            _ => None,
        };
        let (places, values) =
            found.map_or_else(Default::default, |found| (found.rows, found.values));
        let places = UInt64Array::from_iter_values(places.into_iter().map(|place| place as u64));
        answered(&take_record_batch(rows, &places)?, &schema, vec![values])
    }))
}

/// Nothing if there are no segments.
fn stored(given: &Given) -> Result<Option<Segmentation>> {
    let stored = Stored::read(given, FITS)?;
    let mut found = stored.of(MODEL).filter(|(_, group, _)| *group == ALL);
    let fitted = found
        .next()
        .map(|(technique, _, values)| Segmentation::restore(technique, values));
    fitted.transpose().map_err(said)
}

/// Customers on the scale of the segments, and where they are nearest.
fn assigned(fitted: &Segmentation, rows: &RecordBatch) -> Result<(Array2<f64>, Vec<Assignment>)> {
    let features = Features::read(rows, &APART)?;
    let standardised = fitted
        .scale
        .standardise(features.values.view())
        .map_err(said)?;
    let assignments = fitted.clusters.assign(standardised.view()).map_err(said)?;
    Ok((standardised, assignments))
}

fn labelled(fitted: &Segmentation, rows: &RecordBatch) -> Result<Vec<Vec<f64>>> {
    let (_, assignments) = assigned(fitted, rows)?;
    let column = |of: &dyn Fn(&Assignment) -> f64| assignments.iter().map(of).collect();
    Ok(vec![
        column(&|own| fitted.labels[own.cluster]),
        column(&|own| own.distance),
        column(&|own| fitted.labels[own.second]),
        column(&|own| own.second_distance),
    ])
}
