//! Whether what was said to be likely happened often.

use super::loss::same_length;
use crate::Result;

/// Customers of similar predictions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reliability {
    /// How many they are.
    pub rows: usize,
    /// The lowest prediction of them.
    pub lowest: f64,
    /// The highest.
    pub highest: f64,
    /// The mean prediction.
    pub predicted: f64,
    /// The mean of what came: the share to whom it happened, or the mean amount.
    pub observed: f64,
}

/// Predicted beside observed, in up to `bins` groups of about the same number of rows, lowest
/// predictions first.
///
/// # Missing
/// Equal predictions stay in one group, the one where the middle of them falls; so there may be
/// fewer groups, and none without rows.
///
/// # Errors
/// - `Shape`: not as many predictions as labels
///
/// # Example
/// ```
/// use clientele_model::predict::reliability;
///
/// let groups = reliability(&[0.1, 0.1, 0.6, 0.8], &[0.0, 0.0, 1.0, 1.0], 2)?;
/// assert_eq!(groups.len(), 2);
/// assert_eq!((groups[1].predicted, groups[1].observed), (0.7, 1.0));
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn reliability(predictions: &[f64], labels: &[f64], bins: usize) -> Result<Vec<Reliability>> {
    same_length(predictions, labels)?;
    let mut rows: Vec<(f64, f64)> = predictions
        .iter()
        .copied()
        .zip(labels.iter().copied())
        .collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    // Twice the middle rank of equal predictions, so that it is whole, gives their group.
    let mut starts = Vec::new();
    let mut before = 0;
    let mut last = None;
    for tied in rows.chunk_by(|a, b| a.0 >= b.0) {
        let group = (2 * before + tied.len()) * bins / (2 * rows.len());
        if last != Some(group) {
            starts.push(before);
            last = Some(group);
        }
        before += tied.len();
    }
    let ends = starts.iter().copied().skip(1).chain([rows.len()]);
    Ok(starts
        .iter()
        .zip(ends)
        .map(|(start, end)| group(&rows[*start..end]))
        .collect())
}

/// Of rows in order, at least one.
fn group(rows: &[(f64, f64)]) -> Reliability {
    let mean = |of: fn(&(f64, f64)) -> f64| rows.iter().map(of).sum::<f64>() / rows.len() as f64;
    Reliability {
        rows: rows.len(),
        lowest: rows[0].0,
        highest: rows[rows.len() - 1].0,
        predicted: mean(|row| row.0),
        observed: mean(|row| row.1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::reliability;

    proptest! {
        #[test]
        fn groups_hold_every_row_once_and_keep_equal_predictions_together(
            scores in proptest::collection::vec(0_i32..12, 0..80), bins in 1_usize..12,
        ) {
            let predictions: Vec<f64> = scores.iter().map(|score| f64::from(*score)).collect();
            let labels: Vec<f64> = predictions.iter().map(|p| p % 2.0).collect();
            let groups = reliability(&predictions, &labels, bins).expect("as many");
            prop_assert!(groups.len() <= bins);
            prop_assert_eq!(groups.iter().map(|group| group.rows).sum::<usize>(), scores.len());
            let observed: f64 = groups.iter().map(|group| group.observed * group.rows as f64).sum();
            prop_assert!((observed - labels.iter().sum::<f64>()).abs() < 1e-9);
            prop_assert!(groups.windows(2).all(|pair| pair[0].highest < pair[1].lowest));
        }
    }

    #[test]
    fn different_predictions_make_equal_groups() {
        let predictions: Vec<f64> = (0..1000_u32)
            .map(|row| f64::from(row * 7919 % 1000))
            .collect();
        let groups = reliability(&predictions, &predictions, 10).expect("as many");
        assert!(groups.iter().all(|group| group.rows == 100));
    }
}
