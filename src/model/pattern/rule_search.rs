//! From antecedent to antecedent: who buys what afterwards, and the rules that come of it.

use rayon::prelude::*;

use super::antecedents::{Antecedents, Start};
use super::buyers::Buyers;
use super::conversion::Point;
use super::itemsets::Itemsets;
use super::measures::Z_95;
use super::narrow::narrow;
use super::sequence_rules::{SequenceRule, SequenceRuleParams, SequenceRules};
use super::significance::poisson_upper_tail;
use super::sink::Sink;
use super::steps::Steps;
use super::study::{Conversion, Study};
use crate::significance::false_discovery_rates;

/// What holds for the whole search.
pub(super) struct RuleSearch<'a> {
    pub(super) study: &'a Study<'a>,
    /// By item code.
    pub(super) base: Vec<Vec<Point>>,
    pub(super) params: &'a SequenceRuleParams,
    pub(super) min_converted: usize,
    pub(super) antecedents: Antecedents<'a>,
}

/// The rules that are strong enough, and the tests of all.
#[derive(Debug, Default)]
pub(super) struct Found {
    rules: SequenceRules,
    p_values: Vec<f64>,
    /// The place of each rule's p-value.
    tests: Vec<usize>,
}

impl Found {
    fn append(&mut self, other: Self) {
        let shift = self.p_values.len();
        self.rules.append(other.rules);
        self.p_values.extend(other.p_values);
        self.tests
            .extend(other.tests.iter().map(|test| test + shift));
    }

    /// The rules with their false-discovery rates.
    pub(super) fn judged(self) -> SequenceRules {
        let mut found = self.rules;
        let rates = false_discovery_rates(&self.p_values);
        for (rule, test) in found.rules.iter_mut().zip(self.tests) {
            rule.false_discovery_rate = rates[test];
        }
        found
    }
}

/// Memory of one thread, used again from antecedent to antecedent.
struct Worker<'a> {
    sink: Sink<'a, Found>,
    /// By item code: the last customer seen with it.
    seen: Vec<u32>,
    /// By item code; empty between antecedents.
    conversions: Vec<Vec<Conversion>>,
}

