//! Tables of the shop as a whole: products, events, and the costs of winning customers that
//! belong to no customer in particular.

use arrow::array::RecordBatch;
use chrono::{Datelike, NaiveDate};

use super::Shop;
use super::catalog::{CENT, Money};
use super::columns::{batch, dates, money, text};
use super::error::Result;
use super::profile::ACQUISITION_CHANNELS;

/// What a channel costs in a month for each of the customers it wins.
const CHANNEL_CENTS: f64 = 120.0;

/// One row per product.
pub(super) fn products(shop: &Shop) -> Result<RecordBatch> {
    let articles = || shop.catalog.articles.iter();
    let columns = vec![
        (
            "product_id",
            text(articles().map(|article| Some(&article.id))),
        ),
        (
            "product_name",
            text(articles().map(|article| Some(&article.name))),
        ),
        (
            "category",
            text(articles().map(|article| Some(article.words.category))),
        ),
        (
            "subcategory",
            text(articles().map(|article| Some(article.words.name))),
        ),
        (
            "brand",
            text(articles().map(|article| Some(article.words.brand))),
        ),
        (
            "list_price",
            money(articles().map(|article| Some(article.list_price))),
        ),
        (
            "unit_cost",
            money(articles().map(|article| Some(article.unit_cost))),
        ),
    ];
    batch("products", columns)
}

/// One row per event and year.
pub(super) fn events(shop: &Shop) -> Result<RecordBatch> {
    let occurrences = || shop.calendar.occurrences.iter();
    let columns = vec![
        (
            "event",
            text(occurrences().map(|occurrence| Some(occurrence.event.name()))),
        ),
        (
            "start_date",
            dates(occurrences().map(|occurrence| Some(occurrence.start_date))),
        ),
        (
            "end_date",
            dates(occurrences().map(|occurrence| Some(occurrence.end_date))),
        ),
    ];
    batch("events", columns)
}

/// One row per acquisition channel and month, on the first day of the month.
pub(super) fn channel_costs(shop: &Shop) -> Result<RecordBatch> {
    let (start, end) = (shop.calendar.start_date, shop.calendar.end_date);
    let months: Vec<NaiveDate> = start
        .iter_days()
        .take_while(|date| *date <= end)
        .filter(|date| date.day() == 1)
        .collect();
    let customers_per_month = f64::from(shop.customers) / months.len().max(1) as f64;
    let rows: Vec<_> = months
        .into_iter()
        .flat_map(|month| ACQUISITION_CHANNELS.map(|(name, _, share)| (month, name, share)))
        .collect();
    let cost = |share: f64| (customers_per_month * share * CHANNEL_CENTS).round() as Money * CENT;
    let columns = vec![
        ("customer_id", text(rows.iter().map(|_| None::<&str>))),
        ("cost_date", dates(rows.iter().map(|row| Some(row.0)))),
        ("kind", text(rows.iter().map(|_| Some("acquisition")))),
        ("channel", text(rows.iter().map(|row| Some(row.1)))),
        ("cost", money(rows.iter().map(|row| Some(cost(row.2))))),
    ];
    batch("costs", columns)
}
