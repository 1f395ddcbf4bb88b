//! Customers followed from a purchase to the next one of interest, or to the last day observed.

use super::antecedents::Start;
use super::conversion::Exits;
use super::sequences::Sequences;

/// A conversion seen: days to it, and days that the customer would have been observed without.
pub(super) type Conversion = (u32, u32);

/// How customers are followed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Study {
    pub(super) last_day: i32,
    /// Days that they are followed.
    pub(super) longest: usize,
}

impl Study {
    /// Days that a customer is observed from `start` on.
    pub(super) fn observed(&self, start: i32) -> u32 {
        self.last_day.abs_diff(start)
    }

    /// Adds customers observed from `start` on, with their weight, who do not convert.
    pub(super) fn watch(&self, exits: &mut Exits, start: i32, weight: f64) {
        if start < self.last_day {
            exits.at_risk += weight;
            let day = self.observed(start) as usize - 1;
            if let Some(censored) = exits.censored.get_mut(day) {
                *censored += weight;
            }
        }
    }

    /// For each item the first later purchase of each customer with a start; returns the items
    /// with any, ascending. By item code, `conversions` is empty before, `seen` the largest number
    /// before and after.
    pub(super) fn convert(
        &self,
        sequences: &Sequences,
        starts: &[Start],
        seen: &mut [u32],
        conversions: &mut [Vec<Conversion>],
    ) -> Vec<u32> {
        let mut items_seen = Vec::new();
        for &(customer, start) in starts {
            let history = sequences.history(customer as usize);
            let later = history
                .skip_while(|&(day, _)| day <= start)
                .map(|(day, items)| (day.abs_diff(start), items))
                .take_while(|&(wait, _)| wait as usize <= self.longest);
            for (wait, items) in later {
                for &item in items {
                    if seen[item as usize] != customer {
                        seen[item as usize] = customer;
                        let conversions = &mut conversions[item as usize];
                        if conversions.is_empty() {
                            items_seen.push(item);
                        }
                        conversions.push((wait, self.observed(start)));
                    }
                }
            }
        }
        for &item in &items_seen {
            seen[item as usize] = u32::MAX;
        }
        items_seen.sort_unstable();
        items_seen
    }
}

/// Makes a customer censored after `observed` days one who converted after `days`.
pub(super) fn convert(exits: &mut Exits, (days, observed): Conversion, weight: f64) {
    exits.converted[days as usize - 1] += weight;
    if let Some(censored) = exits.censored.get_mut(observed as usize - 1) {
        *censored -= weight;
    }
}
