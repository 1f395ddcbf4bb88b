//! The definitions themselves, for tests: slow, obvious, written without the search.

use std::collections::{BTreeMap, BTreeSet};

use super::SequenceRuleParams;
use crate::survival::{Curve, Observation, kaplan_meier};

type Sets = BTreeMap<Vec<u32>, u32>;

/// Every subset of every basket, counted.
pub(super) fn frequent(baskets: &[Vec<u32>], min_count: u32) -> Sets {
    let mut counts = Sets::new();
    for basket in baskets {
        let distinct: Vec<u32> = basket
            .iter()
            .copied()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        for mask in 1..1_u32 << distinct.len() {
            let subset = (0..distinct.len()).filter(|item| mask & (1 << item) != 0);
            *counts
                .entry(subset.map(|item| distinct[item]).collect())
                .or_default() += 1;
        }
    }
    counts.retain(|_, count| *count >= min_count);
    counts
}

/// The sets of which no superset among `all` satisfies `beats`.
fn unbeaten(all: &Sets, beats: impl Fn(u32, u32) -> bool) -> Sets {
    let mut open = BTreeSet::new();
    for (larger, &count) in all {
        for left_out in 0..larger.len() {
            let mut smaller = larger.clone();
            smaller.remove(left_out);
            if all
                .get(&smaller)
                .is_some_and(|&support| beats(count, support))
            {
                open.insert(smaller);
            }
        }
    }
    all.iter()
        .filter(|(set, _)| !open.contains(*set))
        .map(|(set, &n)| (set.clone(), n))
        .collect()
}

pub(super) fn closed(all: &Sets) -> Sets {
    unbeaten(all, |count, support| count == support)
}

pub(super) fn maximal(all: &Sets) -> Sets {
    unbeaten(all, |_, _| true)
}

type Pattern = Vec<Vec<u32>>;
type Patterns = BTreeMap<Pattern, u32>;

/// Every way to choose days and items from every history, counted once per customer.
pub(super) fn sequences(
    histories: &[Vec<(i32, u32)>],
    (max_gap_days, max_span_days): (Option<u32>, Option<u32>),
    min_count: u32,
) -> Patterns {
    let mut counts = Patterns::new();
    for history in histories {
        let distinct: Vec<(i32, u32)> = history
            .iter()
            .copied()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let mut patterns = BTreeSet::new();
        for mask in 1..1_u32 << distinct.len() {
            let chosen = (0..distinct.len()).filter(|place| mask & (1 << place) != 0);
            let chosen: Vec<(i32, u32)> = chosen.map(|place| distinct[place]).collect();
            let within =
                |days: i32, most: Option<u32>| most.is_none_or(|most| days.unsigned_abs() <= most);
            let span = chosen[chosen.len() - 1].0 - chosen[0].0;
            if within(span, max_span_days)
                && chosen
                    .windows(2)
                    .all(|pair| within(pair[1].0 - pair[0].0, max_gap_days))
            {
                let elements = chosen.chunk_by(|left, right| left.0 == right.0);
                let items = elements.map(|element| element.iter().map(|&(_, item)| item).collect());
                patterns.insert(items.collect::<Pattern>());
            }
        }
        for pattern in patterns {
            *counts.entry(pattern).or_default() += 1;
        }
    }
    counts.retain(|_, count| *count >= min_count);
    counts
}

/// The patterns of which no pattern with one item more satisfies `beats`.
fn unbeaten_sequences(all: &Patterns, beats: impl Fn(u32, u32) -> bool) -> Patterns {
    let mut open = BTreeSet::new();
    for (larger, &count) in all {
        for element in 0..larger.len() {
            for item in 0..larger[element].len() {
                let mut smaller = larger.clone();
                smaller[element].remove(item);
                smaller.retain(|items| !items.is_empty());
                if all
                    .get(&smaller)
                    .is_some_and(|&support| beats(count, support))
                {
                    open.insert(smaller);
                }
            }
        }
    }
    let mut kept = all.clone();
    kept.retain(|pattern, _| !open.contains(pattern));
    kept
}

pub(super) fn closed_sequences(all: &Patterns) -> Patterns {
    unbeaten_sequences(all, |count, support| count == support)
}

pub(super) fn maximal_sequences(all: &Patterns) -> Patterns {
    unbeaten_sequences(all, |_, _| true)
}

/// The first day of purchase with all of `set` bought on it or at most `together` days before.
pub(super) fn start(history: &[(i32, u32)], set: &[u32], together: u32) -> Option<i32> {
    let near = |day: i32, item: u32| {
        history.iter().any(|&(other, bought)| {
            bought == item && other <= day && day.abs_diff(other) <= together
        })
    };
    let days = history.iter().map(|&(day, _)| day);
    days.filter(|&day| set.iter().all(|&item| near(day, item)))
        .min()
}

/// Days from the start of a customer to the consequent or the last day, and whether it was the
/// consequent; nothing for who is not at risk.
pub(super) fn exit(
    history: &[(i32, u32)],
    (set, consequent): (&[u32], u32),
    params: &SequenceRuleParams,
) -> Option<(u32, bool)> {
    let start = start(history, set, params.together_days)?;
    let later = history
        .iter()
        .filter(|&&(day, item)| item == consequent && day > start);
    let end = later.map(|&(day, _)| day).min();
    let days = end.unwrap_or(params.last_day).abs_diff(start);
    (days > 0).then_some((days, end.is_some()))
}

/// The curve of such exits.
pub(super) fn curve(exits: &[(u32, bool)]) -> Curve {
    let watched = exits.iter().map(|&(days, event)| Observation {
        entry: 0.0,
        time: f64::from(days),
        event,
        weight: 1.0,
    });
    kaplan_meier(&watched.collect::<Vec<_>>()).expect("days above 0")
}
