//! Ranks, and what they measure: how well a score puts customers in order.

use super::loss::same_length;
use crate::Result;

/// The rank of each value from 1; equal ones share the middle of theirs.
pub(crate) fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    let value = |row: &u32| values[*row as usize];
    order.sort_unstable_by(|a, b| value(a).total_cmp(&value(b)));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    // As numbers, so that −0 equals 0.
    for tied in order.chunk_by(|a, b| value(a) >= value(b)) {
        let rank = before as f64 + 0.5 * (tied.len() + 1) as f64;
        for row in tied {
            ranks[*row as usize] = rank;
        }
        before += tied.len();
    }
    ranks
}

/// How likely a customer to whom it happened has a higher score than one to whom it did not; ties
/// count half. 0.5 is chance, 1 a perfect order.
///
/// # Formula
/// ```text
/// AUC = (Σ ranks of positives − n₁(n₁ + 1)/2) / (n₁ n₀)
/// ```
/// # Shapes
/// - `labels`: 1 where it happened, else 0
///
/// # Missing
/// Nothing with labels of one kind.
///
/// # Errors
/// - `Shape`: not as many scores as labels
///
/// # Source
/// Hanley & `McNeil` (1982), Radiology 143. Agrees with scikit-learn `roc_auc_score`.
///
/// # Example
/// ```
/// let auc = clientele_model::predict::auc(&[0.1, 0.4, 0.35, 0.8], &[0.0, 0.0, 1.0, 1.0])?;
/// assert_eq!(auc, Some(0.75));
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn auc(scores: &[f64], labels: &[f64]) -> Result<Option<f64>> {
    same_length(scores, labels)?;
    let ranks = mid_ranks(scores);
    let of_positives = ranks.iter().zip(labels).filter(|(_, label)| **label > 0.5);
    let (count, sum) = of_positives.fold((0.0, 0.0), |(count, sum), (rank, _)| {
        (count + 1.0, sum + rank)
    });
    let pairs = count * (labels.len() as f64 - count);
    Ok((pairs > 0.0).then(|| (sum - 0.5 * count * (count + 1.0)) / pairs))
}

/// Spearman's correlation: Pearson's, of ranks. Nothing where one of the two does not vary.
pub(crate) fn rank_correlation(first: &[f64], second: &[f64]) -> Option<f64> {
    let centre = 0.5 * (first.len() + 1) as f64;
    let (first, second) = (mid_ranks(first), mid_ranks(second));
    let product = |a: &[f64], b: &[f64]| -> f64 {
        let pairs = a.iter().zip(b);
        pairs.map(|(a, b)| (a - centre) * (b - centre)).sum()
    };
    let spread = (product(&first, &first) * product(&second, &second)).sqrt();
    (spread > 0.0).then(|| product(&first, &second) / spread)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{auc, mid_ranks, rank_correlation};

    #[test]
    fn ties_share_the_middle_of_their_ranks() {
        assert_eq!(
            mid_ranks(&[3.0, 1.0, 3.0, 0.0, -0.0]),
            [4.5, 3.0, 4.5, 1.5, 1.5]
        );
    }

    #[test]
    fn rank_correlation_with_ties_is_that_of_scipy() {
        // scipy 1.17.1: spearmanr([1, 2, 2, 4, 5], [2, 1, 3, 3, 9]).
        let found = rank_correlation(&[1.0, 2.0, 2.0, 4.0, 5.0], &[2.0, 1.0, 3.0, 3.0, 9.0]);
        assert!((found.expect("both vary") - 0.763_157_894_736_842_1).abs() < 1e-12);
        assert_eq!(rank_correlation(&[1.0, 1.0], &[1.0, 2.0]), None);
    }

    fn scored() -> impl Strategy<Value = Vec<(f64, f64)>> {
        let row = (-4_i32..5, any::<bool>());
        let row = row.prop_map(|(score, label)| (f64::from(score), f64::from(u8::from(label))));
        proptest::collection::vec(row, 0..60)
    }

    proptest! {
        #[test]
        fn auc_is_the_share_of_pairs_in_order(rows in scored()) {
            let (scores, labels): (Vec<f64>, Vec<f64>) = rows.iter().copied().unzip();
            let of = |kind: f64| rows.iter().filter(move |row| (row.1 - kind).abs() < 0.5);
            let (mut pairs, mut right) = (0.0, 0.0);
            for (yes, no) in of(1.0).flat_map(|yes| of(0.0).map(move |no| (yes.0, no.0))) {
                pairs += 1.0;
                right += if yes > no { 1.0 } else if yes < no { 0.0 } else { 0.5 };
            }
            let expected = (pairs > 0.0).then(|| right / pairs);
            let found = auc(&scores, &labels).expect("as many");
            prop_assert_eq!(found.is_some(), expected.is_some());
            if let (Some(found), Some(expected)) = (found, expected) {
                prop_assert!((found - expected).abs() < 1e-12);
            }
            let monotone: Vec<f64> = scores.iter().map(|score| score.exp() - 3.0).collect();
            prop_assert_eq!(auc(&monotone, &labels).expect("as many"), found);
        }
    }
}
