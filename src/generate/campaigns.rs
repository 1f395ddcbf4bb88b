//! Campaigns with random arms and a true effect: a treated customer places an extra order with a
//! known probability. What everybody would have done anyway is known too, so the truth is exact.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::calendar::Calendar;
use super::customers::{Behaviour, Customer, SEGMENTS, WALK_IN};
use super::random::happens;
use super::timeline::{Cause, Order};

/// One campaign.
#[derive(Debug)]
pub(super) struct Campaign {
    pub(super) id: &'static str,
    /// First contact, counted back from the shop's last day.
    pub(super) days_before_end: f64,
    /// Share of the known customers that is drawn into it.
    pub(super) exposed_share: f64,
    /// All are equally likely; the first is the control.
    pub(super) arms: &'static [Arm],
    /// The only segment that responds, if not all do.
    pub(super) segment: Option<usize>,
}

/// What is done to the customers of one arm.
#[derive(Debug)]
pub(super) struct Arm {
    pub(super) name: &'static str,
    /// Chance that a responsive customer places an extra order.
    pub(super) extra_order_probability: f64,
    /// Cost of one contact, in cents.
    pub(super) contact_cents: i64,
}

const fn arm(name: &'static str, extra_order_probability: f64, contact_cents: i64) -> Arm {
    Arm {
        name,
        extra_order_probability,
        contact_cents,
    }
}

const CONTROL: Arm = arm("control", 0.0, 0);

/// The planted campaigns. Each leaves the outcomes of the one before it time to end.
pub(super) const CAMPAIGNS: [Campaign; 4] = [
    Campaign {
        id: "spring_voucher",
        days_before_end: 300.0,
        exposed_share: 0.6,
        arms: &[CONTROL, arm("treated", 0.12, 65)],
        segment: None,
    },
    Campaign {
        id: "app_push",
        days_before_end: 220.0,
        exposed_share: 0.6,
        arms: &[
            CONTROL,
            arm("push", 0.05, 2),
            arm("push_and_sample", 0.15, 140),
        ],
        segment: None,
    },
    Campaign {
        id: "same_letter_twice",
        days_before_end: 150.0,
        exposed_share: 0.6,
        arms: &[CONTROL, arm("treated", 0.0, 65)],
        segment: None,
    },
    Campaign {
        id: "pantry_club",
        days_before_end: 80.0,
        exposed_share: 0.6,
        arms: &[CONTROL, arm("treated", 0.25, 90)],
        segment: Some(0),
    },
];

/// Days after the contact in which the outcome is looked at.
pub(super) const OUTCOME_DAYS: f64 = 30.0;
/// Days within which contacts go out, and within which an extra order follows.
const CONTACT_DAYS: f64 = 2.0;
const EXTRA_ORDER_DAYS: f64 = 21.0;

impl Campaign {
    /// The name of the only segment that responds.
    pub(super) fn segment_name(&self) -> Option<&'static str> {
        self.segment.map(|segment| SEGMENTS[segment].name)
    }
}

/// One customer's part in a campaign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exposure {
    /// Place in `CAMPAIGNS`.
    pub(super) campaign: usize,
    /// Place in its arms.
    pub(super) arm: usize,
    /// Real time, in days since the shop's first day.
    pub(super) at: f64,
    /// An extra order is possible: still a customer, and of the segment that responds.
    pub(super) is_responsive: bool,
}

impl Exposure {
    pub(super) fn arm(&self) -> &'static Arm {
        &CAMPAIGNS[self.campaign].arms[self.arm]
    }

    /// The instant lies in the time in which the outcome is looked at.
    pub(super) fn covers(&self, at: f64) -> bool {
        self.at < at && at <= self.at + OUTCOME_DAYS
    }
}

/// The campaigns that reach the customer, and the extra orders that they bring.
pub(super) fn expose(
    customer: &Customer,
    calendar: &Calendar,
    chance: &mut ChaCha8Rng,
) -> (Vec<Exposure>, Vec<Order>) {
    let is_reachable = customer.number < WALK_IN && !customer.is_opted_out;
    let mut exposures = Vec::new();
    let mut orders = Vec::new();
    for (campaign, plan) in CAMPAIGNS.iter().enumerate() {
        let at = calendar.days() - plan.days_before_end + chance.random_range(0.0..CONTACT_DAYS);
        let arm = chance.random_range(0..plan.arms.len());
        let is_drawn = happens(chance, plan.exposed_share);
        let seasonal = calendar.seasonal(at);
        if !is_drawn || !is_reachable || customer.acquired >= seasonal {
            continue;
        }
        let is_responsive = customer.behaviour != Behaviour::EventBuyer
            && customer.dropout > seasonal
            && plan
                .segment
                .is_none_or(|segment| segment == customer.segment);
        let exposure = Exposure {
            campaign,
            arm,
            at,
            is_responsive,
        };
        if is_responsive && happens(chance, exposure.arm().extra_order_probability) {
            let at = at + chance.random_range(0.2..EXTRA_ORDER_DAYS);
            orders.push(Order {
                at,
                cause: Cause::Campaign(campaign),
            });
        }
        exposures.push(exposure);
    }
    (exposures, orders)
}
