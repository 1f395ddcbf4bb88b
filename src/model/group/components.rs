//! How many components a mixture has.

use std::ops::RangeInclusive;

use ndarray::ArrayView2;

use super::k_means;
use super::mixture::{Fitted, Params, fit_sorted};
use super::rows::Rows;
use crate::{Error, Result};

/// One number of components, tried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trial {
    /// How many.
    pub components: usize,
    /// Bayes's information criterion, per row.
    pub bic: f64,
    /// The share of the smallest component.
    pub least_share: f64,
}

/// How many groups of customers there are, if groups may be stretched and overlap: of the numbers without a tiny component the
/// one with the least BIC, fitted.
///
/// # Shapes
/// - `rows`: customers × features, standardised
/// - `components`: numbers to try
/// - `least_share`: no component may have a smaller share of the rows
/// - returns one trial per number whose climb ended, and the mixture, if any will do
///
/// # Errors
/// - `TooFew`: fewer different rows than components; no feature; no number to try
/// - `OutOfRange`: a value that is not finite
/// - what the last fit says, if none ended
///
/// # Numerics
/// Trials climb on `start.start_rows` rows, the chosen one on all.
///
/// # Source
/// Schwarz (1978), Annals of Statistics 6(2); Fraley & Raftery (2002), JASA 97.
pub fn choose(
    rows: ArrayView2<f64>,
    components: RangeInclusive<usize>,
    least_share: f64,
    params: &Params,
) -> Result<(Vec<Trial>, Option<Fitted>)> {
    let rows = Rows::sorted(rows, params.rows)?;
    let for_trials = rows.thinned(params.start.start_rows);
    let mut trials = Vec::new();
    let mut failed = Error::TooFew {
        what: "numbers of components to try",
        found: 0,
        needed: 1,
    };
    for components in components {
        match fit_sorted(&for_trials, &with_components(params, components)) {
            Ok(fitted) => trials.push(Trial {
                components,
                bic: fitted.bic / for_trials.len() as f64,
                least_share: fitted.weights.iter().copied().fold(1.0, f64::min),
            }),
            Err(error) => failed = error,
        }
    }
    if trials.is_empty() {
        return Err(failed);
    }
    let possible = trials
        .iter()
        .filter(|trial| trial.least_share >= least_share);
    let best = possible.min_by(|a, b| a.bic.total_cmp(&b.bic));
    let fitted = best.map(|best| fit_sorted(&rows, &with_components(params, best.components)));
    Ok((trials, fitted.transpose()?))
}

fn with_components(params: &Params, components: usize) -> Params {
    Params {
        start: k_means::Params {
            clusters: components,
            ..params.start.clone()
        },
        ..params.clone()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis, concatenate};

    use super::choose;
    use crate::group::adjusted_rand;
    use crate::group::mixture::Params;
    use crate::group::tests::{blobs, iris};

    #[test]
    fn iris_has_two_components_by_bic_as_scikit_learn_says() {
        // GaussianMixture(k, tol=1e-10, n_init=10, random_state=0).bic(X) is least at 2: 574.0178
        let params = Params {
            tolerance: 1e-10,
            iterations: 5000,
            ..Params::default()
        };
        let (trials, fitted) = choose(iris().0.view(), 1..=3, 0.02, &params).expect("a choice");
        assert!(
            (trials[1].bic * 150.0 - 574.017_832_720_746).abs() < 1e-5,
            "{trials:?}"
        );
        assert_eq!(fitted.expect("a mixture").weights.len(), 2);
    }

    #[test]
    fn planted_clouds_are_counted_and_recovered_in_any_order() {
        let (rows, planted) = blobs(3000, 4, 5, 0.5);
        let choose = |rows: &Array2<f64>| {
            choose(rows.view(), 2..=6, 0.02, &Params::default()).expect("a choice")
        };
        let (trials, fitted) = choose(&rows);
        let fitted = fitted.expect("a mixture");
        assert_eq!(fitted.weights.len(), 4, "{trials:?}");
        let found = fitted.assign(rows.view()).expect("as fitted");
        let labels: Vec<usize> = found.iter().map(|one| one.cluster).collect();
        assert!(adjusted_rand(&planted, &labels).expect("one length") > 0.95);
        assert!(found.iter().all(|one| one.cluster != one.second));
        let backwards: Vec<usize> = (0..3000).rev().collect();
        assert_eq!(
            choose(&rows.select(Axis(0), &backwards)).1.as_ref(),
            Some(&fitted)
        );
        let twice = choose(&concatenate![Axis(0), rows, rows])
            .1
            .expect("a mixture");
        for (one, other) in fitted.means.iter().zip(&twice.means) {
            assert!((one - other).abs() < 1e-3, "{one} {other}");
        }
    }

    #[test]
    fn without_a_number_that_will_do_there_is_no_mixture() {
        let (rows, _) = blobs(600, 2, 3, 0.5);
        let (trials, fitted) =
            choose(rows.view(), 3..=4, 0.45, &Params::default()).expect("trials");
        assert!(!trials.is_empty() && fitted.is_none());
        assert!(choose(Array2::ones((50, 2)).view(), 2..=3, 0.0, &Params::default()).is_err());
    }
}
