//! CUPED: less noise by what customers did before the campaign.

use super::moments::Moments;
use crate::{Error, Result};

/// Arms with what the past explains taken out.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjusted {
    /// How much more outcome goes with one more of the covariate; 0 if the covariate is constant.
    pub theta: f64,
    /// The arms, in the order given, with adjusted means, variances and covariances.
    pub arms: Vec<Moments>,
}

/// Takes out of the outcome what the covariate explains.
///
/// Whoever spent more before the campaign spends more after it, in any arm. The covariate must be
/// known before the lottery, and whether to adjust must be decided before looking, since of two
/// results the better one is no longer a test.
///
/// # Formula
/// ```text
/// y′ = y − θ (x − x̄),   θ = Σ (nₖ−1) cov(xₖ,yₖ) / Σ (nₖ−1) var(xₖ)   over arms k
/// ```
/// # Shapes
/// - `arms`: two or more, of one campaign and outcome
///
/// # Numerics
/// θ is pooled within arms, not over all customers together: there the effect itself would enter
/// the covariance. So the adjusted difference of two arms is the coefficient of the arm in a
/// regression on arm and covariate (ANCOVA).
///
/// # Errors
/// `TooFew`: fewer than two arms
///
/// # Source
/// Deng, Xu, Kohavi & Walker (2013), WSDM; the difference agrees with `statsmodels` OLS.
pub fn cuped(arms: &[Moments]) -> Result<Adjusted> {
    if arms.len() < 2 {
        return Err(Error::TooFew {
            what: "arms",
            found: arms.len(),
            needed: 2,
        });
    }
    let pooled = |part: fn(&Moments) -> f64| -> f64 {
        arms.iter().map(|arm| (arm.count - 1.0) * part(arm)).sum()
    };
    let spread = pooled(|arm| arm.covariate_variance);
    let theta = if spread > 0.0 {
        pooled(|arm| arm.covariance) / spread
    } else {
        0.0
    };
    let customers: f64 = arms.iter().map(|arm| arm.count).sum();
    let covariates: f64 = arms.iter().map(|arm| arm.count * arm.covariate_mean).sum();
    let adjusted = |arm: &Moments| Moments {
        mean: arm.mean - theta * (arm.covariate_mean - covariates / customers),
        variance: (arm.variance + theta * (theta * arm.covariate_variance - 2.0 * arm.covariance))
            .max(0.0),
        covariance: arm.covariance - theta * arm.covariate_variance,
        ..*arm
    };
    Ok(Adjusted {
        theta,
        arms: arms.iter().map(adjusted).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::cuped;
    use crate::Error;
    use crate::experiment::moments::tests::moments;

    #[test]
    fn what_the_past_explains_entirely_leaves_only_the_effect() {
        // y = 2 x + 3 for the treated, y = 2 x for control, who had bought less by chance.
        let treated = moments(&[(7.0, 2.0), (13.0, 5.0), (21.0, 9.0)]);
        let control = moments(&[(2.0, 1.0), (6.0, 3.0), (8.0, 4.0)]);
        let adjusted = cuped(&[treated, control]).expect("two arms");
        assert!((adjusted.theta - 2.0).abs() < 1e-12);
        assert!((adjusted.arms[0].mean - adjusted.arms[1].mean - 3.0).abs() < 1e-12);
        assert!(adjusted.arms.iter().all(|arm| arm.variance < 1e-12));
    }

    #[test]
    fn a_constant_covariate_changes_nothing() {
        let arms = [
            moments(&[(7.0, 1.0), (13.0, 1.0)]),
            moments(&[(2.0, 1.0), (6.0, 1.0)]),
        ];
        assert_eq!(cuped(&arms).expect("two arms").arms, arms);
        assert!(matches!(cuped(&arms[..1]), Err(Error::TooFew { .. })));
    }
}
