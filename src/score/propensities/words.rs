//! What is known of a customer, in words.

/// How a feature of `features.customer_features` is told.
struct Words {
    feature: &'static str,
    /// With `{}` in the place of the value.
    known: &'static str,
    /// What is told where there is no value.
    missing: &'static str,
    unit: Unit,
}

#[derive(Clone, Copy)]
enum Unit {
    Count,
    Money,
    Ratio,
    Percent,
}

const WORDS: [Words; 17] = [
    told("order_count", "{} orders so far", Unit::Count),
    told(
        "purchase_day_count",
        "bought on {} days so far",
        Unit::Count,
    ),
    told(
        "purchase_days_90",
        "bought on {} of the last 90 days",
        Unit::Count,
    ),
    told(
        "purchase_days_365",
        "bought on {} of the last 365 days",
        Unit::Count,
    ),
    told("recency_days", "last bought {} days ago", Unit::Count),
    told("tenure_days", "first bought {} days ago", Unit::Count),
    Words {
        missing: "bought on one day only",
        ..told(
            "gap_days_mean",
            "buys every {} days on average",
            Unit::Count,
        )
    },
    Words {
        missing: "no rhythm yet",
        ..told(
            "silence_ratio",
            "silent for {} times the usual gap",
            Unit::Ratio,
        )
    },
    told("revenue", "{} spent so far", Unit::Money),
    told("revenue_90", "{} spent in the last 90 days", Unit::Money),
    told("revenue_365", "{} spent in the last 365 days", Unit::Money),
    told("margin", "{} of margin so far", Unit::Money),
    told("order_revenue_mean", "{} per order", Unit::Money),
    told("discount_share", "{} % saved by discounts", Unit::Percent),
    told("return_share", "{} % sent back", Unit::Percent),
    told("event_share", "{} % of the orders at events", Unit::Percent),
    told("category_count", "categories bought: {}", Unit::Count),
];

const fn told(feature: &'static str, known: &'static str, unit: Unit) -> Words {
    Words {
        feature,
        known,
        missing: "",
        unit,
    }
}

/// What this value of a feature says of a customer; of a feature without words, its name and value.
pub(super) fn of(feature: &str, value: f64) -> String {
    let name = feature.replace('_', " ");
    let words = WORDS.iter().find(|words| words.feature == feature);
    match words {
        Some(words) if !value.is_nan() => words.with(value),
        Some(words) if !words.missing.is_empty() => words.missing.to_owned(),
        _ if value.is_nan() => format!("{name} unknown"),
        _ => format!("{name} {}", Unit::Ratio.written(value)),
    }
}

impl Words {
    fn with(&self, value: f64) -> String {
        let number = self.unit.written(value);
        let known = if number == "1" {
            ["day", "order"]
                .into_iter()
                .fold(self.known.to_owned(), |known, noun| {
                    known.replace(&format!("{{}} {noun}s"), &format!("{{}} {noun}"))
                })
        } else {
            self.known.to_owned()
        };
        known.replace("{}", &number)
    }
}

impl Unit {
    fn written(self, value: f64) -> String {
        match self {
            Self::Count => format!("{value:.0}"),
            Self::Money => format!("{value:.2}"),
            Self::Ratio if value >= 10.0 => format!("{value:.0}"),
            Self::Ratio => format!("{value:.1}"),
            Self::Percent => format!("{:.0}", 100.0 * value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn what_is_known_reads_as_a_person_would_say_it() {
        for (feature, value, told) in [
            ("recency_days", 35.0, "last bought 35 days ago"),
            ("recency_days", 21.0, "last bought 21 days ago"),
            ("order_count", 1.0, "1 order so far"),
            ("silence_ratio", 2.34, "silent for 2.3 times the usual gap"),
            ("silence_ratio", 37.2, "silent for 37 times the usual gap"),
            ("silence_ratio", f64::NAN, "no rhythm yet"),
            ("return_share", 0.128, "13 % sent back"),
            ("revenue_90", 12.5, "12.50 spent in the last 90 days"),
            ("discount_share", f64::NAN, "discount share unknown"),
            ("own_column", 0.25, "own column 0.2"),
        ] {
            assert_eq!(of(feature, value), told);
        }
    }
}
