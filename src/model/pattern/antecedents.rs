//! What stands on the left of a sequence rule: items bought together, and who bought them when.

use std::collections::BTreeSet;

use super::buyers::Buyers;
use super::narrow::narrow;
use super::sequences::Sequences;
use super::sink::Budget;

/// A customer and the first day on which all items of a set had been bought together.
pub(super) type Start = (u32, i32);

/// A customer, and the number of a day.
type Place = (u32, u32);

/// Sets of items that enough customers bought within a few days.
pub(super) struct Antecedents<'a> {
    pub(super) sequences: &'a Sequences,
    pub(super) together_days: u32,
    pub(super) max_items: usize,
    pub(super) min_customers: usize,
    /// The sets of several items that alone are visited, if not all.
    pub(super) candidates: Option<&'a BTreeSet<Vec<u32>>>,
    pub(super) budget: &'a Budget,
}

impl Antecedents<'_> {
    /// Visits the sets whose lowest item is `item`, with the starts of their customers, and the
    /// bytes of the places that led to them.
    pub(super) fn visit(
        &self,
        item: u32,
        buyers: &Buyers,
        visit: &mut impl FnMut(&[u32], &[Start], usize),
    ) {
        let starts = buyers.of_item(item);
        if starts.len() < self.min_customers {
            return;
        }
        visit(&[item], starts, 0);
        if self.max_items > 1 {
            let places: Vec<Place> = starts
                .iter()
                .flat_map(|&(customer, _)| {
                    let days = self.sequences.days_of(customer as usize);
                    days.map(move |day| (customer, narrow(day)))
                })
                .filter(|&place| self.window(place).any(|other| other == item))
                .collect();
            self.extend(&mut vec![item], &places, 0, visit);
        }
    }

    /// The items bought on the day at a place and up to `together_days` before.
    fn window(&self, (customer, day): Place) -> impl Iterator<Item = u32> {
        let first = self.sequences.days_of(customer as usize).start;
        let (last_day, _) = self.sequences.day(day as usize);
        (first..=day as usize)
            .rev()
            .map(|number| self.sequences.day(number))
            .take_while(move |(day, _)| last_day.abs_diff(*day) <= self.together_days)
            .flat_map(|(_, items)| items.iter().copied())
    }

    /// Adds to `set`, which the windows at `places` hold, each higher item that they hold too.
    fn extend(
        &self,
        set: &mut Vec<u32>,
        places: &[Place],
        path: usize,
        visit: &mut impl FnMut(&[u32], &[Start], usize),
    ) {
        let highest = set[set.len() - 1];
        let mut found: Vec<(u32, Place)> = places
            .iter()
            .flat_map(|&place| self.window(place).map(move |item| (item, place)))
            .filter(|&(item, _)| item > highest)
            .collect();
        found.sort_unstable();
        found.dedup();
        let path = path + size_of_val(places) + size_of_val(found.as_slice());
        for group in found.chunk_by(|left, right| left.0 == right.0) {
            let places: Vec<Place> = group.iter().map(|&(_, place)| place).collect();
            let starts: Vec<Start> = places
                .chunk_by(|left, right| left.0 == right.0)
                .map(|days| (days[0].0, self.sequences.day(days[0].1 as usize).0))
                .collect();
            if self.budget.is_exceeded() || starts.len() < self.min_customers {
                continue;
            }
            set.push(group[0].0);
            if self
                .candidates
                .is_none_or(|candidates| candidates.contains(set))
            {
                visit(set, &starts, path);
                if set.len() < self.max_items {
                    self.extend(set, &places, path, visit);
                }
            }
            set.pop();
        }
    }
}

/// The first day on which all of `items` had been bought within `together_days`.
pub(super) fn first_together<'a>(
    history: impl Iterator<Item = (i32, &'a [u32])>,
    items: &[u32],
    together_days: u32,
) -> Option<i32> {
    let mut latest: Vec<Option<i32>> = vec![None; items.len()];
    for (day, bought) in history {
        for (latest, item) in latest.iter_mut().zip(items) {
            if bought.binary_search(item).is_ok() {
                *latest = Some(day);
            }
        }
        let recent = |latest: &Option<i32>| {
            latest.is_some_and(|latest| day.abs_diff(latest) <= together_days)
        };
        if latest.iter().all(recent) {
            return Some(day);
        }
    }
    None
}
