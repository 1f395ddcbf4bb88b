//! Sequence rules with time: of the customers who bought A, how many buy B within a window.

use std::cell::RefCell;
use std::convert::Infallible;

use super::rule_search::Found;
use super::sequence_rule::SequenceRules;
use super::sequences::Sequences;
use super::sink::within_budget;
use super::survey::Survey;
use crate::Result;

/// Which rules are looked for.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `last_day` | – | ≥ every purchase | the last day that was observed, inclusive |
/// | `windows_days` | – | ≥ 1 | days after A within which B counts; a rule per window |
/// | `min_converted` | 1 | ≥ 1 | customers seen to buy B within the longest window |
/// | `min_probability` | 0 | 0 to 1 | probability to buy B within the window |
/// | `min_lift` | 0 | ≥ 0 | how many times the base rate that is |
/// | `max_antecedent` | 1 | ≥ 1 | items that A may have |
/// | `together_days` | 0 | ≥ 0 | days from the first of A's items to the last |
/// | `limit_bytes` | no limit | ≥ 0 | memory for the rules and the search; see [`SequenceRules::min_converted`] |
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceRuleParams {
    /// The last day that was observed, inclusive.
    pub last_day: i32,
    /// Days after A within which B counts.
    pub windows_days: Vec<u32>,
    /// Customers that must be seen to buy B within the longest window.
    pub min_converted: u32,
    /// Probability to buy B within the window.
    pub min_probability: f64,
    /// How many times the base rate that is.
    pub min_lift: f64,
    /// Items that A may have.
    pub max_antecedent: usize,
    /// Days from the first of A's items to the last.
    pub together_days: u32,
    /// Memory for the rules and the search, beside the histories themselves.
    pub limit_bytes: usize,
}

impl SequenceRuleParams {
    /// All rules from one item to another that any customer followed.
    #[must_use]
    pub fn new(last_day: i32, windows_days: Vec<u32>) -> Self {
        Self {
            last_day,
            windows_days,
            min_converted: 1,
            min_probability: 0.0,
            min_lift: 0.0,
            max_antecedent: 1,
            together_days: 0,
            limit_bytes: usize::MAX,
        }
    }
}

/// "Of the customers who bought A, 30 % buy B within 90 days", with what is known about it.
///
/// The clock of a customer starts on the first day on which all of A was bought within
/// `together_days`, and stops on the next later day with B, or, unconverted, on `last_day`.
/// Customers whose window is not over are censored: they count as long as they were observed and
/// are never failures.
///
/// # Formula
/// ```text
/// F(w) = 1 − S(w), S of Kaplan and Meier;  var F(w) = S(w)² Σ d / (n (n − d))      Greenwood
/// base: the same from every purchase day of every customer, a customer's k days weighing 1/k
/// p    = P(Poisson(E) ≥ O),  O conversions up to w,  E = Σ over days of n(day) · base hazard(day)
/// ```
/// # Shapes
/// - `sequences`: the purchases of each customer up to `last_day`
///
/// # Missing
/// Who bought A on the last day only is not at risk. B on the same day as A is in the same
/// basket, not after it. A may hold B: then the rule is about coming back for it. Where nobody at
/// all buys B within a window, the lift is NaN.
///
/// # Errors
/// - `OutOfRange`: a purchase after `last_day`, or a window of 0 days.
///
/// # Numerics
/// When first purchases, base curves and rules with their curves go beyond `limit_bytes`, the
/// lowest number of conversions at which they fit is found by bisection. An antecedent needs as
/// many customers.
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
/// let params = SequenceRuleParams { min_converted: 2, ..SequenceRuleParams::new(50, vec![30]) };
/// let found = sequence_rules(&histories, &params)?;
/// // 1 − ¾ · ½, not the naive ½
/// assert!((found.rules[0].probability - 0.625).abs() < 1e-12);
/// assert_eq!(found.antecedents.items(found.rules[0].antecedent), [1]);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn sequence_rules(sequences: &Sequences, params: &SequenceRuleParams) -> Result<SequenceRules> {
    let read = |see: &mut dyn FnMut(&Sequences)| {
        see(sequences);
        Ok::<(), Infallible>(())
    };
    sequence_rules_in_pieces(read, params).unwrap_or_else(|never| match never {})
}

