//! What else to offer: items that rules add to a customer's recent baskets.

use rayon::prelude::*;

use super::baskets::Baskets;
use super::itemsets::Itemsets;
use super::ranking::{Offer, keep_best};
use super::recount::Recount;
use super::rules::Rule;
use super::sequences::Sequences;
use crate::{Error, Result};

/// An item to offer to a customer, and why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recommendation {
    /// Number of the customer in the slice.
    pub customer: usize,
    /// The item, which the customer has never bought.
    pub item: u32,
    /// Number of the rule that says so.
    pub rule: usize,
    /// The confidence of the rule.
    pub confidence: f64,
    /// `confidence` times the value of the item.
    pub expected_value: f64,
}

impl Offer for Recommendation {
    fn item(&self) -> u32 {
        self.item
    }

    fn rule(&self) -> usize {
        self.rule
    }

    fn expected_value(&self) -> f64 {
        self.expected_value
    }
}

/// Association rules, ready for any customers.
///
/// # Example
/// ```
/// use clientele_model::pattern::{
///     Baskets, Constraints, CrossSell, Params, Sequences, frequent, rules,
/// };
/// let baskets: Baskets =
///     [vec![1, 2], vec![1, 2], vec![1, 3], vec![1, 2, 3]].into_iter().collect();
/// let found = frequent(&baskets, &Params::default(), &Constraints::none());
/// let rules = rules(&found, 0.5, &Constraints::none())?;
/// // One customer, who has just bought item 1, and item 3 long ago.
/// let recent: Sequences = [vec![(0, 1)]].into_iter().collect();
/// let owned: Baskets = [vec![1, 3]].into_iter().collect();
/// let offers = CrossSell::of(&found.itemsets, &rules).recommend(&recent, &owned, |_| 10.0, 5)?;
/// assert_eq!((offers.len(), offers[0].item), (1, 2));
/// assert!((offers[0].expected_value - 7.5).abs() < 1e-12);
/// # Ok::<(), clientele_model::Error>(())
/// ```
#[derive(Debug)]
pub struct CrossSell<'a> {
    itemsets: &'a Itemsets,
    rules: &'a [Rule],
    /// The antecedents, each once.
    antecedents: Recount,
    /// Numbers of the rules, by antecedent.
    order: Vec<usize>,
    /// By antecedent: where its rules end in `order`.
    ends: Vec<usize>,
}

impl<'a> CrossSell<'a> {
    /// Of `rules` made from `itemsets`.
    #[must_use]
    pub fn of(itemsets: &'a Itemsets, rules: &'a [Rule]) -> Self {
        let mut order: Vec<usize> = (0..rules.len()).collect();
        order.sort_by_key(|&rule| rules[rule].antecedent);
        let (mut antecedents, mut ends) = (Itemsets::default(), Vec::new());
        let same =
            |left: &usize, right: &usize| rules[*left].antecedent == rules[*right].antecedent;
        for group in order.chunk_by(same) {
            antecedents.push([itemsets.items(rules[group[0]].antecedent), &[]], 0);
            ends.push(ends.last().copied().unwrap_or(0) + group.len());
        }
        Self {
            itemsets,
            rules,
            antecedents: Recount::of(&antecedents),
            order,
            ends,
        }
    }

    /// For each customer the best `most` items never bought, those first from which most is to be
    /// expected: confidence times value.
    ///
    /// A rule counts if a recent basket holds its antecedent. Of several rules with one
    /// consequent the most confident is the evidence. Customers may come slice by slice.
    ///
    /// # Shapes
    /// - `recent`: each customer's recent baskets, one per day or order
    /// - `owned`: all items that each of these customers ever bought
    /// - `value`: what one sale of an item is worth; offers worth nothing are left out
    /// - returns offers by customer, the best first; equal ones by item
    ///
    /// # Errors
    /// - `Shape`: `owned` has not one set per customer.
    pub fn recommend(
        &self,
        recent: &Sequences,
        owned: &Baskets,
        value: impl Fn(u32) -> f64 + Sync,
        most: usize,
    ) -> Result<Vec<Recommendation>> {
        if owned.len() != recent.len() {
            return Err(Error::Shape {
                name: "owned",
                found: owned.len(),
                expected: recent.len(),
            });
        }
        let offers = (0..recent.len()).into_par_iter().flat_map_iter(|customer| {
            let mut offers = self.offers(recent, customer, owned.get(customer), &value);
            keep_best(&mut offers, most);
            offers
        });
        Ok(offers.collect())
    }

