//! What is true about each customer, one row each, for tests of what models say.

use arrow::array::{ArrayRef, RecordBatch};

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
        .collect();
    let customers: Vec<_> = chosen.iter().map(|member| &member.life.customer).collect();
    let mut columns = vec![(
        "customer_id",
        text(chosen.iter().map(|member| Some(member.id()))),
    )];
    columns.extend(process_columns(&shop.calendar, &customers));
    columns.extend(behaviour_columns(&shop.calendar, &customers));
    columns.extend(outcome_columns(&chosen));
    batch("truth_customers", columns)
}

type Columns = Vec<(&'static str, ArrayRef)>;

/// How often, how long and for how much the customer buys.
fn process_columns(calendar: &Calendar, customers: &[&Customer]) -> Columns {
    let all = || customers.iter().copied();
    let number = |value: &dyn Fn(&Customer) -> Option<f64>| numbers(all().map(value));
    let day = |value: &dyn Fn(&Customer) -> Option<f64>| {
        dates(all().map(|customer| date(calendar, value(customer)?)))
    };
    vec![
        ("acquired_date", day(&|c| Some(c.acquired))),
        (
            "purchase_rate",
            number(&|c| has_process(c).then_some(c.purchase_rate)),
        ),
        ("gap_stages", counts(all().map(|c| i64::from(c.stages)))),
        (
            "dropout_rate",
            number(&|c| has_process(c).then_some(c.dropout_rate)),
        ),
        (
            "dropout_date",
            day(&|c| has_process(c).then_some(c.dropout)),
        ),
        ("is_active", flags(all().map(|c| is_active(c, calendar)))),
        (
            "purchase_probability_90",
            number(&|c| purchase_probability(c, calendar, 90.0)),
        ),
        (
            "purchase_probability_365",
            number(&|c| purchase_probability(c, calendar, 365.0)),
        ),
        (
            "orders_expected_90",
            number(&|c| orders_expected(c, calendar, 90.0)),
        ),
        (
            "orders_expected_365",
            number(&|c| orders_expected(c, calendar, 365.0)),
        ),
        ("order_value_mean", number(&|c| Some(c.order_value_mean()))),
        ("offer_probability", number(&|c| Some(c.offer_probability))),
        (
            "return_probability",
            number(&|c| Some(c.return_probability)),
        ),
    ]
}

/// Which kind of customer this is, and since when.
fn behaviour_columns(calendar: &Calendar, customers: &[&Customer]) -> Columns {
    let all = || customers.iter().copied();
    let is = |kind: fn(Behaviour) -> bool| flags(all().map(|c| kind(c.behaviour)));
    let day = |since: fn(&Customer) -> Option<f64>| {
        dates(all().map(|customer| date(calendar, since(customer)?)))
    };
    vec![
        (
            "segment",
            text(all().map(|c| Some(SEGMENTS[c.segment].name))),
        ),
        (
            "behaviour",
            text(all().map(|c| Some(Behaviour::NAMES[c.behaviour.place()]))),
        ),
        ("is_event_buyer", is(|kind| kind == Behaviour::EventBuyer)),
        ("is_price_only", is(|kind| kind == Behaviour::PriceOnly)),
        ("is_staples_only", is(|kind| kind == Behaviour::StaplesOnly)),
        (
            "is_fading",
            is(|kind| matches!(kind, Behaviour::Fading { .. })),
        ),
        ("fading_since_date", day(fading_since)),
        (
            "defected_category",
            text(all().map(|c| Some(CATEGORIES[defected(c)?.0]))),
        ),
        ("defected_date", day(|c| Some(defected(c)?.1))),
        ("is_advocate", flags(all().map(|c| c.is_advocate))),
    ]
}

/// What the customer did: orders, and the money of all their true lines.
fn outcome_columns(members: &[&Member]) -> Columns {
    let lives = || members.iter().map(|member| &member.life);
    let orders = |cause: fn(Cause) -> bool| counts(lives().map(|life| life.orders_by(cause)));
    vec![
        ("order_count", orders(|_| true)),
        (
            "follow_up_order_count",
            orders(|cause| matches!(cause, Cause::FollowUp(_))),
        ),
        (
            "campaign_order_count",
            orders(|cause| matches!(cause, Cause::Campaign(_))),
        ),
        ("revenue", money(lives().map(|life| Some(life.revenue)))),
        (
            "margin",
            money(lives().map(|life| Some(life.revenue - life.cost))),
        ),
    ]
}

/// The date of a moment in seasonal time, if it lies in the shop's period or before.
fn date(calendar: &Calendar, seasonal: f64) -> Option<chrono::NaiveDate> {
    (seasonal < calendar.days()).then(|| calendar.date(calendar.real(seasonal)))
}

/// The customer buys by a purchase process, not by the calendar of events.
fn has_process(customer: &Customer) -> bool {
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
    has_process(customer) && customer.dropout >= calendar.days()
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
fn purchase_probability(customer: &Customer, calendar: &Calendar, days: f64) -> Option<f64> {
    if !has_process(customer) || customer.stages > 1 {
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
    has_process(customer).then(|| is_active * final_rate(customer) * active_days)
}
