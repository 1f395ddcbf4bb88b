//! What customers buy within days of any purchase: what rules are measured against.

use rayon::prelude::*;

use super::buyers::Buyers;
use super::conversion::{Exits, Point, curve};
use super::sequences::Sequences;
use super::study::{Study, convert};

/// The exits from every purchase day of every customer, a customer's k days weighing 1/k.
#[derive(Debug, Clone)]
pub(super) struct BaseExits {
    study: Study,
    /// If nobody buys anything.
    unconverted: Exits,
    /// By item code, of the items that are followed.
    converted: Vec<Option<Exits>>,
}

impl BaseExits {
    /// Nobody seen yet.
    pub(super) fn new(study: Study) -> Self {
        Self {
            study,
            unconverted: Exits::none(study.longest),
            converted: Vec::new(),
        }
    }

    /// First adds all customers.
    pub(super) fn watch(&mut self, sequences: &Sequences) {
        for customer in 0..sequences.len() {
            let weight = weight(sequences, customer);
            for (day, _) in sequences.history(customer) {
                self.study.watch(&mut self.unconverted, day, weight);
            }
        }
    }

    /// Then tells which items, by code, are followed.
    pub(super) fn follow(mut self, is_followed: impl Iterator<Item = bool>) -> Self {
        let unconverted = &self.unconverted;
        let exits = is_followed.map(|is_followed| is_followed.then(|| unconverted.clone()));
        self.converted = exits.collect();
        self
    }

    /// Then adds what all customers bought, in the same order.
    pub(super) fn convert(&mut self, sequences: &Sequences) {
        let study = self.study;
        let buyers = Buyers::of(sequences);
        let followed = self
            .converted
            .par_iter_mut()
            .zip(buyers.by_item().par_iter());
        followed.enumerate().for_each(|(item, (exits, buyers))| {
            let Some(exits) = exits else {
                return;
            };
            for &(customer, _) in buyers {
                let (customer, mut next) = (customer as usize, None);
                let weight = weight(sequences, customer);
                for (day, items) in sequences.history(customer).rev() {
                    let wait = next.map_or(u32::MAX, |next: i32| next.abs_diff(day));
                    if wait as usize <= study.longest {
                        convert(exits, (wait, study.observed(day)), weight);
                    }
                    if items
                        .binary_search_by_key(&item, |&item| item as usize)
                        .is_ok()
                    {
                        next = Some(day);
                    }
                }
            }
        });
    }

    /// The curve of each item; none of those that are not followed.
    pub(super) fn curves(self) -> Vec<Vec<Point>> {
        let curve = |exits: Option<Exits>| exits.map_or_else(Vec::new, |exits| curve(&exits));
        self.converted.into_par_iter().map(curve).collect()
    }

    /// Memory that an item takes which is followed.
    pub(super) fn bytes_of(study: Study) -> usize {
        (size_of::<Point>() + 2 * size_of::<f64>()) * study.longest
    }
}

fn weight(sequences: &Sequences, customer: usize) -> f64 {
    1.0 / sequences.days_of(customer).len() as f64
}
