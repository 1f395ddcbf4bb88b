//! `truth.json`: what was planted with its parameters, and next to it what came of it.

use serde_json::{Map, Value, json};

use super::Shop;
use super::assortment::{CATEGORIES, SHELVES, STAPLES};
use super::baskets::HABIT;
use super::calendar::{Event, MONTHS, WEEKDAYS};
use super::campaigns::{CAMPAIGNS, Campaign, OUTCOME_DAYS};
use super::catalog::Money;
use super::customers::{
    ALIAS_SHARE, Behaviour, CHANNELS, CLOCKWORK_STAGES, DEVOTED_RATE, DROPOUT_RATE, EARLIER,
    FADED_SHARE, ORDER_VALUE, PURCHASE_RATE, SEGMENTS,
};
use super::error::{Error, Result};
use super::life::{RETURN_DAYS, WALK_IN_SHARE};
use super::line::Kind;
use super::options::Options;
use super::planted::{PAIRS, SEQUENCES};
use super::referrals::Fault;
use super::tally::{ArmCounts, Sums, Tally};
use super::truth_customers::stride;
use super::write::FileSummary;

/// What was generated.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Transaction lines.
    pub lines: u64,
    /// Customers, walk-in shoppers not among them.
    pub customers: u64,
    /// Revenue of all lines, dirt included: an exact decimal with four digits.
    pub revenue: String,
    /// Every Parquet file, by path.
    pub files: Vec<FileSummary>,
}

/// Writes `truth.json`.
pub(super) fn write(
    shop: &Shop,
    options: &Options,
    tally: &Tally,
    files: Vec<FileSummary>,
) -> Result<Summary> {
    let truth = json!({
        "options": {
            "seed": options.seed,
            "lines": options.lines,
            "start_date": options.start_date.to_string(),
            "end_date": options.end_date.to_string(),
            "partition": options.partition,
        },
        "totals": totals(tally),
        "dirt": dirt(tally),
        "process": process(tally),
        "season": season(shop),
        "behaviours": shares(&Behaviour::NAMES, &Behaviour::SHARES, &tally.behaviours),
        "segments": segments(tally),
        "assortment": assortment(shop),
        "pairs": pairs(shop, tally),
        "sequences": sequences(shop, tally),
        "campaigns": campaigns(tally),
        "referrals": referrals(tally),
        "returns": {
            "within_days": RETURN_DAYS,
            "lines": tally.kinds[Kind::Return as usize].lines,
        },
        "identities": { "share": ALIAS_SHARE, "customers": tally.heads.with_alias },
        "truth_customers": { "one_in": stride(shop) },
        "files": files,
    });
    let path = shop.out.join("truth.json");
    let text = serde_json::to_string_pretty(&truth)? + "\n";
    std::fs::write(&path, text).map_err(Error::io(&path))?;
    let total = tally.total();
    Ok(Summary {
        lines: total.lines.unsigned_abs(),
        customers: tally.heads.customers.unsigned_abs(),
        revenue: decimal(total.revenue),
        files,
    })
}

/// Money as text, with its four digits after the point.
fn decimal(money: Money) -> String {
    let sign = if money < 0 { "-" } else { "" };
    let digits = money.unsigned_abs();
    format!("{sign}{}.{:04}", digits / 10_000, digits % 10_000)
}

fn sums(sums: Sums) -> Value {
    json!({
        "lines": sums.lines,
        "revenue": decimal(sums.revenue),
        "discount": decimal(sums.discount),
        "cost": decimal(sums.cost),
    })
}

/// One entry a name.
fn named<'a>(entries: impl Iterator<Item = (&'a str, Value)>) -> Value {
    Value::Object(
        entries
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Map<_, _>>(),
    )
}

fn shares(names: &[&str], shares: &[f64], customers: &[i64]) -> Value {
    named(
        names
            .iter()
            .zip(shares)
            .zip(customers)
            .map(|((name, share), customers)| {
                (*name, json!({ "share": share, "customers": customers }))
            }),
    )
}

fn totals(tally: &Tally) -> Value {
    let mut sales = tally.kinds[Kind::Sale as usize];
    sales += tally.kinds[Kind::PaddedProduct as usize];
    let heads = tally.heads;
    json!({
        "all": sums(tally.total()),
        "sales": sums(sales),
        "returns": sums(tally.kinds[Kind::Return as usize]),
        "anonymous": sums(tally.anonymous),
        "customers": heads.customers,
        "customers_without_orders": heads.without_orders,
        "orders": heads.orders,
        "orders_of_walk_ins": heads.walk_in_orders,
        "orders_of_sequences": heads.follow_up_orders,
        "orders_of_campaigns": heads.campaign_orders,
    })
}

/// Every kind of line that is neither a plain sale nor a return.
fn dirt(tally: &Tally) -> Value {
    let kinds = Kind::NAMES.iter().zip(&tally.kinds);
    let is_dirt = |(name, _): &(&&str, &Sums)| !["sale", "return"].contains(*name);
    named(
        kinds
            .filter(is_dirt)
            .map(|(name, counts)| (*name, sums(*counts))),
    )
}

fn process(tally: &Tally) -> Value {
    let gamma = |(shape, rate): (f64, f64)| json!({ "shape": shape, "rate": rate });
    let (p, q, rate) = ORDER_VALUE;
    json!({
        "clock": "seasonal days: real days, stretched so that each is as busy as the next",
        "purchase_rate": gamma(PURCHASE_RATE),
        "dropout_rate": gamma(DROPOUT_RATE),
        "purchase_rate_of_defectors_and_fading": gamma(DEVOTED_RATE),
        "stages_of_clockwork": CLOCKWORK_STAGES,
        "rate_left_after_fading": FADED_SHARE,
        "order_value": { "p": p, "q": q, "gamma": rate },
        "acquired_before_start": { "share": EARLIER.0, "days_most": EARLIER.1 },
        "walk_ins_per_customer": WALK_IN_SHARE,
        "category_in_order_of_defector_probability": HABIT,
        "customers": tally.heads.customers,
    })
}

