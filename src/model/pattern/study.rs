//! Customers followed from a purchase to the next one of interest, or to the last day observed.

use rayon::prelude::*;

use super::antecedents::Start;
use super::buyers::Buyers;
use super::conversion::{Exits, Point, curve};
use super::narrow::narrow;
use super::sequences::Sequences;

/// A conversion seen: days to it, and days that the customer would have been observed without.
pub(super) type Conversion = (u32, u32);

/// The histories under study.
pub(super) struct Study<'a> {
    pub(super) sequences: &'a Sequences,
    pub(super) last_day: i32,
    /// Days that customers are followed.
    pub(super) longest: usize,
}

impl Study<'_> {
    /// No conversions: customers observed from these days on, with their weights.
    fn unconverted(&self, starts: impl Iterator<Item = (i32, f64)>) -> Exits {
        let (converted, mut censored) = (vec![0.0; self.longest], vec![0.0; self.longest]);
        let mut at_risk = 0.0;
        for (start, weight) in starts.filter(|&(start, _)| start < self.last_day) {
            at_risk += weight;
            let observed = self.last_day.abs_diff(start) as usize;
            if let Some(censored) = censored.get_mut(observed - 1) {
                *censored += weight;
            }
        }
        Exits {
            at_risk,
            converted,
            censored,
        }
    }

    /// The exits of customers with these starts if none of them converts.
    pub(super) fn watch(&self, starts: &[Start]) -> Exits {
        self.unconverted(starts.iter().map(|&(_, start)| (start, 1.0)))
    }

    /// The curve of customers of whom some convert.
    pub(super) fn follow(unconverted: &Exits, conversions: &[Conversion]) -> Vec<Point> {
        let mut exits = unconverted.clone();
        for &conversion in conversions {
            convert(&mut exits, conversion, 1.0);
        }
        curve(&exits)
    }

    /// For each item the first later purchase of each customer with a start; returns the items
    /// with any, ascending. By item code, `conversions` is empty before, `seen` the largest number
    /// before and after.
    pub(super) fn convert(
        &self,
        starts: &[Start],
        seen: &mut [u32],
        conversions: &mut [Vec<Conversion>],
    ) -> Vec<u32> {
        let mut items_seen = Vec::new();
        for &(customer, start) in starts {
            let history = self.sequences.history(customer as usize);
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
                        conversions.push((wait, self.last_day.abs_diff(start)));
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

    /// For each item with at least `min_buyers` the curve from every purchase day of every
    /// customer, a customer's k days weighing 1/k.
    pub(super) fn base_curves(&self, buyers: &Buyers, min_buyers: usize) -> Vec<Vec<Point>> {
        let days = |customer| self.sequences.history(customer).map(|(day, _)| day);
        let weight = |customer| 1.0 / self.sequences.days_of(customer).len() as f64;
        let all = (0..self.sequences.len())
            .flat_map(|customer| days(customer).map(move |day| (day, weight(customer))));
        let unconverted = self.unconverted(all);
        let curve_of = |item: u32| {
            if buyers.of_item(item).len() < min_buyers {
                return Vec::new();
            }
            let mut exits = unconverted.clone();
            for &(customer, _) in buyers.of_item(item) {
                let (customer, mut next) = (customer as usize, None);
                let weight = weight(customer);
                for (day, items) in self.sequences.history(customer).rev() {
                    let wait = next.map_or(u32::MAX, |next: i32| next.abs_diff(day));
                    if wait as usize <= self.longest {
                        convert(&mut exits, (wait, self.last_day.abs_diff(day)), weight);
                    }
                    if items.binary_search(&item).is_ok() {
                        next = Some(day);
                    }
                }
            }
            curve(&exits)
        };
        (0..narrow(buyers.codes()))
            .into_par_iter()
            .map(curve_of)
            .collect()
    }
}

/// Makes a customer censored after `observed` days one who converted after `days`.
fn convert(exits: &mut Exits, (days, observed): Conversion, weight: f64) {
    exits.converted[days as usize - 1] += weight;
    if let Some(censored) = exits.censored.get_mut(observed as usize - 1) {
        *censored -= weight;
    }
}
