//! Counts of what really happened, next to what was planted. Only sums of whole numbers, so it
//! does not matter in which order the parts are added.

use std::ops::AddAssign;

use super::Shop;
use super::baskets::Item;
use super::campaigns::CAMPAIGNS;
use super::customers::{Behaviour, SEGMENTS};
use super::life::Life;
use super::line::{Kind, Line, Payer};
use super::planted::{PAIRS, SEQUENCES};
use super::referrals::{Edge, Fault};
use super::timeline::{Cause, Order};

/// Most arms that a campaign has.
const ARMS: usize = 3;

/// A struct of whole numbers that adds up field by field.
macro_rules! counts {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default, Clone, Copy)]
        pub(super) struct $name {
            $($(#[$field_doc])* pub(super) $field: i64,)*
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                $(self.$field += other.$field;)*
            }
        }
    };
}

counts! {
    /// Lines and their money.
    Sums { lines, revenue, discount, cost, }
}

counts! {
    /// Orders with the products of a planted pair.
    PairCounts { product, partner, both, }
}

counts! {
    /// Customers with a planted sequence.
    SequenceCounts {
        begun,
        /// Whose need came up within the window, be it after the shop's last day.
        within_window,
        /// Whose follow-up order lies within the shop's period.
        followed,
    }
}

counts! {
    /// What came of one arm of a campaign.
    ArmCounts {
        exposed,
        /// Who could have placed an extra order.
        responsive,
        /// Who placed an order within the outcome days.
        converted,
        /// Who placed one without the campaign, or would have.
        converted_anyway,
        /// Responsive, and no order without the campaign.
        persuadable,
        extra_orders,
    }
}

counts! {
    /// Customers and orders.
    Heads {
        customers,
        without_orders,
        with_alias,
        orders,
        follow_up_orders,
        campaign_orders,
        walk_in_orders,
    }
}

/// All counts.
#[derive(Debug, Default, Clone)]
pub(super) struct Tally {
    pub(super) heads: Heads,
    /// In the order of `Kind::NAMES`.
    pub(super) kinds: [Sums; Kind::NAMES.len()],
    /// Lines of any kind without a customer.
    pub(super) anonymous: Sums,
    pub(super) behaviours: [i64; Behaviour::NAMES.len()],
    pub(super) segments: [i64; SEGMENTS.len()],
    pub(super) referrals: i64,
    /// In the order of `Fault::NAMES`.
    pub(super) faults: [i64; Fault::NAMES.len()],
    pub(super) pairs: [PairCounts; PAIRS.len()],
    pub(super) sequences: [SequenceCounts; SEQUENCES.len()],
    pub(super) arms: [[ArmCounts; ARMS]; CAMPAIGNS.len()],
    /// What the extra orders of each campaign brought, before returns.
    pub(super) extra: [Sums; CAMPAIGNS.len()],
}

impl Tally {
    /// Counts a line as it will be written.
    pub(super) fn line(&mut self, line: &Line) {
        let revenue = if line.kind == Kind::NoRevenue {
            0
        } else {
            line.revenue
        };
        let sums = Sums {
            lines: 1,
            revenue,
            discount: line.discount,
            cost: line.cost,
        };
        self.kinds[line.kind as usize] += sums;
        if line.payer == Payer::Nobody {
            self.anonymous += sums;
        }
    }

    /// Counts an order with its items.
    pub(super) fn order(&mut self, shop: &Shop, order: Order, items: &[Item]) {
        self.heads.orders += 1;
        let holds = |product| items.iter().any(|item| item.product == product);
        for (counts, (product, partner)) in self.pairs.iter_mut().zip(&shop.planted.pairs) {
            let (product, partner) = (holds(*product), holds(*partner));
            *counts += PairCounts {
                product: i64::from(product),
                partner: i64::from(partner),
                both: i64::from(product && partner),
            };
        }
        if let Cause::Campaign(campaign) = order.cause {
            for item in items {
                self.extra[campaign] += Sums {
                    lines: 1,
                    revenue: item.revenue,
                    discount: item.discount,
                    cost: item.cost,
                };
            }
        }
    }

    /// Counts the beginning of a planted sequence, and when its need comes up.
    pub(super) fn sequence(&mut self, sequence: usize, delay_days: f64, is_seen: bool) {
        self.sequences[sequence] += SequenceCounts {
            begun: 1,
            within_window: i64::from(delay_days <= SEQUENCES[sequence].window_days),
            followed: i64::from(is_seen),
        };
    }

    /// Counts a customer, and what they did in each campaign.
    pub(super) fn life(&mut self, life: &Life) {
        self.heads += Heads {
            customers: 1,
            without_orders: i64::from(life.orders.is_empty()),
            with_alias: i64::from(life.customer.alias_since.is_some()),
            follow_up_orders: life.orders_by(|cause| matches!(cause, Cause::FollowUp(_))),
            campaign_orders: life.orders_by(|cause| matches!(cause, Cause::Campaign(_))),
            ..Heads::default()
        };
        self.behaviours[life.customer.behaviour.place()] += 1;
        self.segments[life.customer.segment] += 1;
        for exposure in &life.exposures {
            let extra = Cause::Campaign(exposure.campaign);
            let in_time = || life.orders.iter().filter(|order| exposure.covers(order.at));
            let converted_anyway = in_time().any(|order| order.cause != extra);
            self.arms[exposure.campaign][exposure.arm] += ArmCounts {
                exposed: 1,
                responsive: i64::from(exposure.is_responsive),
                converted: i64::from(in_time().next().is_some()),
                converted_anyway: i64::from(converted_anyway),
                persuadable: i64::from(exposure.is_responsive && !converted_anyway),
                extra_orders: in_time().map(|order| i64::from(order.cause == extra)).sum(),
            };
        }
    }

    /// Counts rows of the referrals.
    pub(super) fn edges(&mut self, edges: &[Edge]) {
        for edge in edges {
            match edge.fault {
                Some(fault) => self.faults[fault as usize] += 1,
                None => self.referrals += 1,
            }
        }
    }

    /// All lines together.
    pub(super) fn total(&self) -> Sums {
        let mut total = Sums::default();
        for kind in self.kinds {
            total += kind;
        }
        total
    }
}

impl AddAssign<&Tally> for Tally {
    fn add_assign(&mut self, other: &Self) {
        fn add<T: AddAssign + Copy>(into: &mut [T], other: &[T]) {
            for (into, other) in into.iter_mut().zip(other) {
                *into += *other;
            }
        }
        self.heads += other.heads;
        self.anonymous += other.anonymous;
        add(&mut self.kinds, &other.kinds);
        add(&mut self.behaviours, &other.behaviours);
        add(&mut self.segments, &other.segments);
        self.referrals += other.referrals;
        add(&mut self.faults, &other.faults);
        add(&mut self.pairs, &other.pairs);
        add(&mut self.sequences, &other.sequences);
        add(self.arms.as_flattened_mut(), other.arms.as_flattened());
        add(&mut self.extra, &other.extra);
    }
}
