//! One model per question: the technique that foretold unseen time best, calibrated.

use super::super::columns::{counts, numbers, of_counts, of_numbers, of_texts, schema, texts};
use super::super::fits::REUSED;
use super::super::whole;
use super::known::{Known, Part};
use super::predictor::write;
use super::{QUESTIONS, Question};
use crate::job::{Job, PropensityModels};
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::Error;
use clientele_model::predict::{
    BoostedParams, Calibration, Fitted, LinearParams, Loss, Needs, Readiness, Sample, fit_boosted,
    fit_linear, readiness,
};
use datafusion::error::Result;

/// Positives from which on a calibration may have any shape that does not fall.
const ENOUGH_FOR_ANY_SHAPE: usize = 1000;

/// The models of the last run.
const LAST: &str = "last.propensity_models";

/// A technique that was tried, or the reason why none was.
#[derive(Default)]
struct Row {
    model: String,
    technique: String,
    /// Empty if another technique is used.
    fitted: String,
    calibration: String,
    /// In which an amount was learnt, or a probability calibrated; not a number if it is unknown or foretold no better.
    season: f64,
    positives: usize,
    loss: f64,
    reason: String,
}

/// Fits the models to `features.known_outcomes`.
pub(crate) fn fit(rows: Rows, given: Given, job: &Job) -> Rows {
    let settings = job.models.propensities.clone();
    let refit = job.models.refit;
    whole(rows, &fits_schema(), move |rows| {
        let mut found = Vec::new();
        for question in &QUESTIONS {
            let last = if refit {
                Vec::new()
            } else {
                of_last_run(&given, question)?
            };
            found.extend(if last.iter().any(|row| !row.fitted.is_empty()) {
                last
            } else {
                learn(rows, question, &settings)?
            });
        }
        into_table(&found)
    })
}

/// What the last run knew of a question.
fn of_last_run(given: &Given, question: &Question) -> Result<Vec<Row>> {
    let mut found = Vec::new();
    for rows in given.get(LAST).into_iter().flatten() {
        let [models, techniques, fits, calibrations] =
            ["model", "technique", "fitted", "calibration"].map(|name| texts(rows, name));
        let (models, techniques) = (models?, techniques?);
        let (fits, calibrations) = (fits?, calibrations?);
        let (seasons, losses) = (numbers(rows, "season")?, numbers(rows, "loss")?);
        let positives = counts(rows, "found_count")?;
        for at in (0..models.len()).filter(|at| models[*at] == question.model) {
            found.push(Row {
                model: models[at].clone(),
                technique: techniques[at].clone(),
                fitted: fits[at].clone(),
                calibration: calibrations[at].clone(),
                season: seasons[at],
                positives: positives[at] as usize,
                loss: losses[at],
                reason: REUSED.to_owned(),
            });
        }
    }
    Ok(found)
}

fn learn(rows: &RecordBatch, question: &Question, settings: &PropensityModels) -> Result<Vec<Row>> {
    let learnt = Known::read(rows, Part::Learn, question)?;
    let unseen = Known::read(rows, Part::Tune, question)?;
    let positives = learnt
        .labels
        .iter()
        .filter(|label| label.abs() > 0.0)
        .count();
    let row = |technique: &str| Row {
        model: question.model.to_owned(),
        technique: technique.to_owned(),
        positives,
        season: f64::NAN,
        loss: f64::NAN,
        ..Row::default()
    };
    let failed = |reason: String| {
        vec![Row {
            reason,
            ..row("none")
        }]
    };
    if let Some(reason) = not_ready(&learnt, &unseen, question, settings) {
        return Ok(failed(reason));
    }
    let mut tried = Vec::new();
    let mut reason = String::new();
    for (name, fitted) in techniques(&learnt.sample(&learnt.labels), question.loss) {
        match fitted.and_then(|fitted| tried_on(fitted, question, [&learnt, &unseen])) {
            Ok(trial) => {
                let (season, loss) = (trial.season, trial.loss);
                tried.push((
                    Row {
                        season,
                        loss,
                        ..row(name)
                    },
                    trial,
                ));
            }
            Err(error) => reason = error.to_string(),
        }
    }
    let losses = tried.iter().map(|(row, _)| row.loss);
    let Some(best) = losses.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)) else {
        return Ok(failed(reason));
    };
    let (used, trial) = &mut tried[best.0];
    used.fitted = trial.fitted.to_string();
    if question.is_probability() {
        // there is nothing to learn where the same is said of everybody
        let calibration = calibrate(&trial.predicted, &unseen.labels);
        used.calibration = calibration.map_or_else(|_| String::new(), |found| write(&found));
    }
    Ok(tried.into_iter().map(|(row, _)| row).collect())
}

/// A technique and what it said of unseen time.
struct Trial {
    fitted: Fitted,
    predicted: Vec<f64>,
    /// See [`Row::season`].
    season: f64,
    loss: f64,
}

/// Foretells unseen time as if it were that from which was learnt, and in its own season; the season is believed if that came
/// nearer to what happened.
fn tried_on(
    fitted: Fitted,
    question: &Question,
    [learnt, unseen]: [&Known; 2],
) -> clientele_model::Result<Trial> {
    let predicted = fitted.predict(unseen.features.values.view())?;
    let in_season = |one: &f64| question.in_season(*one, learnt.season, unseen.season);
    let seasonal: Vec<f64> = predicted.iter().map(in_season).collect();
    let losses = [&predicted, &seasonal].map(|said| question.loss.mean_loss(said, &unseen.labels));
    let [plain, seasonal] = losses;
    let (plain, seasonal) = (plain?, seasonal?);
    let known = if question.is_probability() {
        unseen.season
    } else {
        learnt.season
    };
    Ok(Trial {
        fitted,
        predicted,
        season: if seasonal < plain { known } else { f64::NAN },
        loss: plain.min(seasonal),
    })
}

/// Why nothing can be learnt, if so.
fn not_ready(
    learnt: &Known,
    unseen: &Known,
    question: &Question,
    settings: &PropensityModels,
) -> Option<String> {
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
    let [first, second] = question.periods.map(|period| period.replace('_', " "));
    let second = format!("one {second}");
    unready(then, &first)
        .or_else(|| too_short(learnt, &first))
        .or_else(|| unready(since, &second))
}

fn techniques(
    sample: &Sample<'_>,
    loss: Loss,
) -> [(&'static str, clientele_model::Result<Fitted>); 2] {
    let linear = LinearParams {
        loss,
        ..LinearParams::default()
    };
    let boosted = BoostedParams {
        loss,
        ..BoostedParams::default()
    };
    [
        ("linear", fit_linear(sample, &linear)),
        ("boosted", fit_boosted(sample, &boosted)),
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

/// What was known in the first days of a shop is not what is known of customers today.
fn too_short(learnt: &Known, when: &str) -> Option<String> {
    let (found, needed) = (learnt.history_days(), learnt.horizon_days);
    (found < needed).then(|| format!("{found} days of history {when}; it takes {needed}"))
}

fn into_table(rows: &[Row]) -> Result<RecordBatch> {
    let text = |of: fn(&Row) -> &String| of_texts(rows.iter().map(of));
    let columns = vec![
        text(|row| &row.model),
        text(|row| &row.technique),
        text(|row| &row.fitted),
        text(|row| &row.calibration),
        of_numbers(rows.iter().map(|row| row.season)),
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
        ("season", DataType::Float64),
        ("found_count", DataType::Int64),
        ("loss", DataType::Float64),
        ("reason", DataType::Utf8),
    ])
}
