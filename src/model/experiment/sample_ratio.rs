//! Sample-ratio mismatch: whether the arms have the sizes that the lottery should have given them.

use crate::error::require;
use crate::numeric::distribution::chi_squared_upper;
use crate::{Error, Result};

/// Below this p-value a result cannot be trusted. Far below 5 %, since every campaign is checked
/// every night; Fabijan et al. (2019) use 0.0005.
const MISMATCH: f64 = 0.0005;

/// The sizes of arms against their planned shares.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleRatio {
    /// Customers to be expected in each arm.
    pub expected: Vec<f64>,
    /// The test statistic; χ² with one degree of freedom fewer than arms.
    pub chi_squared: f64,
    /// The probability of so large a mismatch by chance.
    pub p_value: f64,
}

impl SampleRatio {
    /// Whether customers were lost or added in one arm and not in another, so that no difference
    /// between the arms tells what the campaign did.
    #[must_use]
    pub fn is_mismatch(&self) -> bool {
        self.p_value < MISMATCH
    }
}

/// Whether the arms have the sizes that were planned.
///
/// # Formula
/// ```text
/// χ² = Σ (nₖ − N sₖ)² / (N sₖ),   N = Σ nₖ
/// ```
/// # Shapes
/// - `counts`: customers per arm, k of them, control included
/// - `shares`: planned, above 0, k of them; only their ratios matter
///
/// # Errors
/// - `Shape`: counts and shares differ in length
/// - `TooFew`: fewer than two arms, or no customers
/// - `OutOfRange`: a share that is not above 0
///
/// # Source
/// Pearson (1900); Fabijan et al. (2019), KDD; agrees with `scipy.stats.chisquare`.
///
/// # Example
/// ```
/// use clientele_model::experiment::sample_ratio;
/// let ratio = sample_ratio(&[821_588, 815_482], &[0.5, 0.5])?;
/// assert!(ratio.is_mismatch()); // Kohavi & Longbotham: 50.2 % is not 50 % of so many
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn sample_ratio(counts: &[u64], shares: &[f64]) -> Result<SampleRatio> {
    if counts.len() != shares.len() {
        return Err(Error::Shape {
            name: "shares",
            found: shares.len(),
            expected: counts.len(),
        });
    }
    let too_few = |what, found, needed| {
        Err(Error::TooFew {
            what,
            found,
            needed,
        })
    };
    if counts.len() < 2 {
        return too_few("arms", counts.len(), 2);
    }
    for (row, &share) in shares.iter().enumerate() {
        require(
            share > 0.0 && share.is_finite(),
            "share",
            share,
            row,
            "above 0",
        )?;
    }
    let customers: u64 = counts.iter().sum();
    if customers == 0 {
        return too_few("customers", 0, 1);
    }
    let whole: f64 = shares.iter().sum();
    let expected: Vec<f64> = shares
        .iter()
        .map(|share| customers as f64 * share / whole)
        .collect();
    let chi_squared = counts
        .iter()
        .zip(&expected)
        .map(|(&count, expected)| (count as f64 - expected).powi(2) / expected)
        .sum();
    Ok(SampleRatio {
        p_value: chi_squared_upper(chi_squared, (counts.len() - 1) as f64),
        expected,
        chi_squared,
    })
}

#[cfg(test)]
mod tests {
    use super::sample_ratio;
    use crate::Error;

    #[test]
    fn the_arms_of_hillstrom_are_those_planned() {
        // scipy.stats.chisquare([21307, 21387, 21306])
        let ratio = sample_ratio(&[21_307, 21_387, 21_306], &[1.0, 1.0, 1.0]).expect("arms");
        assert!((ratio.chi_squared - 0.202_531_25).abs() < 1e-12);
        assert!((ratio.p_value - 0.903_692_957_560_419_6).abs() < 1e-12);
        assert!(!ratio.is_mismatch());
    }

    #[test]
    fn what_cannot_be_judged_says_why() {
        let failure =
            |counts: &[u64], shares: &[f64]| sample_ratio(counts, shares).expect_err("bad");
        assert!(matches!(failure(&[1, 2], &[1.0]), Error::Shape { .. }));
        assert!(matches!(failure(&[1], &[1.0]), Error::TooFew { .. }));
        assert!(matches!(
            failure(&[0, 0], &[0.5, 0.5]),
            Error::TooFew { .. }
        ));
        assert!(matches!(
            failure(&[1, 2], &[1.0, 0.0]),
            Error::OutOfRange { row: 1, .. }
        ));
    }
}