/// As [`sequence_rules`], from histories larger than memory.
///
/// # Shapes
/// - `read`: shows all histories, piece by piece, each customer whole in one, every time in the same
///   order; it is called once for each of a few passes and once for each part of the antecedents,
///   in which as many as a quarter of `limit_bytes` holds are followed
///
/// The rules are those of all pieces together, to the last bit.
///
/// # Errors
/// The outer error is that of `read`, the inner one as of [`sequence_rules`].
///
/// # Example
/// ```
/// use clientele_model::pattern::{
///     SequenceRuleParams, Sequences, sequence_rules, sequence_rules_in_pieces,
/// };
/// let histories = [
///     vec![(0, 1), (10, 2)],
///     vec![(5, 1), (25, 2)],
///     vec![(35, 1)],
///     vec![(0, 1)],
/// ];
/// let pieces: Vec<Sequences> = histories.chunks(3).map(|some| some.iter().collect()).collect();
/// let read = |see: &mut dyn FnMut(&Sequences)| -> std::io::Result<()> {
///     pieces.iter().for_each(see); // from a file, for example
///     Ok(())
/// };
/// let params = SequenceRuleParams { min_converted: 2, ..SequenceRuleParams::new(50, vec![30]) };
/// let found = sequence_rules_in_pieces(read, &params)??;
/// let whole: Sequences = histories.iter().collect();
/// assert_eq!(found, sequence_rules(&whole, &params)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sequence_rules_in_pieces<E>(
    read: impl Fn(&mut dyn FnMut(&Sequences)) -> std::result::Result<(), E>,
    params: &SequenceRuleParams,
) -> std::result::Result<Result<SequenceRules>, E> {
    let survey = match Survey::of(&read, params)? {
        Ok(survey) => survey,
        Err(error) => return Ok(Err(error)),
    };
    let together = (params.limit_bytes / 4).min(MOST_TOGETHER);
    let failure = RefCell::new(None);
    let (found, min_converted) = within_budget(
        params.min_converted,
        survey.highest(),
        params.limit_bytes - together,
        |min_converted, budget| {
            let found = survey.rules(&read, (min_converted as usize, together), budget);
            found.unwrap_or_else(|error| {
                failure.replace(Some(error));
                Found::default()
            })
        },
    );
    if let Some(error) = failure.into_inner() {
        return Err(error);
    }
    Ok(Ok(SequenceRules {
        min_converted,
        together_days: params.together_days,
        ..found.judged()
    }))
}