    /// Everything that rules offer to a customer.
    fn offers(
        &self,
        recent: &Sequences,
        customer: usize,
        owned: &[u32],
        value: impl Fn(u32) -> f64,
    ) -> Vec<Recommendation> {
        let mut fired = Vec::new();
        for (_, basket) in recent.history(customer) {
            self.antecedents
                .visit(basket, &mut |antecedent| fired.push(antecedent));
        }
        fired.sort_unstable();
        fired.dedup();
        fired
            .into_iter()
            .flat_map(|antecedent| {
                let before = antecedent.checked_sub(1);
                &self.order[before.map_or(0, |before| self.ends[before])..self.ends[antecedent]]
            })
            .map(|&number| {
                let rule = &self.rules[number];
                let item = self.itemsets.items(rule.consequent)[0];
                let confidence = f64::from(rule.counts.both) / f64::from(rule.counts.antecedent);
                Recommendation {
                    customer,
                    item,
                    rule: number,
                    confidence,
                    expected_value: confidence * value(item),
                }
            })
            .filter(|offer| offer.expected_value > 0.0 && owned.binary_search(&offer.item).is_err())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pattern::{Constraints, Params, frequent, rules};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn offers_agree_with_brute_force(
            baskets in prop::collection::vec(prop::collection::vec(0_u32..7, 0..6), 1..25),
            recent in prop::collection::vec(prop::collection::vec((0..3, 0_u32..7), 0..7), 0..6),
            older in prop::collection::vec(prop::collection::vec(0_u32..7, 0..3), 6),
            most in 1_usize..4,
        ) {
            let baskets: Baskets = baskets.into_iter().collect();
            let found = frequent(&baskets, &Params::default(), &Constraints::none());
            let rules = rules(&found, 0.2, &Constraints::none()).expect("rules");
            let value = |item: u32| f64::from(item % 3);
            let mut expected = Vec::new();
            for (customer, (recent, older)) in recent.iter().zip(&older).enumerate() {
                let has = |day: i32, item: u32| recent.contains(&(day, item));
                let owns = |item: u32| older.contains(&item) || (0..3).any(|day| has(day, item));
                let mut offers: Vec<(u32, usize, f64)> = Vec::new();
                for item in (0..7).filter(|&item| !owns(item)) {
                    let mut best: Option<(usize, f64)> = None;
                    for (number, rule) in rules.iter().enumerate() {
                        let left = found.itemsets.items(rule.antecedent);
                        let fires = (0..3).any(|day| left.iter().all(|&item| has(day, item)));
                        let worth = rule.counts.measures().confidence * value(item);
                        if found.itemsets.items(rule.consequent) == [item]
                            && fires
                            && worth > best.map_or(0.0, |best| best.1)
                        {
                            best = Some((number, worth));
                        }
                    }
                    offers.extend(best.map(|(rule, worth)| (item, rule, worth)));
                }
                offers.sort_by(|left, right| right.2.total_cmp(&left.2));
                offers.truncate(most);
                let offers = offers.into_iter();
                expected.extend(offers.map(|(item, rule, worth)| (customer, item, rule, worth)));
            }
            let owned: Baskets = recent
                .iter()
                .zip(&older)
                .map(|(recent, older)| {
                    let recent = recent.iter().map(|&(_, item)| item);
                    recent.chain(older.iter().copied()).collect::<Vec<u32>>()
                })
                .collect();
            let recent: Sequences = recent.into_iter().collect();
            let cross_sell = CrossSell::of(&found.itemsets, &rules);
            let offers = cross_sell.recommend(&recent, &owned, value, most).expect("one each");
            let offers: Vec<(usize, u32, usize, f64)> = offers
                .iter()
                .map(|offer| (offer.customer, offer.item, offer.rule, offer.expected_value))
                .collect();
            prop_assert_eq!(offers, expected);
        }
    }
}
