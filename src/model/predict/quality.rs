//! How good predictions were, once the time that they were for has passed.

use super::loss::{Loss, same_length};
use super::platt::line;
use super::ranks::{auc, rank_correlation};
use crate::{Error, Result};

/// How good probabilities were.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Classification {
    /// Customers.
    pub rows: usize,
    /// Those to whom it happened.
    pub positives: usize,
    /// The chance that one of them had a higher probability than one of the others.
    pub auc: Option<f64>,
    /// Mean −ln of the probability given to what happened.
    pub log_loss: f64,
    /// Mean squared difference between probability and what happened.
    pub brier: f64,
    /// b of logit(p) = a + b logit(prediction): below 1, predictions are too extreme. Nothing where
    /// no such line is best.
    pub calibration_slope: Option<f64>,
    /// a with b = 1: above 0, it happened more often than predicted. Nothing with labels of one
    /// kind.
    pub calibration_intercept: Option<f64>,
    /// The share of positives in the tenth with the highest probabilities, by that in all.
    pub top_decile_lift: Option<f64>,
}

/// How good expected amounts were.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amounts {
    /// Customers.
    pub rows: usize,
    /// Mean absolute error.
    pub mae: f64,
    /// Root of the mean squared error.
    pub rmse: f64,
    /// Mean prediction less mean amount.
    pub bias: f64,
    /// Spearman's correlation; nothing where predictions or amounts are all one.
    pub rank_correlation: Option<f64>,
}

/// How good probabilities were, against what happened.
///
/// # Shapes
/// - `predictions`: probabilities; `labels`: 1 where it happened, else 0; in one order, any
///
/// # Missing
/// Ties at the end of the top decile are in it in part: a lift does not depend on the order of rows.
/// What labels of one kind leave open is `None`.
///
/// # Errors
/// - `Shape`: not as many predictions as labels
/// - `TooFew`: no rows
///
/// # Source
/// Brier (1950), Monthly Weather Review 78; Cox (1958), Biometrika 45, for slope and intercept.
pub fn classification(predictions: &[f64], labels: &[f64]) -> Result<Classification> {
    let log_loss = Loss::Logistic.mean_loss(predictions, labels)?;
    let rows = some_rows(labels)?;
    let positives = labels.iter().filter(|label| **label > 0.5).count();
    let squares = errors(predictions, labels).map(|error| error * error);
    Ok(Classification {
        rows: labels.len(),
        positives,
        auc: auc(predictions, labels)?,
        log_loss,
        brier: squares.sum::<f64>() / rows,
        calibration_slope: line(predictions, labels).ok().map(|line| line.slope),
        calibration_intercept: shift(predictions, labels),
        top_decile_lift: (positives > 0)
            .then(|| top_share(predictions, labels) * rows / positives as f64),
    })
}

/// How good expected amounts were, against what came.
///
/// # Errors
/// - `Shape`: not as many predictions as amounts
/// - `TooFew`: no rows
pub fn amounts(predictions: &[f64], labels: &[f64]) -> Result<Amounts> {
    same_length(predictions, labels)?;
    let rows = some_rows(labels)?;
    let mean = |of: fn(f64) -> f64| errors(predictions, labels).map(of).sum::<f64>() / rows;
    Ok(Amounts {
        rows: labels.len(),
        mae: mean(f64::abs),
        rmse: mean(|error| error * error).sqrt(),
        bias: mean(|error| error),
        rank_correlation: rank_correlation(predictions, labels),
    })
}

fn some_rows(labels: &[f64]) -> Result<f64> {
    if labels.is_empty() {
        return Err(Error::TooFew {
            what: "rows",
            found: 0,
            needed: 1,
        });
    }
    Ok(labels.len() as f64)
}

fn errors<'a>(predictions: &'a [f64], labels: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    predictions
        .iter()
        .zip(labels)
        .map(|(prediction, label)| prediction - label)
}

