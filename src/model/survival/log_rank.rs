//! The log-rank test: whether something happens sooner in one group than in another.

use ndarray::{Array1, Array2};

use super::risk::{Observation, Risk, risks};
use crate::numeric::distribution::chi_squared_upper;
use crate::numeric::matrix::{cholesky, solve};
use crate::{Error, Result};

/// How different the curves of groups are.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRank {
    /// Events seen in each group.
    pub observed: Vec<f64>,
    /// Events to be expected in each, if all groups had one curve.
    pub expected: Vec<f64>,
    /// The test statistic; χ² with one degree of freedom fewer than groups.
    pub chi_squared: f64,
    /// The probability of so large a difference by chance.
    pub p_value: f64,
}

/// Whether groups differ in when something happens to them.
///
/// # Formula
/// ```text
/// U_g = Σᵢ (d_ig − dᵢ·n_ig/nᵢ);   V_gh = Σᵢ dᵢ(nᵢ−dᵢ)/(nᵢ−1) · n_ig/nᵢ · ([g=h] − n_ih/nᵢ)
/// χ² = U′V⁻¹U
/// ```
/// # Errors
/// - `TooFew`: fewer than two groups
/// - `OutOfRange`: as [`kaplan_meier`](super::kaplan_meier())
/// - `NotIdentified`: no time at which there was an event and more than one group at risk
///
/// # Source
/// Mantel (1966), Cancer Chemotherapy Reports 50; agrees with R `survival::survdiff`.
pub fn log_rank(groups: &[Vec<Observation>]) -> Result<LogRank> {
    if groups.len() < 2 {
        return Err(Error::TooFew {
            what: "groups",
            found: groups.len(),
            needed: 2,
        });
    }
    let whole = risks(&groups.concat())?;
    let tables = groups
        .iter()
        .map(|group| Ok((Risk::new(group)?, risks(group)?)))
        .collect::<Result<Vec<_>>>()?;
    let size = groups.len() - 1;
    let mut difference: Array1<f64> = Array1::zeros(size);
    let mut variance: Array2<f64> = Array2::zeros((size, size));
    let mut expected = vec![0.0; groups.len()];
    for (time, at_risk, events) in whole {
        let shares: Vec<f64> = tables
            .iter()
            .map(|(risk, _)| risk.at(time) / at_risk)
            .collect();
        let spread = if at_risk > 1.0 {
            events * (at_risk - events) / (at_risk - 1.0)
        } else {
            0.0
        };
        for (group, share) in shares.iter().enumerate() {
            expected[group] += events * share;
        }
        for g in 0..size {
            for h in 0..size {
                let same = f64::from(u8::from(g == h));
                variance[[g, h]] += spread * shares[g] * (same - shares[h]);
            }
        }
    }
    let seen = |(_, steps): &(Risk, Vec<(f64, f64, f64)>)| steps.iter().map(|step| step.2).sum();
    let observed: Vec<f64> = tables.iter().map(seen).collect();
    for group in 0..size {
        difference[group] = observed[group] - expected[group];
    }
    let lower = cholesky(&variance).ok_or(Error::NotIdentified {
        reason: "no two groups were at risk together",
    })?;
    let chi_squared = difference.dot(&solve(&lower, difference.view()));
    Ok(LogRank {
        observed,
        expected,
        chi_squared,
        p_value: chi_squared_upper(chi_squared, size as f64),
    })
}

#[cfg(test)]
mod tests {
    use super::log_rank;
    use crate::Error;
    use crate::survival::risk::Observation;
    use crate::survival::risk::tests::{freireich, watched};

    #[test]
    fn the_log_rank_test_of_remission_is_the_published_one() {
        // R: survdiff gives 16.8 on 1 degree, observed 9 and 21, expected 19.3 and 10.7.
        let (treated, placebo) = freireich();
        let test = log_rank(&[treated, placebo]).expect("two groups");
        assert!((test.chi_squared - 16.793).abs() < 1e-3, "{test:?}");
        assert!((test.expected[0] - 19.2505).abs() < 1e-3, "{test:?}");
        assert!((test.observed[1] - 21.0).abs() < 1e-12);
        assert!((test.p_value - 4.17e-5).abs() < 1e-6, "{test:?}");
    }

    #[test]
    fn weights_count_like_repeated_rows() {
        let (treated, placebo) = freireich();
        let heavy = |rows: &[Observation]| -> Vec<Observation> {
            rows.iter()
                .map(|row| Observation {
                    weight: 2.0,
                    ..*row
                })
                .collect()
        };
        let a = log_rank(&[heavy(&treated), heavy(&placebo)]).expect("two groups");
        let b = log_rank(&[treated.repeat(2), placebo.repeat(2)]).expect("two groups");
        assert!((a.chi_squared - b.chi_squared).abs() < 1e-10);
    }

    #[test]
    fn groups_that_were_never_at_risk_together_cannot_be_compared() {
        assert!(matches!(log_rank(&[vec![]]), Err(Error::TooFew { .. })));
        let apart = [vec![watched(0.0, 1.0, true)], vec![watched(2.0, 3.0, true)]];
        assert!(matches!(log_rank(&apart), Err(Error::NotIdentified { .. })));
    }
}
