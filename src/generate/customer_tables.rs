//! What the shop itself knows of its customers, table by table.

use arrow::array::RecordBatch;

use super::Shop;
use super::campaigns::CAMPAIGNS;
use super::catalog::CENT;
use super::columns::{batch, dates, flags, instants, money, numbers, text};
use super::customers::{alias_id, customer_id};
use super::error::Result;
use super::profile::{MAILING_COST, Member};

/// One row per customer.
pub(super) fn customers(_: &Shop, members: &[Member]) -> Result<RecordBatch> {
    let all = || members.iter();
    let columns = vec![
        ("customer_id", text(all().map(|member| Some(member.id())))),
        ("region", text(all().map(|member| Some(member.region)))),
        (
            "latitude",
            numbers(all().map(|member| Some(member.latitude))),
        ),
        (
            "longitude",
            numbers(all().map(|member| Some(member.longitude))),
        ),
        (
            "acquisition_channel",
            text(all().map(|member| Some(member.acquisition_channel))),
        ),
        (
            "acquisition_cost",
            money(all().map(|member| member.acquisition_cost)),
        ),
        (
            "opted_out",
            flags(all().map(|member| member.life.customer.is_opted_out)),
        ),
        (
            "first_known_date",
            dates(all().map(|member| member.first_known_date)),
        ),
    ];
    batch("customers", columns)
}

/// One row per second id.
pub(super) fn identities(_: &Shop, members: &[Member]) -> Result<RecordBatch> {
    let numbers: Vec<u32> = members
        .iter()
        .filter(|member| member.life.customer.alias_since.is_some())
        .map(|member| member.life.customer.number)
        .collect();
    let columns = vec![
        (
            "alias_id",
            text(numbers.iter().map(|number| Some(alias_id(*number)))),
        ),
        (
            "customer_id",
            text(numbers.iter().map(|number| Some(customer_id(*number)))),
        ),
    ];
    batch("identities", columns)
}

/// One row per customer and campaign that drew them.
pub(super) fn exposures(shop: &Shop, members: &[Member]) -> Result<RecordBatch> {
    let rows: Vec<_> = members
        .iter()
        .flat_map(|member| {
            member
                .life
                .exposures
                .iter()
                .map(move |exposure| (member, exposure))
        })
        .collect();
    let all = || rows.iter();
    let columns = vec![
        (
            "customer_id",
            text(all().map(|(member, _)| Some(member.id()))),
        ),
        (
            "campaign_id",
            text(all().map(|(_, exposure)| Some(CAMPAIGNS[exposure.campaign].id))),
        ),
        (
            "arm",
            text(all().map(|(_, exposure)| Some(exposure.arm().name))),
        ),
        (
            "exposed_at",
            instants(all().map(|(_, exposure)| Some(shop.calendar.microseconds(exposure.at)))),
        ),
        (
            "cost",
            money(all().map(|(_, exposure)| Some(exposure.arm().contact_cents * CENT))),
        ),
    ];
    batch("exposures", columns)
}

/// One row per catalogue mailed.
pub(super) fn mailing_costs(_: &Shop, members: &[Member]) -> Result<RecordBatch> {
    let rows: Vec<_> = members
        .iter()
        .flat_map(|member| member.mailing_dates.iter().map(move |date| (member, *date)))
        .collect();
    let all = || rows.iter();
    let columns = vec![
        (
            "customer_id",
            text(all().map(|(member, _)| Some(member.id()))),
        ),
        ("cost_date", dates(all().map(|(_, date)| Some(*date)))),
        ("kind", text(all().map(|_| Some("marketing")))),
        ("channel", text(all().map(|_| Some("mail")))),
        ("cost", money(all().map(|_| Some(MAILING_COST)))),
    ];
    batch("costs", columns)
}

/// One row per referral on record, bad ones among them.
pub(super) fn referrals(_: &Shop, members: &[Member]) -> Result<RecordBatch> {
    let edges = || members.iter().flat_map(|member| &member.edges);
    let columns = vec![
        (
            "referrer_id",
            text(edges().map(|edge| Some(&edge.referrer_id))),
        ),
        (
            "referred_id",
            text(edges().map(|edge| Some(&edge.referred_id))),
        ),
        (
            "referred_at",
            dates(edges().map(|edge| Some(edge.referred_at))),
        ),
    ];
    batch("referrals", columns)
}
