//! How far two groupings of the same customers agree.

use std::collections::BTreeMap;

use crate::{Error, Result};

/// The agreement of two groupings: 1 for the same groups under any names, 0 for no more than
/// chance.
///
/// # Formula
/// ```text
///        Σᵢⱼ C(nᵢⱼ,2) − E             Σᵢ C(aᵢ,2) · Σⱼ C(bⱼ,2)
/// ARI = ─────────────────────,   E = ─────────────────────────,   M = ½ (Σᵢ C(aᵢ,2) + Σⱼ C(bⱼ,2))
///            M − E                            C(n,2)
/// ```
/// # Shapes
/// - `first`, `second`: one label per customer, in one order
/// - returns −0.5 to 1
///
/// # Missing
/// 1 where both put everyone into one group, or each alone, or there are fewer than two customers.
///
/// # Errors
/// `Shape`: unequal lengths
///
/// # Source
/// Hubert & Arabie (1985), Journal of Classification 2, eq. 5.
///
/// # Example
/// ```
/// use clientele_model::group::adjusted_rand;
///
/// let index = adjusted_rand(&[0, 0, 1, 1], &[0, 0, 1, 2])?;
/// assert!((index - 0.571_428_571_428_571).abs() < 1e-14); // scikit-learn
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn adjusted_rand(first: &[usize], second: &[usize]) -> Result<f64> {
    if first.len() != second.len() {
        return Err(Error::Shape {
            name: "the second grouping",
            found: second.len(),
            expected: first.len(),
        });
    }
    let both = pairs(first.iter().zip(second));
    let (in_first, in_second) = (pairs(first.iter()), pairs(second.iter()));
    let all = choose_two(first.len());
    let chance = if all > 0.0 {
        in_first * in_second / all
    } else {
        0.0
    };
    let most = 0.5 * (in_first + in_second);
    let room = most - chance;
    Ok(if room > 0.0 {
        (both - chance) / room
    } else {
        1.0
    })
}

/// Pairs of customers under one label.
fn pairs<T: Ord>(labels: impl Iterator<Item = T>) -> f64 {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for label in labels {
        *counts.entry(label).or_default() += 1;
    }
    counts.into_values().map(choose_two).sum()
}

fn choose_two(count: usize) -> f64 {
    0.5 * count as f64 * (count as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::adjusted_rand;
    use crate::Error;

    #[test]
    fn agreement_is_that_of_scikit_learn() {
        // sklearn 1.9.1: adjusted_rand_score.
        for (a, b, wanted) in [
            ([0, 0, 1, 1], [1, 1, 0, 0], 1.0),
            ([0, 0, 1, 1], [0, 1, 0, 1], -0.5),
            ([0, 0, 0, 0], [0, 1, 2, 3], 0.0),
            ([0, 0, 0, 0], [5, 5, 5, 5], 1.0),
            ([0, 1, 2, 3], [3, 2, 1, 0], 1.0),
        ] {
            let found = adjusted_rand(&a, &b).expect("one length");
            assert!((found - wanted).abs() < 1e-15, "{a:?} {b:?}: {found}");
        }
        assert!(matches!(
            adjusted_rand(&[1], &[]),
            Err(Error::Shape { found: 0, .. })
        ));
    }

    proptest! {
        #[test]
        fn agreement_is_symmetric_and_blind_to_names(
            labels in proptest::collection::vec((0_usize..4, 0_usize..5), 2..60),
        ) {
            let (a, b): (Vec<usize>, Vec<usize>) = labels.into_iter().unzip();
            let there = adjusted_rand(&a, &b).expect("one length");
            let back = adjusted_rand(&b, &a).expect("one length");
            let renamed: Vec<usize> = a.iter().map(|label| 9 - label).collect();
            let other = adjusted_rand(&renamed, &b).expect("one length");
            prop_assert!((there - back).abs() < 1e-12 && (there - other).abs() < 1e-12);
            prop_assert!(there <= 1.0 + 1e-12);
            prop_assert!((adjusted_rand(&a, &a).expect("one length") - 1.0).abs() < 1e-12);
        }
    }
}
