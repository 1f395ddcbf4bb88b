//! Who the customers are: every trait that is fixed before a customer's first order, drawn from
//! the customer's own stream. Nothing here depends on another customer.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::calendar::Calendar;
use super::random::{Matter, exponential, gamma, happens, pick, stream};

/// Purchases per seasonal day: Gamma(shape, rate).
pub(super) const PURCHASE_RATE: (f64, f64) = (1.2, 72.0);
/// Drop-outs per seasonal day: Gamma(shape, rate).
pub(super) const DROPOUT_RATE: (f64, f64) = (0.75, 55.0);
/// Purchases per seasonal day of defecting and fading customers, who buy often and never leave.
pub(super) const DEVOTED_RATE: (f64, f64) = (9.0, 330.0);
/// Order values of one customer: Gamma(p, ν), and ν over customers: Gamma(q, γ).
pub(super) const ORDER_VALUE: (f64, f64, f64) = (5.0, 5.0, 25.0);
/// Stages of the waiting time of a clockwork buyer: Erlang-k; 1 is a Poisson process.
pub(super) const CLOCKWORK_STAGES: u32 = 6;
/// What is left of a fading customer's rate after they began to fade.
pub(super) const FADED_SHARE: f64 = 0.25;
/// Share of customers who were acquired before the first day, at most so many days before.
pub(super) const EARLIER: (f64, f64) = (0.16, 540.0);
/// Share of customers who use a second id from some day on.
pub(super) const ALIAS_SHARE: f64 = 0.015;
/// Numbers from here on are walk-in shoppers, who leave no name.
pub(super) const WALK_IN: u32 = 1 << 31;

/// A group of customers alike in what they buy and where; what `segments` should find again.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) name: &'static str,
    pub(super) share: f64,
    /// Demand by category, in the order of `CATEGORIES`.
    pub(super) tastes: [f64; 9],
    /// Demand by channel, in the order of `CHANNELS`.
    pub(super) channels: [f64; 3],
}

/// Where people buy.
pub(super) const CHANNELS: [&str; 3] = ["web", "app", "store"];

/// The planted segments.
pub(super) const SEGMENTS: [Segment; 4] = [
    Segment {
        name: "family pantry",
        share: 0.34,
        tastes: [0.52, 0.12, 0.26, 0.03, 0.01, 0.01, 0.02, 0.02, 0.01],
        channels: [0.10, 0.05, 0.85],
    },
    Segment {
        name: "beauty by app",
        share: 0.26,
        tastes: [0.03, 0.14, 0.03, 0.75, 0.02, 0.0, 0.01, 0.01, 0.01],
        channels: [0.12, 0.84, 0.04],
    },
    Segment {
        name: "home makers",
        share: 0.22,
        tastes: [0.03, 0.04, 0.05, 0.02, 0.50, 0.32, 0.02, 0.01, 0.01],
        channels: [0.84, 0.06, 0.10],
    },
    Segment {
        name: "play and pets",
        share: 0.18,
        tastes: [0.04, 0.03, 0.04, 0.02, 0.03, 0.01, 0.42, 0.40, 0.01],
        channels: [0.46, 0.46, 0.08],
    },
];

/// The place of the segment that buys staples; who buys nothing else belongs to it.
const PANTRY: usize = 0;

/// How a customer behaves over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Behaviour {
    /// Buys at random moments until dropping out.
    Casual,
    /// Buys in a rhythm until dropping out.
    Clockwork,
    /// Comes once or twice, only for an event.
    EventBuyer,
    /// Buys only what is on offer.
    PriceOnly,
    /// Buys only staples.
    StaplesOnly,
    /// Buys one category at most orders, stops that at a moment (seasonal time), and stays.
    Defector { category: usize, since: f64 },
    /// Buys often, and far less often from a moment on (seasonal time).
    Fading { since: f64 },
}

impl Behaviour {
    pub(super) const NAMES: [&str; 7] = [
        "casual",
        "clockwork",
        "event buyer",
        "price only",
        "staples only",
        "defector",
        "fading",
    ];
    /// Share of the customers, in the order of `NAMES`.
    pub(super) const SHARES: [f64; 7] = [0.64, 0.10, 0.12, 0.06, 0.04, 0.02, 0.02];

    /// Place in `NAMES`.
    pub(super) fn place(self) -> usize {
        match self {
            Self::Casual => 0,
            Self::Clockwork => 1,
            Self::EventBuyer => 2,
            Self::PriceOnly => 3,
            Self::StaplesOnly => 4,
            Self::Defector { .. } => 5,
            Self::Fading { .. } => 6,
        }
    }

    fn draw(chance: &mut ChaCha8Rng, segment: usize, calendar: &Calendar) -> Self {
        let end = calendar.days();
        match pick(chance, &Self::SHARES) {
            0 => Self::Casual,
            1 => Self::Clockwork,
            2 => Self::EventBuyer,
            3 => Self::PriceOnly,
            4 => Self::StaplesOnly,
            5 => Self::Defector {
                category: pick(chance, &SEGMENTS[segment].tastes),
                since: end - chance.random_range(120.0..300.0),
            },
            _ => Self::Fading {
                since: end - chance.random_range(250.0..360.0),
            },
        }
    }
}

