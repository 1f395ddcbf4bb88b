//! What a customer is about to buy: rules whose window is open on the last day observed.

use std::ops::Range;

use rayon::prelude::*;

use super::antecedents::first_together;
use super::ranking::{Offer, keep_best};
use super::sequence_rule::SequenceRules;
use super::sequences::Sequences;

/// An item that a customer may buy soon, and why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NextPurchase {
    /// Number of the customer in the slice.
    pub customer: usize,
    /// The item.
    pub item: u32,
    /// Number of the rule that says so.
    pub rule: usize,
    /// Days until its window closes.
    pub days_left: u32,
    /// The probability to buy the item in these days.
    pub probability: f64,
    /// `probability` times the value of the item.
    pub expected_value: f64,
}

impl Offer for NextPurchase {
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

/// Sequence rules, ready for any customers.
///
/// # Example
/// ```
/// use clientele_model::pattern::{
///     OpenWindows, SequenceRuleParams, Sequences, sequence_rules,
/// };
/// // Of three buyers of 1 one buys 2 after 10 days and one after 40; the third has waited for 20.
/// let histories: Sequences = [
///     vec![(0, 1), (10, 2)],
///     vec![(0, 1), (40, 2)],
///     vec![(80, 1)],
/// ]
/// .into_iter()
/// .collect();
/// let rules = sequence_rules(&histories, &SequenceRuleParams::new(100, vec![60]))?;
/// let next = OpenWindows::of(&rules).next_purchases(&histories, 100, |_| 1.0, 5);
/// assert_eq!((next.len(), next[0].customer, next[0].item), (1, 2, 2));
/// assert_eq!(next[0].days_left, 40);
/// // Whoever had not bought by day 20 did by day 40.
/// assert!((next[0].probability - 1.0).abs() < 1e-12);
/// # Ok::<(), clientele_model::Error>(())
/// ```
#[derive(Debug)]
pub struct OpenWindows<'a> {
    rules: &'a SequenceRules,
    /// By lowest item: antecedents, and where their rules stand.
    antecedents: Vec<Vec<(usize, Range<usize>)>>,
}

impl<'a> OpenWindows<'a> {
    /// Of `rules`.
    #[must_use]
    pub fn of(rules: &'a SequenceRules) -> Self {
        let mut antecedents = Vec::new();
        let mut start = 0;
        for group in rules
            .rules
            .chunk_by(|left, right| left.antecedent == right.antecedent)
        {
            let antecedent = group[0].antecedent;
            let lowest = rules.antecedents.items(antecedent)[0] as usize;
            if antecedents.len() <= lowest {
                antecedents.resize(lowest + 1, Vec::new());
            }
            antecedents[lowest].push((antecedent, start..start + group.len()));
            start += group.len();
        }
        Self { rules, antecedents }
    }

    /// For each customer the best `most` items with an open window, those first from which most
    /// is to be expected: probability times value.
    ///
    /// A window is open for a customer who bought the antecedent, as the rule counts it, e days
    /// ago, e less than its length w, and has not bought the consequent since. Of several
    /// rules with one consequent the most probable is the evidence. Customers may come slice by
    /// slice, and need not be those the rules were found with.
    ///
    /// # Formula
    /// ```text
    /// P(buys within the w − e days left | not yet) = 1 − S(w) / S(e)
    /// ```
    /// # Shapes
    /// - `sequences`: the whole history of each customer up to `last_day`
    /// - `value`: what one sale of an item is worth; offers worth nothing are left out
    /// - returns offers by customer, the best first; equal ones by item
    ///
    /// # Missing
    /// Where the rule saw nobody wait for e days without buying there is no probability, and no
    /// offer.
    #[must_use]
    pub fn next_purchases(
        &self,
        sequences: &Sequences,
        last_day: i32,
        value: impl Fn(u32) -> f64 + Sync,
        most: usize,
    ) -> Vec<NextPurchase> {
        (0..sequences.len())
            .into_par_iter()
            .flat_map_iter(|customer| {
                let mut offers = self.offers(sequences, customer, last_day, &value);
                keep_best(&mut offers, most);
                offers
            })
            .collect()
    }

