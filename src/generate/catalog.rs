//! What the shop sells: a tree of categories, shelves and products, each product with a price, a
//! cost and a popularity. The prices follow from the seed.

use rand::Rng;

use super::assortment::{CATEGORIES, SHELVES, STAPLES, Words, season};
use super::calendar::Event;
use super::random::{Matter, stream};

/// Money in ten-thousandths of the currency unit: a decimal(18, 4) without its point.
pub(super) type Money = i64;
/// One cent.
pub(super) const CENT: Money = 100;
/// Index of a product in the catalog.
pub(super) type Product = u16;

/// One product.
#[derive(Debug)]
pub(super) struct Article {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) words: &'static Words,
    /// Index in `CATEGORIES`.
    pub(super) category: usize,
    pub(super) list_price: Money,
    pub(super) unit_cost: Money,
    /// Zipf: the r-th best of the n on its shelf sells in proportion to 1 / r.
    pub(super) popularity: f64,
}

impl Article {
    /// Bought every week, hardly any margin.
    pub(super) fn is_staple(&self) -> bool {
        self.words.name == STAPLES
    }

    /// The event outside which the product is not sold.
    pub(super) fn season(&self) -> Option<Event> {
        season(self.words.name)
    }
}

/// The whole assortment, best seller of each shelf first.
#[derive(Debug)]
pub(super) struct Catalog {
    pub(super) articles: Vec<Article>,
}

impl Catalog {
    pub(super) fn new(seed: u64) -> Self {
        let mut articles = Vec::new();
        for words in SHELVES {
            stock(seed, words, &mut articles);
        }
        Self { articles }
    }

    pub(super) fn article(&self, product: Product) -> &Article {
        &self.articles[usize::from(product)]
    }

    /// Every product with its article.
    pub(super) fn products(&self) -> impl Iterator<Item = (Product, &Article)> {
        (0..).zip(&self.articles)
    }

    /// The product of this name.
    pub(super) fn named(&self, name: &str) -> Option<Product> {
        let mut products = self.products();
        let (product, _) = products.find(|(_, article)| article.name == name)?;
        Some(product)
    }
}

/// Puts every item of a shelf, in every size, at the end of the assortment. Sizes of the first
/// item come first, so the first item named in the words is the best seller.
fn stock(seed: u64, words: &'static Words, articles: &mut Vec<Article>) {
    let mut chance = stream(seed, Matter::Catalog, articles.len() as u32);
    let category = CATEGORIES
        .iter()
        .position(|name| *name == words.category)
        .unwrap_or(0);
    let total: f64 = (1..=words.items.len() * words.sizes.len())
        .map(|r| 1.0 / r as f64)
        .sum();
    let mut rank = 0.0;
    for item in words.items {
        let item_price = words.price * chance.random_range(0.8..1.35);
        for (size, size_name) in words.sizes.iter().enumerate() {
            rank += 1.0;
            let price = item_price * [1.0, 1.7, 2.9][size.min(2)];
            let list_price = (price * 10.0).round().max(5.0) as Money * 10 * CENT - CENT;
            let margin_rate = words.margin.rate() + chance.random_range(-0.04..0.04);
            articles.push(Article {
                id: format!("P{:05}", articles.len() + 1),
                name: format!("{item} {size_name}"),
                words,
                category,
                list_price,
                unit_cost: (list_price as f64 * (1.0 - margin_rate)).round() as Money,
                popularity: 1.0 / rank / total,
            });
        }
    }
}
