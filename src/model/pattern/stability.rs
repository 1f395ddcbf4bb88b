//! Which rules hold again and again: the same rule, counted in each of several periods.

use super::baskets::Baskets;
use super::frequent::Frequent;
use super::recount::Recount;
use super::rules::Rule;

/// In how many folds each rule holds ([`RuleCounts::holds`](super::RuleCounts::holds)).
///
/// A season's rule holds in its season only; a rule to act upon holds in k of n periods.
///
/// # Shapes
/// - `rules`: from `frequent`
/// - `folds`: the baskets of each period; whether they overlap is the caller's choice
/// - returns one count per rule, 0 to the number of folds
#[must_use]
pub fn folds_held(
    rules: &[Rule],
    frequent: &Frequent,
    folds: &[Baskets],
    min_confidence: f64,
) -> Vec<usize> {
    let recount = Recount::of(&frequent.itemsets);
    let mut held = vec![0; rules.len()];
    for fold in folds {
        let counts = recount.count(fold);
        for (held, rule) in held.iter_mut().zip(rules) {
            let here = rule.counts_in(&counts, fold.len());
            *held += usize::from(here.holds(min_confidence));
        }
    }
    held
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{Constraints, Params, frequent, rules};

    #[test]
    fn a_rule_of_one_season_holds_in_that_fold_only() {
        let summer: Baskets = [vec![1, 2], vec![1, 2], vec![3], vec![1, 2]]
            .into_iter()
            .collect();
        let winter: Baskets = [vec![1], vec![2], vec![3], vec![1, 3]]
            .into_iter()
            .collect();
        let whole: Baskets = summer.iter().chain(winter.iter()).collect();
        let params = Params {
            min_count: 3,
            ..Params::default()
        };
        let found = frequent(&whole, &params, &Constraints::none());
        let rules = rules(&found, 0.5, &Constraints::none()).expect("rules");
        assert_eq!(rules.len(), 2);
        assert_eq!(folds_held(&rules, &found, &[summer, winter], 0.5), [1, 1]);
    }
}
