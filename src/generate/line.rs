//! One line of the transactions while it is in memory: numbers only, text when it is written.

use super::catalog::{Money, Product};

/// What a line is: a sale, a return, or one of the kinds of dirt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Sale,
    /// A sale whose product id has blanks around it.
    PaddedProduct,
    Return,
    /// A copy of a sale without an order id.
    NoOrder,
    /// A copy of a sale without revenue.
    NoRevenue,
    /// A copy of a sale, dated years after the shop's last day.
    FutureDate,
    /// The same as a sale in every column.
    Duplicate,
    /// Postage or another code that is no product.
    ServiceCode,
    /// A free extra unit of a product in the order.
    ZeroRevenue,
    /// A correction of a price in the order, with a positive quantity.
    NegativeRevenue,
}

impl Kind {
    pub(super) const NAMES: [&str; 10] = [
        "sale",
        "padded_product_id",
        "return",
        "null_order_id",
        "null_revenue",
        "future_date",
        "duplicate",
        "service_code",
        "zero_revenue",
        "negative_revenue",
    ];
}

/// Whose id stands in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payer {
    Customer,
    Alias,
    Nobody,
}

/// One line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Microseconds since 1970.
    pub(super) ordered_at: i64,
    pub(super) revenue: Money,
    pub(super) discount: Money,
    pub(super) cost: Money,
    pub(super) customer: u32,
    /// Which order, or which return, of the customer, from 1.
    pub(super) order: u16,
    /// Product; for a service code, its place in `SERVICE_CODES`.
    pub(super) product: Product,
    pub(super) quantity: i16,
    /// Day of arrival, counted from the shop's first: where the line is filed.
    pub(super) day: u16,
    /// Place in `CHANNELS`.
    pub(super) channel: u8,
    pub(super) kind: Kind,
    pub(super) payer: Payer,
}
