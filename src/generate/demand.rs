//! What people reach for: products drawn by a segment's tastes and the products' popularity.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::assortment::{CATEGORIES, SHELVES, season};
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
    fn new(weights: impl Iterator<Item = (Product, f64)>) -> Self {
        let mut table = Self {
            products: Vec::new(),
            cumulative: Vec::new(),
        };
        let mut sum = 0.0;
        for (product, weight) in weights.filter(|(_, weight)| *weight > 0.0) {
            sum += weight;
            table.products.push(product);
            table.cumulative.push(sum);
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
        let is_sold_always = |(product, article): &(Product, &Article)| {
            article.season().is_none() && !planted.is_starter(*product)
        };
        let always = || catalog.products().filter(is_sold_always);
        let shelves = CATEGORIES.map(shelves_open_always);
        let weight = |article: &Article| article.popularity / shelves[article.category];
        let segment = |tastes: &[f64; CATEGORIES.len()]| {
            let by_taste = |article: &Article| tastes[article.category] * weight(article);
            Table::new(always().map(|(product, article)| (product, by_taste(article))))
        };
        let only = |is_wanted: &dyn Fn(&Article) -> bool| {
            let wanted = catalog.products().filter(|(_, article)| is_wanted(article));
            Table::new(wanted.map(|(product, article)| (product, article.popularity)))
        };
        let category = |index| {
            let inside = always().filter(move |(_, article)| article.category == index);
            Table::new(inside.map(|(product, article)| (product, article.popularity)))
        };
        Self {
            segments: SEGMENTS.iter().map(|one| segment(&one.tastes)).collect(),
            categories: (0..CATEGORIES.len()).map(category).collect(),
            staples: only(&Article::is_staple),
            christmas: only(&|article| article.season() == Some(Event::Christmas)),
            mothers_day: only(&|article| article.season() == Some(Event::MothersDay)),
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

/// How many shelves of a category are open all year.
fn shelves_open_always(category: &str) -> f64 {
    let of_category = SHELVES.iter().filter(|shelf| shelf.category == category);
    of_category
        .filter(|shelf| season(shelf.name).is_none())
        .count() as f64
}
