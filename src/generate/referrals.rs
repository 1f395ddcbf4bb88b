//! Who brought whom. A referrer was a customer before the one they brought, so the true edges
//! make trees; some bad edges stand beside them.

use chrono::{Days, NaiveDate};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Shop;
use super::customers::{Behaviour, Customer, customer_id};
use super::random::happens;

/// Chance that a new customer was brought, if somebody is found who would.
const BROUGHT_SHARE: f64 = 0.35;
/// How many people a new customer might have heard of the shop from.
const ACQUAINTANCES: usize = 8;
/// Chance that a bad edge stands beside a true one; its kinds are equally likely.
const FAULT_SHARE: f64 = 0.02;

/// One row of the referrals.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) referrer_id: String,
    pub(super) referred_id: String,
    pub(super) referred_at: NaiveDate,
    /// What is wrong with it, if anything.
    pub(super) fault: Option<Fault>,
}

/// What is wrong with an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A customer brought themselves.
    SelfReferral,
    /// The referrer is not a customer.
    UnknownReferrer,
    /// The same edge, a day later.
    Duplicate,
    /// The referred customer brought the referrer.
    Cycle,
}

impl Fault {
    pub(super) const NAMES: [&str; 4] = ["self_referral", "unknown_referrer", "duplicate", "cycle"];
    const ALL: [Self; 4] = [
        Self::SelfReferral,
        Self::UnknownReferrer,
        Self::Duplicate,
        Self::Cycle,
    ];
}

/// The customer who brought this one: an advocate, a customer for a week at least, and not gone.
pub(super) fn referrer(shop: &Shop, customer: &Customer, chance: &mut ChaCha8Rng) -> Option<u32> {
    let is_local = customer.acquired >= 0.0 && customer.behaviour != Behaviour::EventBuyer;
    if !is_local || shop.customers == 0 || !happens(chance, BROUGHT_SHARE) {
        return None;
    }
    (0..ACQUAINTANCES)
        .map(|_| {
            Customer::draw(
                shop.seed,
                chance.random_range(0..shop.customers),
                &shop.calendar,
            )
        })
        .find(|known| {
            known.is_advocate
                && known.behaviour != Behaviour::EventBuyer
                && known.acquired + 7.0 < customer.acquired
                && known.dropout > customer.acquired
        })
        .map(|known| known.number)
}

/// The rows that say so: the true edge, and now and then a bad one.
pub(super) fn edges(
    referrer: u32,
    customer: &Customer,
    referred_at: NaiveDate,
    chance: &mut ChaCha8Rng,
) -> Vec<Edge> {
    let (by, whom) = (customer_id(referrer), customer_id(customer.number));
    let edge = |referrer_id: &String, referred_id: &String, referred_at, fault| Edge {
        referrer_id: referrer_id.clone(),
        referred_id: referred_id.clone(),
        referred_at,
        fault,
    };
    let mut edges = vec![edge(&by, &whom, referred_at, None)];
    if happens(chance, FAULT_SHARE) {
        let fault = Fault::ALL[chance.random_range(0..Fault::ALL.len())];
        let later = referred_at + Days::new(1);
        let bad = |from, to| edge(from, to, later, Some(fault));
        edges.push(match fault {
            Fault::SelfReferral => bad(&whom, &whom),
            Fault::UnknownReferrer => bad(&format!("X{referrer:08}"), &whom),
            Fault::Duplicate => bad(&by, &whom),
            Fault::Cycle => bad(&whom, &by),
        });
    }
    edges
}
