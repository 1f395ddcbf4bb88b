//! Sequence rules with time: of the customers who bought A, how many buy B within a window.

use rayon::prelude::*;

use super::conversion::{Exits, Point, curve};
use super::measures::Z_95;
use super::narrow::narrow;
use super::sequences::Sequences;
use super::significance::poisson_upper_tail;
use crate::significance::false_discovery_rates;
use crate::{Error, Result};

/// Which rules are looked for.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `last_day` | – | ≥ every purchase | the last day that was observed, inclusive |
/// | `windows_days` | – | ≥ 1 | days after A within which B counts; a rule per window |
/// | `min_converted` | 1 | ≥ 1 | customers seen to buy B within the longest window |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceRuleParams {
    /// The last day that was observed, inclusive.
    pub last_day: i32,
    /// Days after A within which B counts.
    pub windows_days: Vec<u32>,
    /// Customers that must be seen to buy B within the longest window.
    pub min_converted: u32,
}

/// What customers who bought the antecedent buy within a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SequenceRule {
    /// The item that came first.
    pub antecedent: u32,
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
    /// `min_converted` conversions.
    pub false_discovery_rate: f64,
}

/// "Of the customers who bought A, 30 % buy B within 90 days", with what is known about it.
///
/// The clock of a customer starts on the first day with A and stops on the next later day with
/// B, or, unconverted, on `last_day`. Customers whose window is not over are censored: they count
/// as long as they were observed and are never failures.
///
/// # Formula
/// ```text
/// F(w) = 1 − S(w), S of Kaplan and Meier;  var F(w) = S(w)² Σ d / (n (n − d))      Greenwood
/// base: the same from every purchase day of every customer, a customer's k days weighing 1/k
/// p    = P(Poisson(E) ≥ O),  O conversions up to w,  E = Σ over days of n(day) · base hazard(day)
/// ```
/// # Shapes
/// - `sequences`: the purchases of each customer up to `last_day`
/// - returns rules by antecedent, consequent and window
///
/// # Missing
/// Who bought A on the last day only is not at risk. B on the same day as A is in the same
/// basket, not after it. A may be B: then the rule is about coming back for it.
///
/// # Errors
/// - `OutOfRange`: a purchase after `last_day`, or a window of 0 days.
///
/// # Source
/// Kaplan & Meier (1958); interval of Kalbfleisch & Prentice (1980), R's `conf.type = "log-log"`;
/// one-sample log-rank of Breslow (1975).
///
/// # Example
/// ```
/// use clientele_model::pattern::{SequenceRuleParams, Sequences, sequence_rules};
/// // Of four buyers of 1 two buy 2 after 10 and 20 days; the others were seen 15 and 50 days.
/// let histories: Sequences = [
///     vec![(0, 1), (10, 2)],
///     vec![(5, 1), (25, 2)],
///     vec![(35, 1)],
///     vec![(0, 1)],
/// ]
/// .into_iter()
/// .collect();
/// let windows_days = vec![30];
/// let params = SequenceRuleParams { last_day: 50, windows_days, min_converted: 2 };
/// let rules = sequence_rules(&histories, &params)?;
/// // 1 − ¾ · ½, not the naive ½
/// assert!((rules[0].probability - 0.625).abs() < 1e-12);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn sequence_rules(
    sequences: &Sequences,
    params: &SequenceRuleParams,
) -> Result<Vec<SequenceRule>> {
    let longest = params.windows_days.iter().copied().max().unwrap_or(0) as usize;
    let study = Study {
        sequences,
        params,
        longest,
        buyers: buyers(sequences),
    };
    study.check()?;
    let base = study.base_curves();
    let mut rules: Vec<SequenceRule> = (0..study.buyers.len())
        .into_par_iter()
        .map_init(
            || vec![Vec::new(); study.buyers.len()],
            |conversions, antecedent| study.rules_of(antecedent, &base, conversions),
        )
        .flatten_iter()
        .collect();
    let p_values: Vec<f64> = rules.iter().map(|rule| rule.p_value).collect();
    for (rule, rate) in rules.iter_mut().zip(false_discovery_rates(&p_values)) {
        rule.false_discovery_rate = rate;
    }
    Ok(rules)
}

/// Customers and their first day with each item, by item code.
type Buyers = Vec<Vec<(u32, i32)>>;

fn buyers(sequences: &Sequences) -> Buyers {
    let mut buyers: Buyers = vec![Vec::new(); sequences.item_counts().len()];
    for customer in 0..sequences.len() {
        for (day, items) in sequences.history(customer) {
            for &item in items {
                let buyers = &mut buyers[item as usize];
                if buyers.last().is_none_or(|last| last.0 != narrow(customer)) {
                    buyers.push((narrow(customer), day));
                }
            }
        }
    }
    buyers
}

