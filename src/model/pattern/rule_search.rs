//! From antecedent to antecedent: who buys what afterwards, and the rules that come of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rayon::prelude::*;

use super::antecedents::{Antecedents, Start};
use super::buyers::Buyers;
use super::conversion::Point;
use super::followers::Followers;
use super::itemsets::Itemsets;
use super::measures::Z_95;
use super::narrow::narrow;
use super::sequence_rule::{SequenceRule, SequenceRules};
use super::sequence_rules::SequenceRuleParams;
use super::sequences::Sequences;
use super::significance::poisson_upper_tail;
use super::sink::{Budget, Sink};
use super::steps::Steps;
use super::study::{Conversion, Study};
use crate::significance::false_discovery_rates;

/// Reads the histories, all or in pieces, as often as it is asked to.
pub(super) type Read<'a, E> = dyn Fn(&mut dyn FnMut(&Sequences)) -> std::result::Result<(), E> + 'a;

/// What holds for the whole search.
pub(super) struct RuleSearch<'a> {
    pub(super) study: Study,
    /// By item code.
    pub(super) base: Vec<Vec<Point>>,
    pub(super) params: &'a SequenceRuleParams,
    pub(super) min_converted: usize,
    /// The sets of several items that may be antecedents, if the histories come in pieces.
    pub(super) candidates: Option<BTreeSet<Vec<u32>>>,
    /// Memory for followers that are added up together.
    pub(super) together: usize,
    pub(super) budget: &'a Budget,
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
struct Worker {
    /// By item code: the last customer seen with it.
    seen: Vec<u32>,
    /// By item code; empty between antecedents.
    conversions: Vec<Vec<Conversion>>,
}

/// The customers of the antecedents that have one lowest item.
type FollowersOfItem = BTreeMap<Vec<u32>, Followers>;

impl RuleSearch<'_> {
    /// The rules of all antecedents, by their lowest item; each of `groups` is a range of these
    /// whose followers are added up together.
    pub(super) fn run<E>(
        &self,
        read: &Read<'_, E>,
        groups: impl Iterator<Item = Range<u32>>,
    ) -> std::result::Result<Found, E> {
        let mut all = Found::default();
        for group in groups {
            let mut followers = vec![FollowersOfItem::new(); group.len()];
            read(&mut |piece| {
                self.add(piece, group.start, &mut followers);
                self.take(&followers);
            })?;
            if self.budget.is_exceeded() {
                break;
            }
            let judged: Vec<Found> = followers
                .into_par_iter()
                .map_init(
                    || Sink::new(self.budget),
                    |sink, followers| self.judge(followers, sink),
                )
                .collect();
            for found in judged {
                all.append(found);
            }
        }
        Ok(all)
    }

    /// Counts what followers take beyond the room that is theirs.
    fn take(&self, followers: &[FollowersOfItem]) {
        let sets = followers.iter().flat_map(BTreeMap::values);
        let taken: usize = sets.map(|followers| followers.bytes(&self.study)).sum();
        let more = taken.saturating_sub(self.together);
        if self.budget.is_exceeded_by(more) {
            self.budget.hold(more);
        }
    }

    /// Adds the customers of a piece to `followers`, by the lowest items of antecedents from
    /// `first` on.
    fn add(&self, piece: &Sequences, first: u32, followers: &mut [FollowersOfItem]) {
        let buyers = Buyers::of(piece);
        let antecedents = Antecedents {
            sequences: piece,
            together_days: self.params.together_days,
            max_items: self.params.max_antecedent,
            min_customers: self.least_of_piece(),
            candidates: self.candidates.as_ref(),
            budget: self.budget,
        };
        let worker = || Worker {
            seen: vec![u32::MAX; piece.codes()],
            conversions: vec![Vec::new(); piece.codes()],
        };
        let items = followers.par_iter_mut().enumerate();
        items.for_each_init(worker, |worker, (place, followers)| {
            let item = first + narrow(place);
            if !self.is_frequent(item) {
                return;
            }
            antecedents.visit(item, &buyers, &mut |items, starts, path| {
                if !self.budget.is_exceeded() {
                    let new = || Followers::new(&self.study);
                    let followers = followers.entry(items.to_vec()).or_insert_with(new);
                    self.follow(piece, starts, path, (followers, worker));
                }
            });
        });
    }

    /// Whether enough customers bought `item` for any rule.
    fn is_frequent(&self, item: u32) -> bool {
        !self.base[item as usize].is_empty()
    }

    /// Conversions in a piece that count: too few of all are too few, too few of a part are not.
    fn least_of_piece(&self) -> usize {
        if self.candidates.is_some() {
            1
        } else {
            self.min_converted
        }
    }

    /// Adds customers with these starts to `followers`.
    fn follow(
        &self,
        piece: &Sequences,
        starts: &[Start],
        path: usize,
        (followers, worker): (&mut Followers, &mut Worker),
    ) {
        let Worker { seen, conversions } = worker;
        followers.watch(&self.study, starts);
        let consequents = self.study.convert(piece, starts, seen, conversions);
        let all: usize = consequents
            .iter()
            .map(|&item| size_of_val(conversions[item as usize].as_slice()))
            .sum();
        self.budget.reach(path + all);
        let least = self.least_of_piece();
        for consequent in consequents {
            let conversions = &mut conversions[consequent as usize];
            if conversions.len() >= least && self.is_frequent(consequent) {
                followers.convert(&self.study, consequent, conversions);
            }
            conversions.clear();
        }
        followers.compact();
    }

    /// The rules of the antecedents with one lowest item.
    fn judge(&self, followers: FollowersOfItem, sink: &mut Sink<'_, Found>) -> Found {
        for (items, followers) in followers {
            let customers = followers.customers;
            if (customers as usize) < self.min_converted || sink.is_full() {
                continue;
            }
            let mut is_new = true;
            followers.curves(self.min_converted, |consequent, days| {
                let rules = self.rules_to(consequent, days);
                let strong = rules.iter().filter(|rule| self.is_strong(rule)).count();
                if strong > 0 && std::mem::take(&mut is_new) {
                    let bytes = Itemsets::bytes_of(items.len());
                    sink.push(bytes, |found| {
                        found
                            .rules
                            .antecedents
                            .push([items.as_slice(), &[]], customers);
                    });
                }
                let curve = if strong > 0 { Steps::bytes_of(days) } else { 0 };
                let bytes = TEST_BYTES * rules.len() + RULE_BYTES * strong + curve;
                sink.push(bytes, |found| self.push(found, &rules, days));
            });
        }
        sink.take()
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
