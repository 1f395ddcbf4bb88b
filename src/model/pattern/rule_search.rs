//! From antecedent to antecedent: who buys what afterwards, and the rules that come of it.

use rayon::prelude::*;

use super::antecedents::{Antecedents, Start};
use super::buyers::Buyers;
use super::conversion::Point;
use super::itemsets::Itemsets;
use super::measures::Z_95;
use super::narrow::narrow;
use super::sequence_rules::{SequenceRule, SequenceRules};
use super::significance::poisson_upper_tail;
use super::sink::Sink;
use super::steps::Steps;
use super::study::{Conversion, Study};

/// What holds for the whole search.
pub(super) struct RuleSearch<'a> {
    pub(super) study: &'a Study<'a>,
    /// By item code.
    pub(super) base: Vec<Vec<Point>>,
    pub(super) windows_days: &'a [u32],
    pub(super) min_converted: usize,
    pub(super) antecedents: Antecedents<'a>,
}

/// Memory of one thread, used again from antecedent to antecedent.
struct Worker<'a> {
    sink: Sink<'a, SequenceRules>,
    /// By item code: the last customer seen with it.
    seen: Vec<u32>,
    /// By item code; empty between antecedents.
    conversions: Vec<Vec<Conversion>>,
}

impl RuleSearch<'_> {
    /// The rules of all antecedents, by their lowest item.
    pub(super) fn run(&self, buyers: &Buyers) -> SequenceRules {
        let codes = buyers.codes();
        let worker = || Worker {
            sink: Sink::new(self.antecedents.budget),
            seen: vec![u32::MAX; codes],
            conversions: vec![Vec::new(); codes],
        };
        let chunks: Vec<SequenceRules> = (0..narrow(codes))
            .into_par_iter()
            .map_init(worker, |worker, item| {
                self.antecedents
                    .visit(item, buyers, &mut |items, starts, path| {
                        self.rules_of(items, starts, path, worker);
                    });
                worker.sink.take()
            })
            .collect();
        let mut all = SequenceRules::default();
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
                if std::mem::take(&mut is_new) {
                    let bytes = Itemsets::bytes_of(items.len());
                    sink.push(bytes, |found| {
                        found.antecedents.push([items, &[]], narrow(starts.len()));
                    });
                }
                let bytes = Steps::bytes_of(&days) + RULE_BYTES * self.windows_days.len();
                sink.push(bytes, |found| self.push(found, consequent, &days));
            }
            conversions.clear();
        }
    }

    /// Adds to `found` the rules of its last antecedent and `consequent`.
    fn push(&self, found: &mut SequenceRules, consequent: u32, days: &[Point]) {
        found.curves.push(days);
        let (antecedent, curve) = (found.antecedents.len() - 1, found.curves.len() - 1);
        let base = &self.base[consequent as usize];
        found.rules.extend(self.windows_days.iter().map(|&window| {
            let window = window as usize;
            SequenceRule {
                antecedent,
                consequent,
                curve,
                ..rule(&days[..window], &base[..window])
            }
        }));
    }
}

/// What a rule takes, with what is needed for its false-discovery rate.
const RULE_BYTES: usize = size_of::<SequenceRule>() + 3 * size_of::<f64>();

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