/// What is to be added to every logit for predictions to be right on the whole, by Newton's method:
/// the sum of probabilities rises with it everywhere.
fn shift(predictions: &[f64], labels: &[f64]) -> Option<f64> {
    let positives: f64 = labels.iter().sum();
    if positives <= 0.0 || positives >= labels.len() as f64 {
        return None;
    }
    let logits: Vec<f64> = predictions
        .iter()
        .map(|p| Loss::Logistic.score(*p))
        .collect();
    let mut shift = 0.0;
    for _ in 0..100 {
        let (first, second) = logits
            .iter()
            .zip(labels)
            .fold((0.0, 0.0), |sums, (logit, label)| {
                let (first, second) = Loss::Logistic.slopes(*label, logit + shift);
                (sums.0 + first, sums.1 + second)
            });
        let step = f64::clamp(first / second, -2.0, 2.0);
        shift -= step;
        if step.abs() < 1e-10 {
            return Some(shift);
        }
    }
    None
}

/// The share of positives in the tenth with the highest predictions.
fn top_share(predictions: &[f64], labels: &[f64]) -> f64 {
    let mut order: Vec<(f64, f64)> = predictions
        .iter()
        .copied()
        .zip(labels.iter().copied())
        .collect();
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let top = 0.1 * order.len() as f64;
    let (mut room, mut positives) = (top, 0.0);
    for tied in order.chunk_by(|a, b| a.0 <= b.0) {
        let taken = room.min(tied.len() as f64);
        let sum: f64 = tied.iter().map(|row| row.1).sum();
        positives += sum * taken / tied.len() as f64;
        room -= taken;
    }
    positives / top
}

#[cfg(test)]
mod tests {
    use super::{amounts, classification};

    #[test]
    fn ties_in_the_top_decile_count_in_part() {
        // Ten rows of one prediction, two positive: no order, so no lift.
        let labels = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let told = classification(&[0.2; 10], &labels).expect("rows");
        assert!((told.top_decile_lift.expect("positives") - 1.0).abs() < 1e-12);
        assert!((told.auc.expect("both kinds") - 0.5).abs() < 1e-12);
        assert!(told.calibration_intercept.expect("both kinds").abs() < 1e-9);
        assert_eq!(told.calibration_slope, None);
        // The best row first: five times the share of all.
        let first: Vec<f64> = (0..10_u32).map(|row| 0.9 - 0.05 * f64::from(row)).collect();
        let told = classification(&first, &labels).expect("rows");
        assert!((told.top_decile_lift.expect("positives") - 5.0).abs() < 1e-12);
    }

    #[test]
    fn one_kind_of_label_leaves_open_what_takes_two() {
        let told = classification(&[0.2, 0.4], &[0.0, 0.0]).expect("rows");
        assert_eq!(
            (told.auc, told.calibration_intercept, told.top_decile_lift),
            (None, None, None)
        );
        assert!((told.brier - 0.1).abs() < 1e-12);
        assert!(classification(&[], &[]).is_err() && classification(&[0.1], &[]).is_err());
    }

    #[test]
    fn too_low_predictions_are_told_by_the_intercept_and_too_extreme_ones_by_the_slope() {
        // A thousand rows of each probability, happening exactly as often.
        let shares = [0.1, 0.3, 0.5, 0.8];
        let logit = |p: f64| (p / (1.0 - p)).ln();
        let rows = |say: fn(f64) -> f64| {
            let of_share = move |share: &f64| {
                let (share, said) = (*share, 1.0 / (1.0 + (-say(logit(*share))).exp()));
                (0..1000_u32)
                    .map(move |row| (said, f64::from(u8::from(f64::from(row) < 1000.0 * share))))
            };
            let rows: (Vec<f64>, Vec<f64>) = shares.iter().flat_map(of_share).unzip();
            classification(&rows.0, &rows.1).expect("rows")
        };
        let low = rows(|logit| logit - 0.7);
        assert!((low.calibration_intercept.expect("both") - 0.7).abs() < 1e-9);
        assert!((low.calibration_slope.expect("a line") - 1.0).abs() < 1e-9);
        let extreme = rows(|logit| 2.0 * logit);
        assert!((extreme.calibration_slope.expect("a line") - 0.5).abs() < 1e-9);
    }

    #[test]
    fn errors_of_amounts_have_a_size_and_a_side() {
        let told = amounts(&[1.0, 2.0, 6.0], &[0.0, 4.0, 3.0]).expect("rows");
        assert!((told.mae - 2.0).abs() < 1e-12);
        assert!((told.rmse - (14.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!((told.bias - 2.0 / 3.0).abs() < 1e-12);
        assert!((told.rank_correlation.expect("both vary") - 0.5).abs() < 1e-12);
    }
}
