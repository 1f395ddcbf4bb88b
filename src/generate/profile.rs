//! What the shop's own records say about a customer: where they live, how they were won, what was
//! spent on them.

use chrono::{Datelike, NaiveDate};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Shop;
use super::catalog::{CENT, Money};
use super::customers::{Customer, customer_id};
use super::life::Life;
use super::random::{Matter, happens, pick, stream};
use super::referrals::{Edge, edges, referrer};

/// A region with its middle (latitude, longitude) and share of the customers.
const REGIONS: [(&str, f64, f64, f64); 6] = [
    ("London", 51.51, -0.13, 0.30),
    ("Midlands", 52.49, -1.89, 0.20),
    ("North West", 53.48, -2.24, 0.18),
    ("Yorkshire", 53.80, -1.55, 0.12),
    ("South West", 51.45, -2.59, 0.11),
    ("Scotland", 55.86, -4.25, 0.09),
];
/// Spread around the middle, in degrees.
const REGION_SPREAD: f64 = 0.25;

/// A way to win customers with its cost per customer and its share.
pub(super) const ACQUISITION_CHANNELS: [(&str, Money, f64); 5] = [
    ("search", 850 * CENT, 0.34),
    ("social", 620 * CENT, 0.24),
    ("affiliate", 1_100 * CENT, 0.12),
    ("email", 150 * CENT, 0.10),
    ("store", 300 * CENT, 0.20),
];
/// What a referral costs: the thanks to whoever brought the customer.
const REFERRAL_COST: Money = 500 * CENT;
/// Share of customers whose cost of acquisition, and whose first day, nobody recorded.
const UNRECORDED_SHARE: f64 = 0.05;
/// The days of the year on which a catalogue is mailed, to whom, at what cost.
const MAILING_DAYS: [(u32, u32); 2] = [(3, 1), (10, 1)];
const MAILING_SHARE: f64 = 0.4;
pub(super) const MAILING_COST: Money = 85 * CENT;

/// A customer's life with what the shop recorded about them.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) life: Life,
    pub(super) region: &'static str,
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    pub(super) acquisition_channel: &'static str,
    pub(super) acquisition_cost: Option<Money>,
    pub(super) first_known_date: Option<NaiveDate>,
    pub(super) mailing_dates: Vec<NaiveDate>,
    pub(super) edges: Vec<Edge>,
}

impl Member {
    pub(super) fn new(shop: &Shop, life: Life) -> Self {
        let chance = &mut stream(shop.seed, Matter::Profile, life.customer.number);
        let (region, latitude, longitude, _) = REGIONS[pick(chance, &REGIONS.map(|r| r.3))];
        let known_since = known_since(shop, &life);
        let heard = &mut stream(shop.seed, Matter::Referral, life.customer.number);
        let referrer = referrer(shop, &life.customer, heard);
        let edges = referrer
            .map(|referrer| edges(referrer, &life.customer, known_since, heard))
            .unwrap_or_default();
        let channel = ACQUISITION_CHANNELS[pick(chance, &ACQUISITION_CHANNELS.map(|c| c.2))];
        let (acquisition_channel, cost) = match referrer {
            Some(_) => ("referral", REFERRAL_COST),
            None => (channel.0, channel.1),
        };
        Self {
            region,
            latitude: latitude + REGION_SPREAD * spread(chance),
            longitude: longitude + REGION_SPREAD * spread(chance),
            acquisition_channel,
            acquisition_cost: (!happens(chance, UNRECORDED_SHARE)).then_some(cost),
            first_known_date: (!happens(chance, UNRECORDED_SHARE)).then_some(known_since),
            mailing_dates: mailing_dates(shop, &life.customer, known_since, chance),
            edges,
            life,
        }
    }

    pub(super) fn id(&self) -> String {
        customer_id(self.life.customer.number)
    }
}

/// The day of the first order, also of one before the shop's first day.
fn known_since(shop: &Shop, life: &Life) -> NaiveDate {
    let acquired = match life.orders.first() {
        Some(first) if life.customer.acquired >= 0.0 => first.at,
        _ => shop.calendar.real(life.customer.acquired),
    };
    shop.calendar.date(acquired)
}

fn spread(chance: &mut ChaCha8Rng) -> f64 {
    chance.sample(rand_distr::StandardNormal)
}

/// The mailings that went to the customer since they were known.
fn mailing_dates(
    shop: &Shop,
    customer: &Customer,
    known_since: NaiveDate,
    chance: &mut ChaCha8Rng,
) -> Vec<NaiveDate> {
    if customer.is_opted_out {
        return Vec::new();
    }
    let (start, end) = (shop.calendar.start_date, shop.calendar.end_date);
    (start.year()..=end.year())
        .flat_map(|year| MAILING_DAYS.map(|(month, day)| NaiveDate::from_ymd_opt(year, month, day)))
        .flatten()
        .filter(|date| start.max(known_since) <= *date && *date <= end)
        .filter(|_| happens(chance, MAILING_SHARE))
        .collect()
}
