//! What the customers of an antecedent bought afterwards, added up piece by piece.

use super::antecedents::Start;
use super::conversion::{Exits, Point, curve};
use super::narrow::narrow;
use super::study::{Conversion, Study};

/// So many customers who, so many days after their start, bought a consequent, or would have been
/// last observed if they had not bought it before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    consequent: u32,
    day: u32,
    has_bought: bool,
    customers: u32,
}

/// Events that are left as they are: adding up few often takes longer than it saves.
const FEW: usize = 1 << 12;

/// The customers of an antecedent.
#[derive(Debug, Clone)]
pub(super) struct Followers {
    /// Who bought it.
    pub(super) customers: u32,
    /// If nobody buys anything afterwards.
    unconverted: Exits,
    events: Vec<Event>,
    /// Events there were when equal ones had been added up.
    distinct: usize,
}

impl Followers {
    /// No customers yet.
    pub(super) fn new(study: &Study) -> Self {
        Self {
            customers: 0,
            unconverted: Exits::none(study.longest),
            events: Vec::new(),
            distinct: 0,
        }
    }

    /// Adds customers, who buy nothing yet.
    pub(super) fn watch(&mut self, study: &Study, starts: &[Start]) {
        self.customers += narrow(starts.len());
        for &(_, start) in starts {
            study.watch(&mut self.unconverted, start, 1.0);
        }
    }

    /// Adds what customers who are watched bought.
    pub(super) fn convert(&mut self, study: &Study, consequent: u32, conversions: &[Conversion]) {
        let event = |day, has_bought| Event {
            consequent,
            day,
            has_bought,
            customers: 1,
        };
        for &(days, observed) in conversions {
            self.events.push(event(days, true));
            if observed as usize <= study.longest {
                self.events.push(event(observed, false));
            }
        }
    }

    /// Adds up equal events once they have become twice as many.
    pub(super) fn compact(&mut self) {
        if self.events.len() > 2 * self.distinct.max(FEW) {
            self.events.sort_unstable();
            self.events.dedup_by(|next, kept| {
                let customers = kept.customers;
                let is_same = *kept == Event { customers, ..*next };
                kept.customers += if is_same { next.customers } else { 0 };
                is_same
            });
            self.events.shrink_to_fit();
            self.distinct = self.events.len();
        }
    }

    /// Memory that customers take of whom so many conversions are seen.
    pub(super) fn bytes_of(study: &Study, conversions: usize) -> usize {
        let of_conversion = 2 * size_of::<Event>();
        2 * size_of::<f64>() * study.longest + of_conversion.saturating_mul(conversions)
    }

    /// Memory that these customers take.
    pub(super) fn bytes(&self, study: &Study) -> usize {
        Self::bytes_of(study, 0) + size_of_val(self.events.as_slice())
    }

    /// Visits every consequent that at least `min_converted` bought, ascending, with the curve
    /// towards it.
    pub(super) fn curves(mut self, min_converted: usize, mut visit: impl FnMut(u32, &[Point])) {
        if !self.events.is_sorted_by_key(|event| event.consequent) {
            self.events.sort_unstable();
        }
        for events in self
            .events
            .chunk_by(|left, right| left.consequent == right.consequent)
        {
            let bought = events.iter().filter(|event| event.has_bought);
            if bought.map(|event| event.customers as usize).sum::<usize>() >= min_converted {
                let mut exits = self.unconverted.clone();
                for event in events {
                    let customers = f64::from(event.customers);
                    if event.has_bought {
                        exits.converted[event.day as usize - 1] += customers;
                    } else {
                        exits.censored[event.day as usize - 1] -= customers;
                    }
                }
                visit(events[0].consequent, &curve(&exits));
            }
        }
    }
}
