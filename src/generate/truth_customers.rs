//! What is true about each customer, one row each, for tests of what models say.

use arrow::array::RecordBatch;

use super::Shop;
use super::assortment::CATEGORIES;
use super::calendar::Calendar;
use super::columns::{batch, counts, dates, flags, money, numbers, text};
use super::customers::{Behaviour, Customer, FADED_SHARE, SEGMENTS};
use super::error::Result;
use super::profile::Member;
use super::timeline::Cause;

/// Up to so many customers, each has a row; of larger shops, every n-th has.
const CUSTOMERS_MOST: u32 = 1_000_000;

/// Every so many customers, one has a row.
pub(super) fn stride(shop: &Shop) -> u32 {
    shop.customers.div_ceil(CUSTOMERS_MOST).max(1)
}

/// One row per customer, or per n-th.
pub(super) fn truth_customers(shop: &Shop, members: &[Member]) -> Result<RecordBatch> {
    let stride = stride(shop);
    let chosen: Vec<_> = members
        .iter()
        .filter(|member| member.life.customer.number.is_multiple_of(stride))
        .map(|member| (member, &member.life.customer))
        .collect();
    let calendar = &shop.calendar;
    let all = || chosen.iter().copied();
    let one = || all().map(|(_, customer)| customer);
    let is = |behaviour: fn(Behaviour) -> bool| flags(one().map(move |c| behaviour(c.behaviour)));
    let orders = |cause: fn(Cause) -> bool| {
        counts(all().map(move |(member, _)| {
            member
                .life
                .orders
                .iter()
                .filter(|order| cause(order.cause))
                .count() as i64
        }))
    };
    let columns = vec![
        (
            "customer_id",
            text(all().map(|(member, _)| Some(member.id()))),
        ),
        (
            "segment",
            text(one().map(|c| Some(SEGMENTS[c.segment].name))),
        ),
        (
            "behaviour",
            text(one().map(|c| Some(Behaviour::NAMES[c.behaviour.place()]))),
        ),
        (
            "acquired_date",
            dates(one().map(|c| date(calendar, c.acquired))),
        ),
        (
            "purchase_rate",
            numbers(one().map(|c| process(c).then_some(c.purchase_rate))),
        ),
        ("gap_stages", counts(one().map(|c| i64::from(c.stages)))),
        (
            "dropout_rate",
            numbers(one().map(|c| process(c).then_some(c.dropout_rate))),
        ),
        (
            "dropout_date",
            dates(one().map(|c| date(calendar, c.dropout).filter(|_| process(c)))),
        ),
        ("is_active", flags(one().map(|c| is_active(c, calendar)))),
        (
            "purchase_probability_90",
            numbers(one().map(|c| probability(c, calendar, 90.0))),
        ),
        (
            "purchase_probability_365",
            numbers(one().map(|c| probability(c, calendar, 365.0))),
        ),
        (
            "orders_expected_90",
            numbers(one().map(|c| orders_expected(c, calendar, 90.0))),
        ),
        (
            "orders_expected_365",
            numbers(one().map(|c| orders_expected(c, calendar, 365.0))),
        ),
        (
            "order_value_mean",
            numbers(one().map(|c| Some(c.order_value_mean()))),
        ),
        (
            "offer_probability",
            numbers(one().map(|c| Some(c.offer_probability))),
        ),
        (
            "return_probability",
            numbers(one().map(|c| Some(c.return_probability))),
        ),
        ("is_event_buyer", is(|b| b == Behaviour::EventBuyer)),
        ("is_price_only", is(|b| b == Behaviour::PriceOnly)),
        ("is_staples_only", is(|b| b == Behaviour::StaplesOnly)),
        ("is_fading", is(|b| matches!(b, Behaviour::Fading { .. }))),
        (
            "fading_since_date",
            dates(one().map(|c| date(calendar, fading_since(c)?))),
        ),
        (
            "defected_category",
            text(one().map(|c| Some(CATEGORIES[defected(c)?.0]))),
        ),
        (
            "defected_date",
            dates(one().map(|c| date(calendar, defected(c)?.1))),
        ),
        ("is_advocate", flags(one().map(|c| c.is_advocate))),
        ("order_count", orders(|_| true)),
        (
            "follow_up_order_count",
            orders(|cause| matches!(cause, Cause::FollowUp(_))),
        ),
        (
            "campaign_order_count",
            orders(|cause| matches!(cause, Cause::Campaign(_))),
        ),
        (
            "revenue",
            money(all().map(|(member, _)| Some(member.life.revenue))),
        ),
        (
            "margin",
            money(all().map(|(member, _)| Some(member.life.revenue - member.life.cost))),
        ),
    ];
    batch("truth_customers", columns)
}

/// The date of a moment in seasonal time, if it lies in the shop's period or before.
fn date(calendar: &Calendar, seasonal: f64) -> Option<chrono::NaiveDate> {
    (seasonal < calendar.days()).then(|| calendar.date(calendar.real(seasonal)))
}

/// The customer buys by a purchase process, not by the calendar of events.
fn process(customer: &Customer) -> bool {
    customer.behaviour != Behaviour::EventBuyer
}

fn fading_since(customer: &Customer) -> Option<f64> {
    match customer.behaviour {
        Behaviour::Fading { since } => Some(since),
        _ => None,
    }
}

fn defected(customer: &Customer) -> Option<(usize, f64)> {
    match customer.behaviour {
        Behaviour::Defector { category, since } => Some((category, since)),
        _ => None,
    }
}

/// Has not dropped out by the end of the shop's period.
fn is_active(customer: &Customer, calendar: &Calendar) -> bool {
    process(customer) && customer.dropout >= calendar.days()
}

/// Purchases per seasonal day after the shop's period.
fn final_rate(customer: &Customer) -> f64 {
    let left = if fading_since(customer).is_some() {
        FADED_SHARE
    } else {
        1.0
    };
    customer.purchase_rate * left
}

/// Chance of a purchase in the seasonal days after the shop's period, given all that is true:
/// λ / (λ + μ) · (1 − exp(−(λ + μ) t)). None for who buys in a rhythm or at events, where it
/// depends on more.
fn probability(customer: &Customer, calendar: &Calendar, days: f64) -> Option<f64> {
    if !process(customer) || customer.stages > 1 {
        return None;
    }
    let rate = final_rate(customer);
    let leaving = rate + customer.dropout_rate;
    let is_active = f64::from(u8::from(is_active(customer, calendar)));
    Some(is_active * rate / leaving * -(-leaving * days).exp_m1())
}

/// Purchases expected in these days, given all that is true: λ / μ · (1 − exp(−μ t)).
fn orders_expected(customer: &Customer, calendar: &Calendar, days: f64) -> Option<f64> {
    let active_days = match customer.dropout_rate {
        rate if rate > 0.0 => -(-rate * days).exp_m1() / rate,
        _ => days,
    };
    let is_active = f64::from(u8::from(is_active(customer, calendar)));
    process(customer).then(|| is_active * final_rate(customer) * active_days)
}