/// One customer, as fixed before the first order.
#[derive(Debug)]
pub(super) struct Customer {
    pub(super) number: u32,
    /// Place in `SEGMENTS`.
    pub(super) segment: usize,
    pub(super) behaviour: Behaviour,
    /// First order, in seasonal time; below 0 before the shop's first day. Of an event buyer, it
    /// is known when their visits are.
    pub(super) acquired: f64,
    /// Purchases per seasonal day while active.
    pub(super) purchase_rate: f64,
    /// Stages of the waiting time between purchases.
    pub(super) stages: u32,
    /// Drop-outs per seasonal day; 0 for who never leaves.
    pub(super) dropout_rate: f64,
    /// Drop-out, in seasonal time; infinite for who never leaves.
    pub(super) dropout: f64,
    /// Rate ν of this customer's order values.
    pub(super) value_rate: f64,
    /// Chance that a line is on offer outside events.
    pub(super) offer_probability: f64,
    /// Chance that a line comes back.
    pub(super) return_probability: f64,
    /// Place in `CHANNELS`.
    pub(super) channel: usize,
    /// From when on, in seasonal time, the customer uses a second id.
    pub(super) alias_since: Option<f64>,
    pub(super) is_opted_out: bool,
    /// Tells friends about the shop.
    pub(super) is_advocate: bool,
}

impl Customer {
    pub(super) fn draw(seed: u64, number: u32, calendar: &Calendar) -> Self {
        let chance = &mut stream(seed, Matter::Traits, number);
        let segment = pick(chance, &SEGMENTS.each_ref().map(|segment| segment.share));
        let behaviour = Behaviour::draw(chance, segment, calendar);
        let segment = match behaviour {
            Behaviour::StaplesOnly => PANTRY,
            _ => segment,
        };
        let is_devoted = matches!(
            behaviour,
            Behaviour::Defector { .. } | Behaviour::Fading { .. }
        );
        let (shape, rate) = if is_devoted {
            DEVOTED_RATE
        } else {
            PURCHASE_RATE
        };
        let purchase_rate = gamma(chance, shape, rate).max(1e-9);
        let acquired = acquired(chance, behaviour, calendar);
        let dropout_rate = gamma(chance, DROPOUT_RATE.0, DROPOUT_RATE.1).max(1e-9);
        let lifetime = exponential(chance, dropout_rate);
        let (_, q, gamma_rate) = ORDER_VALUE;
        let alias_since = happens(chance, ALIAS_SHARE)
            .then(|| chance.random_range(acquired.max(0.0)..calendar.days()));
        Self {
            number,
            segment,
            behaviour,
            acquired,
            purchase_rate,
            stages: if behaviour == Behaviour::Clockwork {
                CLOCKWORK_STAGES
            } else {
                1
            },
            dropout_rate: if is_devoted { 0.0 } else { dropout_rate },
            dropout: if is_devoted {
                f64::INFINITY
            } else {
                acquired + lifetime
            },
            value_rate: gamma(chance, q, gamma_rate),
            offer_probability: match behaviour {
                Behaviour::PriceOnly => 1.0,
                _ => chance.random_range(0.03..0.22),
            },
            return_probability: gamma(chance, 1.5, 50.0).min(0.5),
            channel: pick(chance, &SEGMENTS[segment].channels),
            alias_since,
            is_opted_out: happens(chance, 0.05),
            is_advocate: happens(chance, if is_devoted { 0.4 } else { 0.08 }),
        }
    }

    /// The order value expected of this customer, in currency units.
    pub(super) fn order_value_mean(&self) -> f64 {
        ORDER_VALUE.0 / self.value_rate
    }

    /// A second id stands in the customer's lines from this moment on.
    pub(super) fn uses_alias(&self, seasonal: f64) -> bool {
        self.alias_since.is_some_and(|since| since <= seasonal)
    }
}

/// The id of the customer with this number.
pub(super) fn customer_id(number: u32) -> String {
    format!("C{:08}", number + 1)
}

/// The second id of the customer with this number.
pub(super) fn alias_id(number: u32) -> String {
    format!("A{:08}", number + 1)
}

/// When the first order is placed: at any time, for the devoted early enough to be missed later.
fn acquired(chance: &mut ChaCha8Rng, behaviour: Behaviour, calendar: &Calendar) -> f64 {
    let latest = match behaviour {
        Behaviour::Defector { since, .. } | Behaviour::Fading { since } => since - 200.0,
        _ => calendar.days(),
    };
    let is_earlier = behaviour != Behaviour::EventBuyer && happens(chance, EARLIER.0);
    if is_earlier || latest <= 1.0 {
        return -chance.random_range(0.0..EARLIER.1);
    }
    chance.random_range(0.0..latest)
}
