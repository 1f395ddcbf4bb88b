//! The columns that a source may have, under our names.

use super::outcomes;
use arrow::datatypes::{DataType, TimeUnit};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, ids among it.
    Text,
    /// Money or a quantity: an exact decimal.
    Amount,
    /// A coordinate or another real number.
    Real,
    /// An instant; without a zone it is local time of the job.
    Instant,
    /// A calendar day.
    Day,
    /// Yes or no.
    Flag,
    /// What was measured elsewhere, under the names that the job gives it.
    Outcomes,
}

impl Kind {
    /// The type of an absent column.
    #[must_use]
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8View,
            Self::Amount => DataType::Decimal128(18, 4),
            Self::Real => DataType::Float64,
            Self::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Day => DataType::Date32,
            Self::Flag => DataType::Boolean,
            Self::Outcomes => outcomes::data_type(),
        }
    }
}

/// One column of a source.
#[derive(Debug)]
pub struct Column {
    /// Our name for it.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether the source is useless without it.
    pub is_required: bool,
    /// What it means.
    pub meaning: &'static str,
}

/// One source and its columns.
#[derive(Debug)]
pub struct Declared {
    /// The source's name in the job, and its table's in `raw`.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
}

const fn must(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column {
        name,
        kind,
        is_required: true,
        meaning,
    }
}

const fn may(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column {
        name,
        kind,
        is_required: false,
        meaning,
    }
}

/// Every source there can be.
pub const SOURCES: [Declared; 8] = [
    Declared {
        name: "transactions",
        columns: &[
            must("order_id", Kind::Text, "order or receipt"),
            must("customer_id", Kind::Text, "who; null where nobody knows"),
            must("ordered_at", Kind::Instant, "when"),
            must("product_id", Kind::Text, "what"),
            must("quantity", Kind::Amount, "how many; negative when returned"),
            must(
                "revenue",
                Kind::Amount,
                "what the customer pays for the line, after discount, before tax",
            ),
            may("discount", Kind::Amount, "money taken off the line"),
            may("cost", Kind::Amount, "what the line cost the shop"),
            may("channel", Kind::Text, "where it was bought"),
            may(
                "product_name",
                Kind::Text,
                "name, where there is no source of products",
            ),
            may(
                "category",
                Kind::Text,
                "category, where there is no source of products",
            ),
        ],
    },
    Declared {
        name: "customers",
        columns: &[
            must("customer_id", Kind::Text, "who"),
            may("region", Kind::Text, "where they live"),
            may("latitude", Kind::Real, "degrees north"),
            may("longitude", Kind::Real, "degrees east"),
            may("acquisition_channel", Kind::Text, "how they were won"),
            may("acquisition_cost", Kind::Amount, "what winning them cost"),
            may(
                "first_known_date",
                Kind::Day,
                "customer since, where that is before the transactions begin",
            ),
            may(
                "is_opted_out",
                Kind::Flag,
                "whether they must not be contacted",
            ),
        ],
    },
    Declared {
        name: "products",
        columns: &[
            must("product_id", Kind::Text, "what"),
            may("product_name", Kind::Text, "name"),
            may("category", Kind::Text, "upper level of the product tree"),
            may("subcategory", Kind::Text, "lower level of the product tree"),
            may("brand", Kind::Text, "brand"),
            may(
                "unit_cost",
                Kind::Amount,
                "cost of one, where the lines have none",
            ),
        ],
    },
    Declared {
        name: "identities",
        columns: &[
            must("alias_id", Kind::Text, "another id of the person"),
            must("customer_id", Kind::Text, "the id that counts"),
        ],
    },
    Declared {
        name: "events",
        columns: &[
            must("event", Kind::Text, "name"),
            must("start_date", Kind::Day, "first day"),
            must("end_date", Kind::Day, "last day, inclusive"),
        ],
    },
    Declared {
        name: "exposures",
        columns: &[
            must("customer_id", Kind::Text, "who"),
            must("campaign_id", Kind::Text, "which campaign"),
            must(
                "arm",
                Kind::Text,
                "arm of the test; control is the one that got nothing",
            ),
            must("exposed_at", Kind::Instant, "when"),
            may("cost", Kind::Amount, "what the contact cost"),
            may(
                "outcomes",
                Kind::Outcomes,
                "what was measured elsewhere, numbers or true and false, each under a name of the job's choice; if conversion, \
                 orders, revenue or margin is among them, nothing is counted from the transactions",
            ),
            may(
                "covariate",
                Kind::Amount,
                "what was known of the customer before the contact, such as spend of the year before",
            ),
        ],
    },
    Declared {
        name: "costs",
        columns: &[
            may(
                "customer_id",
                Kind::Text,
                "whom the money was spent on; null for all",
            ),
            must("cost_date", Kind::Day, "when"),
            must("kind", Kind::Text, "acquisition or marketing"),
            may("channel", Kind::Text, "where it was spent"),
            must("cost", Kind::Amount, "how much"),
        ],
    },
    Declared {
        name: "referrals",
        columns: &[
            must("referrer_id", Kind::Text, "who recommended the shop"),
            must("referred_id", Kind::Text, "who came"),
            must("referred_at", Kind::Instant, "when"),
        ],
    },
];

/// The source called `name`.
#[must_use]
pub fn declared(name: &str) -> Option<&'static Declared> {
    SOURCES.iter().find(|source| source.name == name)
}