/// A conversion seen: days to it, and days that the customer would have been observed without.
type Conversion = (u32, u32);

/// The histories under study.
struct Study<'a> {
    sequences: &'a Sequences,
    params: &'a SequenceRuleParams,
    longest: usize,
    buyers: Buyers,
}

impl Study<'_> {
    fn check(&self) -> Result<()> {
        let (name, rule) = ("windows_days", "a window has at least one day");
        if let Some(row) = self
            .params
            .windows_days
            .iter()
            .position(|&window| window == 0)
        {
            return Err(Error::OutOfRange {
                name,
                value: 0.0,
                row,
                rule,
            });
        }
        for customer in 0..self.sequences.len() {
            let last = self.sequences.history(customer).next_back();
            if let Some((day, _)) = last.filter(|&(day, _)| day > self.params.last_day) {
                return Err(Error::OutOfRange {
                    name: "day",
                    value: f64::from(day),
                    row: customer,
                    rule: "no purchase may come after last_day",
                });
            }
        }
        Ok(())
    }

    /// Days from `first` to `last`; the day itself is none.
    fn days(first: i32, last: i32) -> u32 {
        last.abs_diff(first)
    }

    /// No conversions: customers with these days of observation and weights.
    fn unconverted(&self, observed: impl Iterator<Item = (u32, f64)>) -> Exits {
        let (converted, mut censored) = (vec![0.0; self.longest], vec![0.0; self.longest]);
        let mut at_risk = 0.0;
        for (days, weight) in observed.filter(|&(days, _)| days > 0) {
            at_risk += weight;
            if let Some(censored) = censored.get_mut(days as usize - 1) {
                *censored += weight;
            }
        }
        Exits {
            at_risk,
            converted,
            censored,
        }
    }

    /// Makes a customer censored after `observed` days one who converted after `days`.
    fn convert(exits: &mut Exits, (days, observed): Conversion, weight: f64) {
        exits.converted[days as usize - 1] += weight;
        if let Some(censored) = exits.censored.get_mut(observed as usize - 1) {
            *censored -= weight;
        }
    }

    /// For each item the curve from every purchase day of every customer.
    fn base_curves(&self) -> Vec<Vec<Point>> {
        let last_day = self.params.last_day;
        let visits = |customer| self.sequences.history(customer).map(|(day, _)| day);
        let weight = |customer| 1.0 / visits(customer).count() as f64;
        let all = (0..self.sequences.len()).flat_map(|customer| {
            visits(customer).map(move |day| (Self::days(day, last_day), weight(customer)))
        });
        let unconverted = self.unconverted(all);
        let curve_of = |item: usize| {
            let mut exits = unconverted.clone();
            for &(customer, _) in &self.buyers[item] {
                let (customer, mut next) = (customer as usize, None);
                let weight = weight(customer);
                for (day, items) in self.sequences.history(customer).rev() {
                    let wait = next.map_or(u32::MAX, |next| Self::days(day, next));
                    if wait as usize <= self.longest {
                        let conversion = (wait, Self::days(day, last_day));
                        Self::convert(&mut exits, conversion, weight);
                    }
                    if items.binary_search(&narrow(item)).is_ok() {
                        next = Some(day);
                    }
                }
            }
            curve(&exits)
        };
        (0..self.buyers.len())
            .into_par_iter()
            .map(curve_of)
            .collect()
    }

    /// The rules of one antecedent; `conversions` is empty before and after.
    fn rules_of(
        &self,
        antecedent: usize,
        base: &[Vec<Point>],
        conversions: &mut [Vec<Conversion>],
    ) -> Vec<SequenceRule> {
        let last_day = self.params.last_day;
        let buyers = &self.buyers[antecedent];
        let mut rules = Vec::new();
        if buyers.len() < self.params.min_converted as usize {
            return rules;
        }
        let mut consequents = Vec::new();
        let mut seen = vec![u32::MAX; conversions.len()];
        for &(customer, start) in buyers {
            let later = self
                .sequences
                .history(customer as usize)
                .skip_while(|&(day, _)| day <= start);
            for (day, items) in later {
                let wait = Self::days(start, day);
                if wait as usize > self.longest {
                    break;
                }
                for &item in items {
                    let item = item as usize;
                    if seen[item] != customer {
                        seen[item] = customer;
                        if conversions[item].is_empty() {
                            consequents.push(item);
                        }
                        conversions[item].push((wait, Self::days(start, last_day)));
                    }
                }
            }
        }
        consequents.sort_unstable();
        let observed = buyers
            .iter()
            .map(|&(_, start)| (Self::days(start, last_day), 1.0));
        let unconverted = self.unconverted(observed);
        for consequent in consequents {
            if conversions[consequent].len() >= self.params.min_converted as usize {
                let mut exits = unconverted.clone();
                for &conversion in &conversions[consequent] {
                    Self::convert(&mut exits, conversion, 1.0);
                }
                let points = curve(&exits);
                rules.extend(self.params.windows_days.iter().map(|&window_days| {
                    let window = window_days as usize;
                    let sides = (narrow(antecedent), narrow(consequent));
                    rule(sides, &points[..window], &base[consequent][..window])
                }));
            }
            conversions[consequent].clear();
        }
        rules
    }
}

