//! Sequence rules as they are found, with the antecedents and the curves that they refer to.

use std::collections::BTreeMap;

use super::itemsets::Itemsets;
use super::steps::Steps;

/// What customers who bought the antecedent buy within a window.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SequenceRule {
    /// The items that came first: number of the set in [`SequenceRules::antecedents`].
    pub antecedent: usize,
    /// The item that came later.
    pub consequent: u32,
    /// The window.
    pub window_days: u32,
    /// Customers who bought the antecedent and were observed on at least one later day.
    pub at_risk: u32,
    /// Customers who were seen to buy the consequent within the window.
    pub converted: u32,
    /// Kaplan–Meier probability to buy the consequent within the window.
    pub probability: f64,
    /// Greenwood's standard error of `probability`.
    pub standard_error: f64,
    /// 95 % interval of `probability`, on the scale of log(−log).
    pub interval: [f64; 2],
    /// Days in which half of those who convert within the window have done so.
    pub median_days: u32,
    /// The probability to buy the consequent within as many days of any purchase.
    pub base_rate: f64,
    /// `probability` over `base_rate`.
    pub lift: f64,
    /// The chance of at least so many conversions at the base rate.
    pub p_value: f64,
    /// False-discovery rate of `p_value` among the rules of all pairs with at least
    /// `min_converted` conversions, whatever their probability: leaving out weak rules first would
    /// make the others look surer than they are.
    pub false_discovery_rate: f64,
    /// Number of the rule's curve in [`SequenceRules`].
    pub curve: usize,
}

/// Sequence rules, and what they refer to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SequenceRules {
    /// The sets on the left, with the number of customers who bought each.
    pub antecedents: Itemsets,
    /// The rules by antecedent, consequent and window. Leaving out some changes nothing else.
    pub rules: Vec<SequenceRule>,
    /// The conversions that were asked for, or the lowest number at which everything fits into
    /// `limit_bytes`.
    pub min_converted: u32,
    /// Days from the first item of an antecedent to the last.
    pub together_days: u32,
    pub(super) curves: Steps,
}

impl SequenceRules {
    /// The Kaplan–Meier probability that a customer of `rule` has not bought the consequent by
    /// the end of `days`, none of them beyond the longest window.
    #[must_use]
    pub fn survival(&self, rule: &SequenceRule, days: u32) -> f64 {
        self.curves.at(rule.curve, days)
    }

    /// The days on which the survival of `rule` falls, and what it is from each of them on: what to
    /// store beside the rule for [`SequenceRules::restore`].
    #[must_use]
    pub fn curve(&self, rule: &SequenceRule) -> (&[u32], &[f64]) {
        self.curves.get(rule.curve)
    }

    /// Adds a rule that was stored, with the items of its antecedent and its curve, as far as
    /// [`SequenceRules::survival`] will be asked for. Rules of one antecedent come one after the other.
    pub fn restore(
        &mut self,
        antecedent: &[u32],
        rule: SequenceRule,
        curve: impl Iterator<Item = (u32, f64)>,
    ) {
        let last = self.antecedents.len().checked_sub(1);
        if last.is_none_or(|last| self.antecedents.items(last) != antecedent) {
            self.antecedents.push([antecedent, &[]], rule.at_risk);
        }
        self.rules.push(SequenceRule {
            antecedent: self.antecedents.len() - 1,
            curve: self.curves.len(),
            ..rule
        });
        self.curves.push_steps(curve);
    }

    /// Leaves out the rules that say nothing new: one with fewer of the items on the left, the same
    /// right side and window is at least as probable.
    pub fn drop_redundant(&mut self) {
        let side = |rule: &SequenceRule| {
            let items = self.antecedents.items(rule.antecedent);
            (rule.consequent, rule.window_days, items)
        };
        let known: BTreeMap<_, f64> = self
            .rules
            .iter()
            .map(|rule| (side(rule), rule.probability))
            .collect();
        let is_new = |rule: &SequenceRule| {
            let (consequent, window, items) = side(rule);
            proper_subsets(items).all(|shorter| {
                let shorter = known.get(&(consequent, window, shorter.as_slice()));
                shorter.is_none_or(|&shorter| shorter < rule.probability)
            })
        };
        let new: Vec<SequenceRule> = self.rules.iter().copied().filter(is_new).collect();
        self.rules = new;
    }

    /// Adds the rules of `other` behind the own ones.
    pub(super) fn append(&mut self, mut other: Self) {
        let (antecedents, curves) = (self.antecedents.len(), self.curves.len());
        for rule in &mut other.rules {
            rule.antecedent += antecedents;
            rule.curve += curves;
        }
        self.antecedents.append(&other.antecedents);
        self.rules.append(&mut other.rules);
        self.curves.append(&other.curves);
    }
}

/// The sets inside `items`, without the empty one and that of all.
fn proper_subsets(items: &[u32]) -> impl Iterator<Item = Vec<u32>> {
    let without = (1_u64 << items.len()) - 1;
    (1..without).map(|chosen| {
        let places = items.iter().enumerate();
        let chosen = places.filter(|(place, _)| chosen >> place & 1 == 1);
        chosen.map(|(_, &item)| item).collect()
    })
}
