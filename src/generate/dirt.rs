//! Dirt: lines as they come from real systems. All of it stands beside the true lines and is
//! counted; none of it changes a true line, except for blanks around a product id.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::catalog::{CENT, Money};
use super::line::{Kind, Line};

/// Codes that stand where a product id should, with revenue and cost.
pub(super) const SERVICE_CODES: [(&str, Money, Money); 3] = [
    ("POSTAGE", 495 * CENT, 420 * CENT),
    ("GIFT CARD", 2500 * CENT, 2500 * CENT),
    ("M", 150 * CENT, 0),
];

/// How many of each kind come with one sale line.
pub(super) const RATES: [(Kind, f64); 8] = [
    (Kind::PaddedProduct, 0.0030),
    (Kind::NoOrder, 0.0004),
    (Kind::NoRevenue, 0.0006),
    (Kind::FutureDate, 0.0002),
    (Kind::Duplicate, 0.0015),
    (Kind::ServiceCode, 0.0040),
    (Kind::ZeroRevenue, 0.0008),
    (Kind::NegativeRevenue, 0.0003),
];

const MICROSECONDS_PER_DAY: i64 = 86_400_000_000;

/// Adds the dirt that belongs to these sales, at the end.
pub(super) fn soil(lines: &mut Vec<Line>, chance: &mut ChaCha8Rng) {
    for index in 0..lines.len() {
        if lines[index].kind != Kind::Sale {
            continue;
        }
        let Some(kind) = draw(chance) else { continue };
        if kind == Kind::PaddedProduct {
            lines[index].kind = kind;
        } else {
            let dirty = soiled(lines[index], kind, chance);
            lines.push(dirty);
        }
    }
}

fn draw(chance: &mut ChaCha8Rng) -> Option<Kind> {
    let mut left = chance.random::<f64>();
    RATES
        .iter()
        .find(|(_, rate)| {
            left -= rate;
            left < 0.0
        })
        .map(|(kind, _)| *kind)
}

/// A dirty line of this kind, made from a sale.
fn soiled(sale: Line, kind: Kind, chance: &mut ChaCha8Rng) -> Line {
    let line = Line { kind, ..sale };
    match kind {
        Kind::FutureDate => {
            let days = chance.random_range(1_500..6_000);
            Line {
                ordered_at: sale.ordered_at + days * MICROSECONDS_PER_DAY,
                ..line
            }
        }
        Kind::ServiceCode => {
            let code = chance.random_range(0..SERVICE_CODES.len());
            let (_, revenue, cost) = SERVICE_CODES[code];
            Line {
                product: code as u16,
                quantity: 1,
                revenue,
                discount: 0,
                cost,
                ..line
            }
        }
        Kind::ZeroRevenue => Line {
            quantity: 1,
            revenue: 0,
            discount: 0,
            ..line
        },
        Kind::NegativeRevenue => Line {
            revenue: -(sale.revenue / (4 * CENT)).max(1) * CENT,
            discount: 0,
            cost: 0,
            ..line
        },
        _ => line,
    }
}
