//! One customer's whole life in the shop: orders filled in the order of time, follow-ups and
//! campaigns woven in, returns, dirt. Out come the lines and what is true about the customer.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Shop;
use super::baskets::{Item, Shopper};
use super::campaigns::{Exposure, expose};
use super::catalog::Money;
use super::customers::{Behaviour, Customer, WALK_IN};
use super::dirt::soil;
use super::line::{Kind, Line, Payer};
use super::planted::SEQUENCES;
use super::random::{Matter, exponential, happens, stream};
use super::tally::Tally;
use super::timeline::{Cause, Order, own_orders};

/// Longest time between an order and a return.
pub(super) const RETURN_DAYS: f64 = 30.0;
/// Chance that beside a customer a walk-in shopper comes to the shop.
pub(super) const WALK_IN_SHARE: f64 = 0.18;

/// A customer and what became of them.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) customer: Customer,
    pub(super) orders: Vec<Order>,
    pub(super) exposures: Vec<Exposure>,
    /// Of all true lines.
    pub(super) revenue: Money,
    pub(super) cost: Money,
}

impl Life {
    /// Orders with such a cause.
    pub(super) fn orders_by(&self, cause: fn(Cause) -> bool) -> i64 {
        let orders = self.orders.iter();
        orders.map(|order| i64::from(cause(order.cause))).sum()
    }
}

/// Lives the life of the customer with this number, and perhaps of a walk-in shopper beside them.
/// Adds their lines and counts.
pub(super) fn live(shop: &Shop, number: u32, lines: &mut Vec<Line>, tally: &mut Tally) -> Life {
    let mut dirt = stream(shop.seed, Matter::Dirt, number);
    if happens(&mut dirt, WALK_IN_SHARE) {
        live_one(shop, number | WALK_IN, lines, tally, &mut dirt);
    }
    live_one(shop, number, lines, tally, &mut dirt)
}

/// Orders, what is in them, what comes back, and the dirt around it.
fn live_one(
    shop: &Shop,
    number: u32,
    lines: &mut Vec<Line>,
    tally: &mut Tally,
    dirt: &mut ChaCha8Rng,
) -> Life {
    let mut customer = Customer::draw(shop.seed, number, &shop.calendar);
    let chance = &mut stream(shop.seed, Matter::Orders, number);
    let mut orders = own_orders(&customer, &shop.calendar, chance);
    if let (Behaviour::EventBuyer, Some(first)) = (customer.behaviour, orders.first()) {
        customer.acquired = shop.calendar.seasonal(first.at);
    }
    let reached = &mut stream(shop.seed, Matter::Campaigns, number);
    let (exposures, extra) = expose(&customer, &shop.calendar, reached);
    orders.extend(extra);
    orders.sort_by(|a, b| a.at.total_cmp(&b.at));
    let mut own = Vec::new();
    shop_through(shop, &customer, &mut orders, &mut own, chance, tally);
    send_back(shop, &customer, &mut own, chance);
    let revenue = own.iter().map(|line| line.revenue).sum();
    let cost = own.iter().map(|line| line.cost).sum();
    soil(&mut own, dirt);
    for line in &own {
        tally.line(line);
    }
    lines.append(&mut own);
    let life = Life {
        customer,
        orders,
        exposures,
        revenue,
        cost,
    };
    if number < WALK_IN {
        tally.life(&life);
    } else {
        tally.heads.walk_in_orders += 1;
    }
    life
}

/// Fills every order, earliest first; a planted sequence adds an order to those still to come.
fn shop_through(
    shop: &Shop,
    customer: &Customer,
    orders: &mut Vec<Order>,
    lines: &mut Vec<Line>,
    chance: &mut ChaCha8Rng,
    tally: &mut Tally,
) {
    let mut shopper = Shopper::new(shop, customer, chance);
    let mut next = 0;
    while let Some(order) = orders.get(next).copied() {
        next += 1;
        let (items, begun) = shopper.fill(order, chance);
        for sequence in begun {
            let delay_days = exponential(chance, SEQUENCES[sequence].hazard());
            let at = order.at + delay_days;
            let cause = Cause::FollowUp(sequence);
            let is_seen = at < shop.calendar.days();
            tally.sequence(sequence, delay_days, is_seen);
            if is_seen {
                let place = orders.partition_point(|earlier| earlier.at <= at);
                orders.insert(place, Order { at, cause });
            }
        }
        tally.order(shop, order, &items);
        let channel = if happens(chance, 0.9) {
            customer.channel
        } else {
            chance.random_range(0..3)
        };
        let line = blank_line(shop, customer, order.at, next, channel);
        lines.extend(items.iter().map(|item| sale(line, item)));
    }
}

/// A line that is still without a product.
fn blank_line(shop: &Shop, customer: &Customer, at: f64, order: usize, channel: usize) -> Line {
    let payer = match customer {
        Customer { number, .. } if *number >= WALK_IN => Payer::Nobody,
        _ if customer.uses_alias(shop.calendar.seasonal(at)) => Payer::Alias,
        _ => Payer::Customer,
    };
    Line {
        ordered_at: shop.calendar.microseconds(at),
        revenue: 0,
        discount: 0,
        cost: 0,
        customer: customer.number & !WALK_IN,
        order: order as u16,
        product: 0,
        quantity: 0,
        day: at as u16,
        channel: channel as u8,
        kind: Kind::Sale,
        payer,
    }
}

fn sale(line: Line, item: &Item) -> Line {
    Line {
        product: item.product,
        quantity: item.quantity,
        revenue: item.revenue,
        discount: item.discount,
        cost: item.cost,
        ..line
    }
}

/// Adds the returns of these sales: the same product, some or all of its units, some days later.
fn send_back(shop: &Shop, customer: &Customer, lines: &mut Vec<Line>, chance: &mut ChaCha8Rng) {
    let mut returns = 0;
    for index in 0..lines.len() {
        if !happens(chance, customer.return_probability) {
            continue;
        }
        let sold = lines[index];
        let days = chance.random_range(1.0..RETURN_DAYS - 1.0);
        let hours = chance.random::<f64>();
        let at = f64::from(sold.day) + days.floor() + hours;
        let units = if happens(chance, 0.8) {
            sold.quantity
        } else {
            1
        };
        if at >= shop.calendar.days() {
            continue;
        }
        returns += 1;
        let back = blank_line(shop, customer, at, returns, usize::from(sold.channel));
        let part = |money: Money| -money * Money::from(units) / Money::from(sold.quantity);
        lines.push(Line {
            kind: Kind::Return,
            product: sold.product,
            quantity: -units,
            revenue: part(sold.revenue),
            discount: part(sold.discount),
            cost: part(sold.cost),
            ..back
        });
    }
}
