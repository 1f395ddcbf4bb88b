//! What people reach for: products drawn by a segment's tastes and the products' popularity.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::assortment::{CATEGORIES, SHELVES};
use super::calendar::Event;
use super::catalog::{Article, Catalog, Product};
use super::customers::SEGMENTS;
use super::planted::Planted;

/// Products with cumulative weights.
#[derive(Debug)]
pub(super) struct Table {
    products: Vec<Product>,
    cumulative: Vec<f64>,
}

impl Table {
    fn new(catalog: &Catalog, weight: impl Fn(Product, &Article) -> f64) -> Self {
        let mut table = Self {
            products: Vec::new(),
            cumulative: Vec::new(),
        };
        let mut sum = 0.0;
        for (product, article) in (0..).zip(&catalog.articles) {
            let weight = weight(product, article);
            if weight > 0.0 {
                sum += weight;
                table.products.push(product);
                table.cumulative.push(sum);
            }
        }
        table
    }

    /// One product, by weight.
    pub(super) fn draw(&self, chance: &mut ChaCha8Rng) -> Product {
        let total = self.cumulative.last().copied().unwrap_or(0.0);
        let at = chance.random::<f64>() * total;
        let index = self.cumulative.partition_point(|sum| *sum <= at);
        self.products[index.min(self.products.len() - 1)]
    }
}

/// Every table that is drawn from.
#[derive(Debug)]
pub(super) struct Demand {
    /// In the order of `SEGMENTS`.
    segments: Vec<Table>,
    /// In the order of `CATEGORIES`.
    categories: Vec<Table>,
    staples: Table,
    christmas: Table,
    mothers_day: Table,
}

impl Demand {
    pub(super) fn new(catalog: &Catalog, planted: &Planted) -> Self {
        let shelves = CATEGORIES.map(|category| {
            let open = |shelf: &&super::assortment::Words| {
                shelf.category == category && super::assortment::season(shelf.name).is_none()
            };
            SHELVES.iter().filter(open).count().max(1) as f64
        });
        let always = |product, article: &Article| {
            let is_sold = article.season().is_none() && !planted.is_starter(product);
            if is_sold {
                article.popularity / shelves[article.category]
            } else {
                0.0
            }
        };
        let only = |holds: bool, article: &Article| if holds { article.popularity } else { 0.0 };
        let seasonal = |event| {
            Table::new(catalog, |_, article| {
                only(article.season() == Some(event), article)
            })
        };
        let category = |index| {
            Table::new(catalog, |product, article| {
                if article.category == index {
                    always(product, article)
                } else {
                    0.0
                }
            })
        };
        let segment = |tastes: &[f64; 9]| {
            Table::new(catalog, |product, article| {
                tastes[article.category] * always(product, article)
            })
        };
        Self {
            segments: SEGMENTS.iter().map(|one| segment(&one.tastes)).collect(),
            categories: (0..CATEGORIES.len()).map(category).collect(),
            staples: Table::new(catalog, |_, article| only(article.is_staple(), article)),
            christmas: seasonal(Event::Christmas),
            mothers_day: seasonal(Event::MothersDay),
        }
    }

    pub(super) fn segment(&self, segment: usize) -> &Table {
        &self.segments[segment]
    }

    pub(super) fn category(&self, category: usize) -> &Table {
        &self.categories[category]
    }

    pub(super) fn staples(&self) -> &Table {
        &self.staples
    }

    /// What is sold only during this event, if anything is.
    pub(super) fn seasonal(&self, event: Event) -> Option<&Table> {
        match event {
            Event::Christmas => Some(&self.christmas),
            Event::MothersDay => Some(&self.mothers_day),
            Event::BlackFriday => None,
        }
    }
}
