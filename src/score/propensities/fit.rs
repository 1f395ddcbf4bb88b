//! One model per question: the technique that foretold unseen time best, calibrated.

use super::super::columns::{of_counts, of_numbers, of_texts, schema};
use super::super::{said, whole};
use super::known::{Known, Part};
use super::predictor::write;
use super::{QUESTIONS, Question};
use crate::job::{Job, PropensityModels};
use crate::stage::Rows;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::Error;
use clientele_model::predict::{
    BoostedParams, Calibration, Fitted, LinearParams, Loss, Needs, Readiness, fit_boosted,
    fit_linear, readiness,
};
use datafusion::error::Result;

/// Positives from which on a calibration may have any shape that does not fall.
const ENOUGH_FOR_ANY_SHAPE: usize = 1000;

/// A technique that was tried, or the reason why none was.
#[derive(Default)]
struct Row {
    model: String,
    technique: String,
    /// Empty if another technique is used.
    fitted: String,
    calibration: String,
    positives: usize,
    loss: f64,
    reason: String,
}

/// Fits the models to `features.known_outcomes`.
pub(crate) fn fit(rows: Rows, job: &Job) -> Rows {
    let settings = job.models.propensities.clone();
    whole(rows, &fits_schema(), move |rows| {
        let mut found = Vec::new();
        for question in &QUESTIONS {
            found.extend(learn(rows, question, &settings)?);
        }
        into_table(&found)
    })
}

fn learn(rows: &RecordBatch, question: &Question, settings: &PropensityModels) -> Result<Vec<Row>> {
    let learnt = Known::read(rows, Part::Learn, question)?;
    let unseen = Known::read(rows, Part::Tune, question)?;
    let positives = learnt.labels.iter().filter(|label| **label != 0.0).count();
    let row = |technique: &str| Row {
        model: question.model.to_owned(),
        technique: technique.to_owned(),
        positives,
        loss: f64::NAN,
        ..Row::default()
    };
    let failed = |reason: String| {
        vec![Row {
            reason,
            ..row("none")
        }]
    };
    let needs = Needs {
        rows: settings.least_customers,
        positives: settings.least_positives,
        negatives: settings.least_positives,
    };
    let half = Needs {
        rows: needs.rows / 2,
        positives: needs.positives / 2,
        negatives: needs.negatives / 2,
    };
    let (then, since) = (
        readiness(&learnt.labels, &needs),
        readiness(&unseen.labels, &half),
    );
    if let Some(reason) = unready(then, "two horizons ago").or(unready(since, "one horizon ago")) {
        return Ok(failed(reason));
    }
    let mut tried = Vec::new();
    let mut reason = String::new();
    for (name, fitted) in techniques(&learnt, question.loss) {
        let judged = fitted.and_then(|fitted| {
            let predicted = fitted.predict(unseen.features.values.view())?;
            let loss = question.loss.mean_loss(&predicted, &unseen.labels)?;
            Ok((fitted, predicted, loss))
        });
        match judged {
            Ok((fitted, predicted, loss)) => {
                tried.push((Row { loss, ..row(name) }, fitted, predicted))
            }
            Err(error) => reason = error.to_string(),
        }
    }
    let losses = tried.iter().map(|(row, ..)| row.loss);
    let Some(best) = losses.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)) else {
        return Ok(failed(reason));
    };
    let (used, fitted, predicted) = &mut tried[best.0];
    used.fitted = fitted.to_string();
    if matches!(question.loss, Loss::Logistic) {
        used.calibration = write(&calibrate(predicted, &unseen.labels).map_err(said)?);
    }
    Ok(tried.into_iter().map(|(row, ..)| row).collect())
}

fn techniques(learnt: &Known, loss: Loss) -> [(&'static str, clientele_model::Result<Fitted>); 2] {
    let sample = learnt.sample();
    [
        (
            "linear",
            fit_linear(&sample, loss, &LinearParams::default()),
        ),
        (
            "boosted",
            fit_boosted(&sample, loss, &BoostedParams::default()),
        ),
    ]
}

fn calibrate(predicted: &[f64], labels: &[f64]) -> Result<Calibration, Error> {
    let positives = labels.iter().filter(|label| **label > 0.0).count();
    if positives < ENOUGH_FOR_ANY_SHAPE {
        Calibration::platt(predicted, labels)
    } else {
        Calibration::isotonic(predicted, labels)
    }
}

/// What there is too little of, if anything.
fn unready(verdict: Readiness, when: &str) -> Option<String> {
    let (what, found, needed) = match verdict {
        Readiness::Ready => return None,
        Readiness::TooFewRows { found, needed } => ("customers", found, needed),
        Readiness::TooFewPositives { found, needed } => ("customers who did it", found, needed),
        Readiness::TooFewNegatives { found, needed } => ("customers who did not", found, needed),
    };
    Some(format!("{found} {what} known {when}; it takes {needed}"))
}

fn into_table(rows: &[Row]) -> Result<RecordBatch> {
    let text = |of: fn(&Row) -> &String| of_texts(rows.iter().map(of));
    let columns = vec![
        text(|row| &row.model),
        text(|row| &row.technique),
        text(|row| &row.fitted),
        text(|row| &row.calibration),
        of_counts(rows.iter().map(|row| row.positives as i64)),
        of_numbers(rows.iter().map(|row| row.loss)),
        text(|row| &row.reason),
    ];
    Ok(RecordBatch::try_new(fits_schema(), columns)?)
}

fn fits_schema() -> SchemaRef {
    schema([
        ("model", DataType::Utf8),
        ("technique", DataType::Utf8),
        ("fitted", DataType::Utf8),
        ("calibration", DataType::Utf8),
        ("found_count", DataType::Int64),
        ("loss", DataType::Float64),
        ("reason", DataType::Utf8),
    ])
}