/// What the days of one window say.
fn rule((antecedent, consequent): (u32, u32), days: &[Point], base: &[Point]) -> SequenceRule {
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
        antecedent,
        consequent,
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

#[cfg(test)]
mod tests {
    use super::*;

    const A: u32 = 0;
    const B: u32 = 1;

    /// A repeatable stream of numbers between 0 and 1.
    struct Uniform(u64);

    impl Uniform {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = self.0;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    /// Whole days in `time`.
    #[expect(clippy::cast_possible_truncation, reason = "a few thousand days")]
    fn days(time: f64) -> i32 {
        time.floor() as i32
    }

    /// 1,000 buyers of A; 30 % buy B within 90 days, at a constant hazard; 40 % are observed for
    /// fewer than 90 days.
    fn planted(seed: u64) -> Vec<SequenceRule> {
        let mut uniform = Uniform(seed);
        let last_day = 400;
        let hazard = -0.7_f64.ln() / 90.0;
        let mut histories = Sequences::default();
        for _ in 0..1000 {
            let observed = if uniform.next() < 0.4 {
                1.0 + uniform.next() * 88.0
            } else {
                90.0 + uniform.next() * 300.0
            };
            let start = last_day - days(observed);
            let wait = days(-uniform.next().ln() / hazard) + 1;
            let mut history = vec![(start, A)];
            if start + wait <= last_day {
                history.push((start + wait, B));
            }
            histories.push(&history);
        }
        let windows_days = vec![30, 90];
        let params = SequenceRuleParams {
            last_day,
            windows_days,
            min_converted: 1,
        };
        sequence_rules(&histories, &params).expect("rules")
    }

    #[test]
    fn a_planted_probability_is_found_under_censoring_and_the_naive_share_is_lower() {
        let seeds = 2000;
        let (mut inside, mut within_two_errors, mut naive_sum) = (0, 0, 0.0);
        for seed in 0..seeds {
            let rules = planted(seed);
            let rule = rules[1];
            assert_eq!(
                (rule.antecedent, rule.consequent, rule.window_days),
                (A, B, 90)
            );
            assert_eq!(rule.at_risk, 1000);
            inside += u64::from(rule.interval[0] <= 0.3 && 0.3 <= rule.interval[1]);
            let error = (rule.probability - 0.3).abs();
            within_two_errors += u64::from(error <= 2.0 * rule.standard_error);
            let naive = f64::from(rule.converted) / f64::from(rule.at_risk);
            assert!(naive < rule.probability);
            naive_sum += naive;
        }
        assert!(naive_sum / (seeds as f64) < 0.26);
        assert!(inside * 100 >= 95 * seeds, "{inside} of {seeds}");
        assert!(
            within_two_errors * 100 >= 95 * seeds,
            "{within_two_errors} of {seeds}"
        );
    }

    #[test]
    fn a_shorter_window_has_a_lower_probability() {
        let rules = planted(7);
        assert!(rules[0].probability < rules[1].probability);
        assert!(rules[0].median_days < rules[1].median_days);
    }

    #[test]
    fn an_item_that_everybody_buys_at_random_has_lift_near_one() {
        let mut uniform = Uniform(3);
        let mut histories = Sequences::default();
        for _ in 0..2000 {
            let history: Vec<(i32, u32)> = (0..365)
                .map(|day| (day, uniform.next()))
                .filter(|&(_, chance)| chance < 0.03)
                .map(|(day, chance)| (day, if chance < 0.015 { A } else { B }))
                .collect();
            histories.push(&history);
        }
        let windows_days = vec![60];
        let params = SequenceRuleParams {
            last_day: 364,
            windows_days,
            min_converted: 1,
        };
        for rule in sequence_rules(&histories, &params).expect("rules") {
            assert!((rule.lift - 1.0).abs() < 0.1, "{rule:?}");
        }
    }

    #[test]
    fn a_purchase_after_the_last_day_is_refused() {
        let histories: Sequences = [vec![(0, A), (5, B)]].into_iter().collect();
        let windows_days = vec![30];
        let params = SequenceRuleParams {
            last_day: 4,
            windows_days,
            min_converted: 1,
        };
        assert!(sequence_rules(&histories, &params).is_err());
    }
}
