//! When a customer orders: the purchase process with drop-out, in seasonal time, and the event
//! buyers' visits. What is in the orders is for `baskets`.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::calendar::Calendar;
use super::customers::{Behaviour, Customer, FADED_SHARE, WALK_IN};
use super::random::{exponential, happens};

/// Why an order was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// By the customer's own purchase process.
    Own,
    /// Because of what a planted sequence made them need.
    FollowUp(usize),
    /// Because a campaign reached them.
    Campaign(usize),
}

/// One order to be filled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    /// Real time, in days since the shop's first day.
    pub(super) at: f64,
    pub(super) cause: Cause,
}

impl Order {
    pub(super) fn own(at: f64) -> Self {
        Self {
            at,
            cause: Cause::Own,
        }
    }
}

/// The customer's own orders within the shop's period, earliest first.
pub(super) fn own_orders(
    customer: &Customer,
    calendar: &Calendar,
    chance: &mut ChaCha8Rng,
) -> Vec<Order> {
    if customer.number >= WALK_IN {
        return vec![Order::own(
            calendar.real(chance.random_range(0.0..calendar.days())),
        )];
    }
    match customer.behaviour {
        Behaviour::EventBuyer => event_orders(calendar, chance),
        _ => process_orders(customer, calendar, chance),
    }
}

/// Purchases until drop-out or the last day, whichever is first. A fading customer's purchases
/// are thinned, which leaves a slower process of the same kind.
fn process_orders(customer: &Customer, calendar: &Calendar, chance: &mut ChaCha8Rng) -> Vec<Order> {
    let mut orders = Vec::new();
    let mut at = customer.acquired;
    while at < customer.dropout && at < calendar.days() {
        let is_faded = matches!(customer.behaviour, Behaviour::Fading { since } if since <= at);
        if at >= 0.0 && (!is_faded || happens(chance, FADED_SHARE)) {
            orders.push(Order::own(calendar.real(at)));
        }
        let stage_rate = customer.purchase_rate * f64::from(customer.stages);
        at += (0..customer.stages)
            .map(|_| exponential(chance, stage_rate))
            .sum::<f64>();
    }
    orders
}

/// One visit during some event, and with some luck another one at the same event a year later.
fn event_orders(calendar: &Calendar, chance: &mut ChaCha8Rng) -> Vec<Order> {
    let occurrences = &calendar.occurrences;
    if occurrences.is_empty() {
        return Vec::new();
    }
    let first = &occurrences[chance.random_range(0..occurrences.len())];
    let again = occurrences
        .iter()
        .find(|next| next.event == first.event && next.start_date > first.end_date)
        .filter(|_| happens(chance, 0.3));
    let visits = [Some(first), again].into_iter().flatten();
    visits
        .map(|occurrence| {
            let from = calendar.start_of(occurrence.start_date);
            let to = calendar.start_of(occurrence.end_date) + 1.0;
            Order::own(chance.random_range(from..to))
        })
        .collect()
}