fn season(shop: &Shop) -> Value {
    let lifts = Event::ALL
        .iter()
        .map(|event| (event.name(), json!(event.lift())));
    json!({ "months": MONTHS, "weekdays": WEEKDAYS, "events": named(lifts),
        "seasonal_time_at_day_start": shop.calendar.day_starts() })
}

fn segments(tally: &Tally) -> Value {
    named(
        SEGMENTS
            .iter()
            .zip(tally.segments)
            .map(|(segment, customers)| {
                let tastes = CATEGORIES
                    .iter()
                    .zip(segment.tastes)
                    .map(|(name, share)| (*name, json!(share)));
                let channels = CHANNELS
                    .iter()
                    .zip(segment.channels)
                    .map(|(name, share)| (*name, json!(share)));
                (
                    segment.name,
                    json!({
                        "share": segment.share,
                        "customers": customers,
                        "tastes": named(tastes),
                        "channels": named(channels),
                    }),
                )
            }),
    )
}

fn assortment(shop: &Shop) -> Value {
    let shelves = SHELVES.iter().map(|shelf| {
        (
            shelf.name,
            json!({
                "category": shelf.category,
                "margin_class": shelf.margin,
                "margin_rate": shelf.margin.rate(),
                "is_staple": shelf.name == STAPLES,
                "season": super::assortment::season(shelf.name).map(Event::name),
            }),
        )
    });
    json!({ "products": shop.catalog.articles.len(), "subcategories": named(shelves) })
}

fn pairs(shop: &Shop, tally: &Tally) -> Value {
    let orders = tally.heads.orders as f64;
    let planted = PAIRS.iter().zip(&shop.planted.pairs).zip(&tally.pairs);
    planted
        .map(|((pair, (product, partner)), counts)| {
            let (of_product, both) = (counts.product as f64, counts.both as f64);
            json!({
                "product_id": shop.catalog.article(*product).id,
                "product": pair.product,
                "partner_id": shop.catalog.article(*partner).id,
                "partner": pair.partner,
                "confidence": pair.confidence,
                "orders_with_product": counts.product,
                "orders_with_partner": counts.partner,
                "orders_with_both": counts.both,
                "confidence_found": both / of_product,
                "lift_found": both * orders / (of_product * counts.partner as f64),
            })
        })
        .collect()
}

fn sequences(shop: &Shop, tally: &Tally) -> Value {
    let planted = SEQUENCES
        .iter()
        .zip(&shop.planted.sequences)
        .zip(&tally.sequences);
    planted
        .map(|((sequence, (product, follow_up)), counts)| {
            json!({
                "product_id": shop.catalog.article(*product).id,
                "product": sequence.product,
                "follow_up_id": shop.catalog.article(*follow_up).id,
                "follow_up": sequence.follow_up,
                "window_days": sequence.window_days,
                "probability": sequence.probability,
                "hazard_per_day": sequence.hazard(),
                "customers_begun": counts.begun,
                "customers_within_window": counts.within_window,
                "customers_followed": counts.followed,
            })
        })
        .collect()
}

fn campaigns(tally: &Tally) -> Value {
    let planted = CAMPAIGNS.iter().zip(&tally.arms).zip(&tally.extra);
    planted
        .map(|((campaign, arms), extra)| {
            json!({
                "campaign_id": campaign.id,
                "outcome_days": OUTCOME_DAYS,
                "exposed_share": campaign.exposed_share,
                "days_before_end": campaign.days_before_end,
                "responsive_segment": campaign.segment_name(),
                "extra_orders": sums(*extra),
                "arms": campaign_arms(campaign, arms, *extra),
            })
        })
        .collect()
}

/// The arms with their true effects against the control, over everybody who was exposed: an
/// extra order makes a conversion of whoever is persuadable, and brings what extra orders bring.
fn campaign_arms(campaign: &Campaign, arms: &[ArmCounts], extra: Sums) -> Value {
    let mut all = ArmCounts::default();
    for arm in arms {
        all += *arm;
    }
    let share = |count: i64| count as f64 / all.exposed.max(1) as f64;
    let per_extra = |money: Money| money as f64 / 1e4 / all.extra_orders.max(1) as f64;
    let arms = campaign.arms.iter().zip(arms).map(|(arm, counts)| {
        let orders = arm.extra_order_probability * share(all.responsive);
        (
            arm.name,
            json!({
                "extra_order_probability": arm.extra_order_probability,
                "exposed": counts.exposed,
                "responsive": counts.responsive,
                "converted": counts.converted,
                "converted_anyway": counts.converted_anyway,
                "extra_orders": counts.extra_orders,
                "effect_on_conversion": arm.extra_order_probability * share(all.persuadable),
                "effect_on_orders": orders,
                "effect_on_revenue": orders * per_extra(extra.revenue),
                "effect_on_margin": orders * per_extra(extra.revenue - extra.cost),
            }),
        )
    });
    named(arms)
}

fn referrals(tally: &Tally) -> Value {
    let faults = Fault::NAMES
        .iter()
        .zip(tally.faults)
        .map(|(name, count)| (*name, json!(count)));
    json!({ "edges": tally.referrals, "bad_edges": named(faults) })
}