/// Memory that followers who are added up together take at most, where there is more: to read the
/// histories less often than that takes gains little.
const MOST_TOGETHER: usize = 1 << 28;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::pattern::brute_force;
    use crate::pattern::narrow::narrow;
    use crate::pattern::sequence_rule::SequenceRule;

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
        let params = SequenceRuleParams::new(last_day, vec![30, 90]);
        sequence_rules(&histories, &params).expect("rules").rules
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
                (0, B, 90)
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
        let params = SequenceRuleParams::new(364, vec![60]);
        for rule in sequence_rules(&histories, &params).expect("rules").rules {
            assert!((rule.lift - 1.0).abs() < 0.1, "{rule:?}");
        }
    }

    /// By both sides and window: at risk, converted, probability.
    type Rules = BTreeMap<(Vec<u32>, u32, u32), (u32, u32, f64)>;

    /// The definition: every set of at most two items, every consequent, every customer.
    fn all_rules(histories: &[Vec<(i32, u32)>], params: &SequenceRuleParams) -> Rules {
        let singles = (0..4).map(|item| vec![item]);
        let pairs = (0..4).flat_map(|low| (low + 1..4).map(move |high| vec![low, high]));
        let longest = *params.windows_days.iter().max().expect("a window");
        let mut rules = BTreeMap::new();
        for (set, consequent) in singles
            .chain(pairs)
            .filter(|set| set.len() <= params.max_antecedent)
            .flat_map(|set| (0..4).map(move |item| (set.clone(), item)))
        {
            let exits: Vec<(u32, bool)> = histories
                .iter()
                .filter_map(|history| brute_force::exit(history, (&set, consequent), params))
                .collect();
            let within = |days| exits.iter().filter(|exit| exit.1 && exit.0 <= days).count();
            let curve = brute_force::curve(&exits);
            if within(longest) >= params.min_converted as usize {
                for &window in &params.windows_days {
                    let bought = 1.0 - curve.survival(f64::from(window), 0.95).value;
                    let counts = (narrow(exits.len()), narrow(within(window)), bought);
                    rules.insert((set.clone(), consequent, window), counts);
                }
            }
        }
        rules
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]

        #[test]
        fn every_rule_with_one_or_two_items_on_the_left_agrees_with_brute_force(
            histories in prop::collection::vec(prop::collection::vec((0..9, 0_u32..4), 0..8), 0..9),
            min_converted in 1_u32..3,
            max_antecedent in 1_usize..3,
            together_days in 0_u32..4,
            windows_days in prop::collection::vec(1_u32..12, 1..3),
        ) {
            let params = SequenceRuleParams {
                min_converted,
                max_antecedent,
                together_days,
                ..SequenceRuleParams::new(10, windows_days)
            };
            let expected = all_rules(&histories, &params);
            let histories: Sequences = histories.into_iter().collect();
            let found = sequence_rules(&histories, &params).expect("rules");
            let rules: BTreeMap<_, _> = found
                .rules
                .iter()
                .map(|rule| {
                    let survival = found.survival(rule, rule.window_days);
                    assert!((1.0 - survival - rule.probability).abs() < 1e-12);
                    let set = found.antecedents.items(rule.antecedent).to_vec();
                    ((set, rule.consequent, rule.window_days), *rule)
                })
                .collect();
            prop_assert!(rules.keys().eq(expected.keys()), "{:?} {:?}", rules.keys(), expected.keys());
            for (rule, (at_risk, converted, probability)) in rules.values().zip(expected.values()) {
                prop_assert_eq!((rule.at_risk, rule.converted), (*at_risk, *converted));
                prop_assert!((rule.probability - probability).abs() < 1e-9, "{:?}", rule);
            }
        }

            /// Weak rules that are left out change nothing about the others.
        #[test]
        fn least_probabilities_and_lifts_leave_the_other_rules_as_they_are(
            histories in prop::collection::vec(prop::collection::vec((0..9, 0_u32..4), 0..8), 0..9),
            min_probability in 0.0..1.0,
            min_lift in 0.0..3.0,
        ) {
            let histories: Sequences = histories.into_iter().collect();
            let all = SequenceRuleParams {
                max_antecedent: 3,
                ..SequenceRuleParams::new(10, vec![3, 8])
            };
            let fewer = SequenceRuleParams { min_probability, min_lift, ..all.clone() };
            let sides = |found: &SequenceRules, rule: &SequenceRule| {
                (found.antecedents.items(rule.antecedent).to_vec(), found.curve(rule).1.to_vec())
            };
            let text = |found: &SequenceRules, rule: &SequenceRule| {
                let same = SequenceRule { antecedent: 0, curve: 0, ..*rule };
                format!("{:?} {same:?}", sides(found, rule))
            };
            let all = sequence_rules(&histories, &all).expect("rules");
            let strong = all.rules.iter().filter(|rule| {
                rule.probability >= min_probability && (min_lift <= 0.0 || rule.lift >= min_lift)
            });
            let strong: Vec<String> = strong.map(|rule| text(&all, rule)).collect();
            let fewer = sequence_rules(&histories, &fewer).expect("rules");
            let found: Vec<String> = fewer.rules.iter().map(|rule| text(&fewer, rule)).collect();
            prop_assert_eq!(found, strong);
        }

        /// Every pair of rules looked at.
        #[test]
        fn a_longer_left_side_stays_only_if_it_beats_every_shorter_one(
            histories in prop::collection::vec(prop::collection::vec((0..9, 0_u32..4), 0..8), 0..9),
            together_days in 0_u32..4,
        ) {
            let histories: Sequences = histories.into_iter().collect();
            let params = SequenceRuleParams {
                max_antecedent: 3,
                together_days,
                ..SequenceRuleParams::new(10, vec![3, 8])
            };
            let mut found = sequence_rules(&histories, &params).expect("rules");
            let all = found.clone();
            let left = |rule: &SequenceRule| all.antecedents.items(rule.antecedent);
            let beaten = |rule: &SequenceRule| {
                all.rules.iter().any(|other| {
                    (other.consequent, other.window_days) == (rule.consequent, rule.window_days)
                        && left(other).len() < left(rule).len()
                        && left(other).iter().all(|item| left(rule).contains(item))
                        && other.probability >= rule.probability
                })
            };
            let kept = all.rules.iter().filter(|rule| !beaten(rule));
            let expected: Vec<String> = kept.map(|rule| format!("{rule:?}")).collect();
            found.drop_redundant();
            let kept: Vec<String> = found.rules.iter().map(|rule| format!("{rule:?}")).collect();
            prop_assert_eq!(kept, expected);
        }

        /// Under a limit as without one, and whatever the number of threads.
        #[test]
        fn a_memory_limit_raises_the_conversions_asked_for_and_changes_nothing_else(
            histories in prop::collection::vec(prop::collection::vec((0..9, 0_u32..4), 0..8), 0..9),
            limit_bytes in 0_usize..40_000,
        ) {
            let histories: Sequences = histories.into_iter().collect();
            let params = SequenceRuleParams {
                max_antecedent: 2,
                limit_bytes,
                ..SequenceRuleParams::new(10, vec![3, 8])
            };
            let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build();
            let found = pool
                .expect("a thread pool")
                .install(|| sequence_rules(&histories, &params))
                .expect("rules");
            let at = |min_converted, limit_bytes| {
                let params = SequenceRuleParams { min_converted, limit_bytes, ..params.clone() };
                sequence_rules(&histories, &params).expect("rules")
            };
            // As text, in which a lift that is no number equals itself.
            let text = |rules: &SequenceRules| format!("{rules:?}");
            prop_assert_eq!(text(&found), text(&at(found.min_converted, usize::MAX)));
            prop_assert!(size_of_val(found.rules.as_slice()) <= limit_bytes);
            if found.min_converted > 1 {
                prop_assert_eq!(text(&found), text(&at(found.min_converted - 1, limit_bytes)));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        /// Also if followers of no two antecedents fit beside each other.
        #[test]
        fn pieces_give_the_rules_of_the_whole_to_the_last_bit(
            histories in prop::collection::vec(prop::collection::vec((0..9, 0_u32..4), 0..8), 1..12),
            piece in 1_usize..6,
            min_converted in 1_u32..4,
            max_antecedent in 1_usize..4,
            together_days in 0_u32..4,
            limit_bytes in prop::option::of(0_usize..60_000),
        ) {
            let pieces: Vec<Sequences> =
                histories.chunks(piece).map(|some| some.iter().collect()).collect();
            let read = |see: &mut dyn FnMut(&Sequences)| -> std::result::Result<(), Infallible> {
                pieces.iter().for_each(see);
                Ok(())
            };
            let params = SequenceRuleParams {
                min_converted,
                max_antecedent,
                together_days,
                limit_bytes: limit_bytes.unwrap_or(usize::MAX),
                ..SequenceRuleParams::new(10, vec![3, 8])
            };
            let found = sequence_rules_in_pieces(read, &params).expect("readable").expect("rules");
            let whole: Sequences = histories.iter().collect();
            let params = SequenceRuleParams {
                min_converted: found.min_converted,
                limit_bytes: usize::MAX,
                ..params
            };
            let whole = sequence_rules(&whole, &params).expect("rules");
            prop_assert_eq!(format!("{found:?}"), format!("{whole:?}"));
        }
    }

    #[test]
    fn an_error_of_reading_is_passed_on() {
        let params = SequenceRuleParams::new(4, vec![30]);
        let found = sequence_rules_in_pieces(|_| Err("no disk"), &params);
        assert_eq!(found.err(), Some("no disk"));
    }

    #[test]
    fn a_purchase_after_the_last_day_is_refused() {
        let histories: Sequences = [vec![(0, A), (5, B)]].into_iter().collect();
        let params = SequenceRuleParams::new(4, vec![30]);
        assert!(sequence_rules(&histories, &params).is_err());
    }
}
