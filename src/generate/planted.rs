//! What is planted among the products: pairs that go together in one basket, and needs that come
//! up some time after a purchase.

use super::catalog::{Catalog, Product};

/// Of the orders with `product`, the share `confidence` also holds `partner`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) product: &'static str,
    pub(super) partner: &'static str,
    pub(super) confidence: f64,
}

/// The planted pairs. Both products of a pair belong to one category, so that whoever may buy the
/// one may buy the other.
pub(super) const PAIRS: [Pair; 6] = [
    Pair {
        product: "Spaghetti 250 g",
        partner: "Tomato passata 500 g",
        confidence: 0.45,
    },
    Pair {
        product: "Tortilla chips 250 g",
        partner: "Tomato salsa 250 g",
        confidence: 0.50,
    },
    Pair {
        product: "Ground coffee 500 g",
        partner: "Coffee filters 3 pack",
        confidence: 0.35,
    },
    Pair {
        product: "Hair mask 250 ml",
        partner: "Styling mousse 250 ml",
        confidence: 0.40,
    },
    Pair {
        product: "Picture frame sage",
        partner: "Glass vase sage",
        confidence: 0.30,
    },
    Pair {
        product: "Cat litter classic",
        partner: "Cat toy basic",
        confidence: 0.25,
    },
];

/// Who has bought `product` needs `follow_up` after a time with a constant hazard, such that the
/// share `probability` has bought it within `window_days`. It is bought in an order of its own,
/// whatever the customer's purchase process does; until then they do not buy it otherwise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sequence {
    pub(super) product: &'static str,
    pub(super) follow_up: &'static str,
    pub(super) window_days: f64,
    pub(super) probability: f64,
    /// Chance that an order of somebody who has none holds the product.
    pub(super) uptake: f64,
}

impl Sequence {
    /// Needs per day: F(t) = 1 − exp(−hazard · t).
    pub(super) fn hazard(&self) -> f64 {
        -(1.0 - self.probability).ln() / self.window_days
    }
}

/// The planted sequences. The first product of each is sold only as planted, once a customer.
pub(super) const SEQUENCES: [Sequence; 4] = [
    Sequence {
        product: "Espresso machine basic",
        follow_up: "Descaler single",
        window_days: 90.0,
        probability: 0.30,
        uptake: 0.010,
    },
    Sequence {
        product: "Electric toothbrush single",
        follow_up: "Toothbrush heads 3 pack",
        window_days: 90.0,
        probability: 0.45,
        uptake: 0.010,
    },
    Sequence {
        product: "Raised bed kit basic",
        follow_up: "Tomato feed basic",
        window_days: 30.0,
        probability: 0.25,
        uptake: 0.008,
    },
    Sequence {
        product: "Aquarium basic",
        follow_up: "Aquarium filter basic",
        window_days: 180.0,
        probability: 0.40,
        uptake: 0.008,
    },
];

/// The planted products, found in the catalog: (product, partner) and (product, follow-up).
#[derive(Debug)]
pub(super) struct Planted {
    pub(super) pairs: Vec<(Product, Product)>,
    pub(super) sequences: Vec<(Product, Product)>,
}

impl Planted {
    /// Finds every planted product; the names above are all in the assortment.
    pub(super) fn find(catalog: &Catalog) -> Self {
        let named = |name| {
            catalog
                .named(name)
                .expect("planted products are in the assortment")
        };
        Self {
            pairs: PAIRS
                .map(|pair| (named(pair.product), named(pair.partner)))
                .to_vec(),
            sequences: SEQUENCES
                .map(|seq| (named(seq.product), named(seq.follow_up)))
                .to_vec(),
        }
    }

    /// Sold only as planted, never drawn by demand.
    pub(super) fn is_starter(&self, product: Product) -> bool {
        self.sequences
            .iter()
            .any(|(starter, _)| *starter == product)
    }
}