    /// Everything that rules with an open window offer to a customer.
    fn offers(
        &self,
        sequences: &Sequences,
        customer: usize,
        last_day: i32,
        value: impl Fn(u32) -> f64,
    ) -> Vec<NextPurchase> {
        let history = sequences.history(customer);
        // Each item with the last day on which it was bought.
        let mut bought: Vec<(u32, i32)> = history
            .clone()
            .rev()
            .flat_map(|(day, items)| items.iter().map(move |&item| (item, day)))
            .collect();
        bought.sort_by_key(|&(item, _)| item);
        bought.dedup_by_key(|&mut (item, _)| item);
        let last = |item: u32| {
            let found = bought.binary_search_by_key(&item, |&(item, _)| item);
            found.ok().map(|place| bought[place].1)
        };
        let mut offers = Vec::new();
        let lowest = bought
            .iter()
            .filter_map(|&(item, _)| self.antecedents.get(item as usize));
        for (antecedent, rules) in lowest.flatten() {
            let items = self.rules.antecedents.items(*antecedent);
            if !items.iter().all(|&item| last(item).is_some()) {
                continue;
            }
            let Some(start) = first_together(history.clone(), items, self.rules.together_days)
            else {
                continue;
            };
            let waited = last_day.abs_diff(start);
            for number in rules.clone() {
                let rule = &self.rules.rules[number];
                let is_open = waited < rule.window_days;
                if !is_open || last(rule.consequent).is_some_and(|day| day > start) {
                    continue;
                }
                let still = self.rules.survival(rule, waited);
                let probability = 1.0 - self.rules.survival(rule, rule.window_days) / still;
                offers.push(NextPurchase {
                    customer,
                    item: rule.consequent,
                    rule: number,
                    days_left: rule.window_days - waited,
                    probability,
                    expected_value: probability * value(rule.consequent),
                });
            }
        }
        offers.retain(|offer| offer.expected_value > 0.0);
        offers
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pattern::{SequenceRuleParams, brute_force, sequence_rules};

    type History = Vec<(i32, u32)>;

    /// The definition, rule by rule: customer, item, and the best expected value.
    fn expected(
        histories: &[History],
        rules: &SequenceRules,
        params: &SequenceRuleParams,
    ) -> Vec<(usize, u32, f64)> {
        let mut all = Vec::new();
        for (customer, history) in histories.iter().enumerate() {
            let mut offers = Vec::new();
            for item in 0..4 {
                let of_item = rules.rules.iter().filter(|rule| rule.consequent == item);
                let probability = of_item.filter_map(|rule| {
                    let set = rules.antecedents.items(rule.antecedent);
                    let start = brute_force::start(history, set, params.together_days)?;
                    let waited = params.last_day.abs_diff(start);
                    let since = history
                        .iter()
                        .any(|&(day, other)| other == item && day > start);
                    let exits: Vec<(u32, bool)> = histories
                        .iter()
                        .filter_map(|other| brute_force::exit(other, (set, item), params))
                        .collect();
                    let left = rule
                        .window_days
                        .checked_sub(waited)
                        .filter(|&left| left > 0)?;
                    let curve = brute_force::curve(&exits);
                    let stays = curve
                        .remaining(f64::from(waited), f64::from(left), 0.95)
                        .value;
                    let waiting = curve.survival(f64::from(waited), 0.95).value > 0.0;
                    (!since && waiting).then_some(1.0 - stays)
                });
                let best = probability.fold(0.0, f64::max);
                if best > 0.0 {
                    offers.push((customer, item, best * f64::from(item + 1)));
                }
            }
            offers.sort_by(|left, right| right.2.total_cmp(&left.2));
            all.extend(offers);
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn offers_agree_with_brute_force(
            histories in prop::collection::vec(prop::collection::vec((0..9, 0_u32..4), 0..8), 0..9),
            max_antecedent in 1_usize..3,
            together_days in 0_u32..4,
            windows_days in prop::collection::vec(1_u32..12, 1..3),
        ) {
            let params = SequenceRuleParams {
                max_antecedent,
                together_days,
                ..SequenceRuleParams::new(10, windows_days)
            };
            let all: Sequences = histories.iter().collect();
            let rules = sequence_rules(&all, &params).expect("rules");
            let value = |item| f64::from(item + 1);
            let found = OpenWindows::of(&rules).next_purchases(&all, 10, value, usize::MAX);
            let mut expected = expected(&histories, &rules, &params);
            prop_assert_eq!(found.len(), expected.len());
            // Values are equal up to rounding only: compare item by item.
            let mut found: Vec<(usize, u32, f64)> = found
                .iter()
                .map(|offer| (offer.customer, offer.item, offer.expected_value))
                .collect();
            let values = |offers: &[(usize, u32, f64)]| -> Vec<(usize, f64)> {
                offers.iter().map(|offer| (offer.0, offer.2)).collect()
            };
            for (found, expected) in values(&found).into_iter().zip(values(&expected)) {
                prop_assert!(found.0 == expected.0 && (found.1 - expected.1).abs() < 1e-9);
            }
            found.sort_by_key(|offer| (offer.0, offer.1));
            expected.sort_by_key(|offer| (offer.0, offer.1));
            for (found, expected) in found.iter().zip(&expected) {
                prop_assert_eq!((found.0, found.1), (expected.0, expected.1));
                prop_assert!((found.2 - expected.2).abs() < 1e-9, "{:?} {:?}", found, expected);
            }
        }
    }
}