impl RuleSearch<'_> {
    /// The rules of all antecedents, by their lowest item.
    pub(super) fn run(&self, buyers: &Buyers) -> Found {
        let codes = buyers.codes();
        let worker = || Worker {
            sink: Sink::new(self.antecedents.budget),
            seen: vec![u32::MAX; codes],
            conversions: vec![Vec::new(); codes],
        };
        let chunks: Vec<Found> = (0..narrow(codes))
            .into_par_iter()
            .map_init(worker, |worker, item| {
                self.antecedents
                    .visit(item, buyers, &mut |items, starts, path| {
                        self.rules_of(items, starts, path, worker);
                    });
                worker.sink.take()
            })
            .collect();
        let mut all = Found::default();
        for chunk in chunks {
            all.append(chunk);
        }
        all
    }

    /// Finds the rules of one antecedent.
    fn rules_of(&self, items: &[u32], starts: &[Start], path: usize, worker: &mut Worker) {
        let Worker {
            sink,
            seen,
            conversions,
        } = worker;
        if sink.is_full() {
            return;
        }
        let consequents = self.study.convert(starts, seen, conversions);
        let all: usize = consequents
            .iter()
            .map(|&item| size_of_val(conversions[item as usize].as_slice()))
            .sum();
        self.antecedents.budget.reach(path + all);
        let unconverted = self.study.watch(starts);
        let mut is_new = true;
        for consequent in consequents {
            let conversions = &mut conversions[consequent as usize];
            if conversions.len() >= self.min_converted {
                let days = Study::follow(&unconverted, conversions);
                let rules = self.rules_to(consequent, &days);
                let strong = rules.iter().filter(|rule| self.is_strong(rule)).count();
                if strong > 0 && std::mem::take(&mut is_new) {
                    let bytes = Itemsets::bytes_of(items.len());
                    sink.push(bytes, |found| {
                        let antecedents = &mut found.rules.antecedents;
                        antecedents.push([items, &[]], narrow(starts.len()));
                    });
                }
                let curve = if strong > 0 {
                    Steps::bytes_of(&days)
                } else {
                    0
                };
                let bytes = TEST_BYTES * rules.len() + RULE_BYTES * strong + curve;
                sink.push(bytes, |found| self.push(found, &rules, &days));
            }
            conversions.clear();
        }
    }

    /// What the days say about `consequent`, a rule per window.
    fn rules_to(&self, consequent: u32, days: &[Point]) -> Vec<SequenceRule> {
        let base = &self.base[consequent as usize];
        let windows = self.params.windows_days.iter();
        let windows = windows.map(|&window| &days[..window as usize]);
        windows
            .map(|days| SequenceRule {
                consequent,
                ..rule(days, &base[..days.len()])
            })
            .collect()
    }

    fn is_strong(&self, rule: &SequenceRule) -> bool {
        let is_lifted = self.params.min_lift <= 0.0 || rule.lift >= self.params.min_lift;
        is_lifted && rule.probability >= self.params.min_probability
    }

    /// Adds to `found` what is strong among `rules`, of its last antecedent, and the tests of all.
    fn push(&self, found: &mut Found, rules: &[SequenceRule], days: &[Point]) {
        let first = found.p_values.len();
        found.p_values.extend(rules.iter().map(|rule| rule.p_value));
        let kept = &mut found.rules;
        let before = kept.rules.len();
        for (test, rule) in (first..)
            .zip(rules)
            .filter(|(_, rule)| self.is_strong(rule))
        {
            kept.rules.push(SequenceRule {
                antecedent: kept.antecedents.len() - 1,
                curve: kept.curves.len(),
                ..*rule
            });
            found.tests.push(test);
        }
        if kept.rules.len() > before {
            kept.curves.push(days);
        }
    }
}

/// What a test takes, with what is needed for its false-discovery rate.
const TEST_BYTES: usize = 2 * size_of::<f64>() + size_of::<usize>();

/// What a rule takes, with the place of its test.
const RULE_BYTES: usize = size_of::<SequenceRule>() + size_of::<usize>();

/// What the days of one window say.
fn rule(days: &[Point], base: &[Point]) -> SequenceRule {
    let last = days[days.len() - 1];
    let probability = 1.0 - last.survival;
    let base_rate = 1.0 - base[base.len() - 1].survival;
    let converted: f64 = days.iter().map(|day| day.converted).sum();
    let expected: f64 = days
        .iter()
        .zip(base)
        .filter(|(_, base)| base.converted > 0.0)
        .map(|(day, base)| day.at_risk * base.converted / base.at_risk)
        .sum();
    let half = days
        .iter()
        .position(|day| 1.0 - day.survival >= probability / 2.0)
        .unwrap_or(0);
    SequenceRule {
        antecedent: 0,
        consequent: 0,
        curve: 0,
        window_days: narrow(days.len()),
        at_risk: whole(days[0].at_risk),
        converted: whole(converted),
        probability,
        standard_error: last.survival * last.variance_sum.sqrt(),
        interval: interval(last),
        median_days: narrow(half + 1),
        base_rate,
        lift: probability / base_rate,
        p_value: poisson_upper_tail(converted, expected),
        false_discovery_rate: 1.0,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a sum of ones"
)]
fn whole(customers: f64) -> u32 {
    customers.round() as u32
}

/// The 95 % interval of the probability to convert; all of it if nobody or everybody has.
fn interval(point: Point) -> [f64; 2] {
    let log = point.survival.ln();
    if !(0.0 < point.survival && point.survival < 1.0) {
        return [1.0 - point.survival; 2];
    }
    let spread = (Z_95 * point.variance_sum.sqrt() / log.abs()).exp();
    [1.0 - (log / spread).exp(), 1.0 - (log * spread).exp()]
}
