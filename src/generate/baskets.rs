//! What is in an order. A basket is filled until it is worth what the customer means to spend;
//! planted pairs and sequences add their products on the way, and decide what else may go in.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Shop;
use super::calendar::Event;
use super::catalog::{CENT, Money, Product};
use super::customers::{Behaviour, Customer, ORDER_VALUE};
use super::demand::Table;
use super::planted::{PAIRS, SEQUENCES};
use super::random::{gamma, happens};
use super::timeline::{Cause, Order};

/// One product in a basket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) product: Product,
    pub(super) quantity: i16,
    pub(super) revenue: Money,
    pub(super) discount: Money,
    pub(super) cost: Money,
}

#[derive(Debug, Default)]
struct Basket {
    items: Vec<Item>,
    worth: Money,
}

impl Basket {
    fn put(&mut self, item: Item) {
        self.worth += item.revenue;
        self.items.push(item);
    }

    fn holds(&self, product: Product) -> bool {
        self.items.iter().any(|item| item.product == product)
    }
}

/// A customer while shopping: what they like, and which planted products they own.
#[derive(Debug)]
pub(super) struct Shopper<'a> {
    shop: &'a Shop,
    customer: &'a Customer,
    favourites: Vec<Product>,
    owned: [bool; SEQUENCES.len()],
}

/// Every so many draws are a favourite product.
const FAVOURITE_SHARE: f64 = 0.4;
const FAVOURITES: usize = 8;
/// First draws in which a product that is too dear is put back, even if nothing else is in.
const DEAR_DRAWS: usize = 4;
/// Draws after which a basket is closed, whatever it is worth.
const DRAWS_MOST: usize = 80;
/// Chance that a defecting customer's order holds the category they will leave.
pub(super) const HABIT: f64 = 0.75;

impl<'a> Shopper<'a> {
    pub(super) fn new(shop: &'a Shop, customer: &'a Customer, chance: &mut ChaCha8Rng) -> Self {
        let mut shopper = Self {
            shop,
            customer,
            favourites: Vec::new(),
            owned: [false; SEQUENCES.len()],
        };
        shopper.favourites = (0..FAVOURITES)
            .map(|_| shopper.table().draw(chance))
            .collect();
        shopper
    }

    /// Fills the basket of one order. Returns its items and the sequences that begin with it.
    pub(super) fn fill(
        &mut self,
        order: Order,
        chance: &mut ChaCha8Rng,
    ) -> (Vec<Item>, Vec<usize>) {
        let target = self.target(chance);
        let event = self.shop.calendar.event(order.at);
        let mut basket = Basket::default();
        if let Cause::FollowUp(sequence) = order.cause {
            basket.put(self.item(self.shop.planted.sequences[sequence].1, event, chance));
        }
        let begun = self.begin_sequences(chance);
        for sequence in &begun {
            basket.put(self.item(self.shop.planted.sequences[*sequence].0, event, chance));
        }
        let mut habit = self.habit(order, chance);
        for draw in 0..DRAWS_MOST {
            let product = habit.take().unwrap_or_else(|| self.reach(event, chance));
            if self.refuses(&basket, product, order) {
                continue;
            }
            let item = self.item(product, event, chance);
            let missing = (target - basket.worth) as f64;
            let is_wanted = happens(chance, missing / item.revenue as f64);
            if !is_wanted && !basket.items.is_empty() {
                break;
            }
            if !is_wanted && draw < DEAR_DRAWS {
                continue;
            }
            basket.put(item);
            if let Some(partner) = self.partner(product, chance) {
                basket.put(self.item(partner, event, chance));
            }
        }
        (basket.items, begun)
    }

    /// What the customer means to spend this time.
    fn target(&self, chance: &mut ChaCha8Rng) -> Money {
        let value = gamma(chance, ORDER_VALUE.0, self.customer.value_rate);
        (value * 100.0).round() as Money * CENT
    }

    fn table(&self) -> &'a Table {
        match self.customer.behaviour {
            Behaviour::StaplesOnly => self.shop.demand.staples(),
            _ => self.shop.demand.segment(self.customer.segment),
        }
    }

    /// The next product the customer reaches for.
    fn reach(&self, event: Option<Event>, chance: &mut ChaCha8Rng) -> Product {
        let seasonal = event.and_then(|event| self.shop.demand.seasonal(event));
        let share = match self.customer.behaviour {
            Behaviour::StaplesOnly => 0.0,
            Behaviour::EventBuyer => 0.75,
            _ => 0.06,
        };
        match seasonal {
            Some(table) if happens(chance, share) => table.draw(chance),
            _ if happens(chance, FAVOURITE_SHARE) => {
                self.favourites[chance.random_range(0..FAVOURITES)]
            }
            _ => self.table().draw(chance),
        }
    }

    /// A product of the category that a defecting customer buys in a rhythm, until they stop.
    fn habit(&self, order: Order, chance: &mut ChaCha8Rng) -> Option<Product> {
        match self.customer.behaviour {
            Behaviour::Defector { category, since }
                if self.shop.calendar.seasonal(order.at) < since && happens(chance, HABIT) =>
            {
                Some(self.shop.demand.category(category).draw(chance))
            }
            _ => None,
        }
    }

    /// Products that must not go in: twice the same, the one half of a planted pair beside the
    /// other (only `partner` may do that, so that the confidence is as planted), a follow-up
    /// that its own sequence will bring, the category that was left.
    fn refuses(&self, basket: &Basket, product: Product, order: Order) -> bool {
        let planted = &self.shop.planted;
        let left = match self.customer.behaviour {
            Behaviour::Defector { category, since } => {
                category == self.shop.catalog.article(product).category
                    && self.shop.calendar.seasonal(order.at) >= since
            }
            _ => false,
        };
        let is_half = |(one, other): &(Product, Product)| {
            (product == *one && basket.holds(*other)) || (product == *other && basket.holds(*one))
        };
        let is_awaited =
            |((_, follow_up), owned): (&(Product, Product), &bool)| *owned && product == *follow_up;
        left || basket.holds(product)
            || planted.pairs.iter().any(is_half)
            || planted.sequences.iter().zip(&self.owned).any(is_awaited)
    }

    /// The other half of a planted pair, as often as planted.
    fn partner(&self, product: Product, chance: &mut ChaCha8Rng) -> Option<Product> {
        let pairs = self.shop.planted.pairs.iter().zip(&PAIRS);
        let mut of_product = pairs.filter(|((one, _), _)| *one == product);
        let ((_, partner), pair) = of_product.next()?;
        happens(chance, pair.confidence).then_some(*partner)
    }

    /// Sequences that begin with this order: each at most once a customer, and never for those
    /// whose categories are planted otherwise.
    fn begin_sequences(&mut self, chance: &mut ChaCha8Rng) -> Vec<usize> {
        let is_particular = matches!(
            self.customer.behaviour,
            Behaviour::StaplesOnly | Behaviour::Defector { .. }
        );
        let mut begun = Vec::new();
        for (index, sequence) in SEQUENCES.iter().enumerate() {
            if !self.owned[index] && happens(chance, sequence.uptake) && !is_particular {
                self.owned[index] = true;
                begun.push(index);
            }
        }
        begun
    }

    /// The product with a quantity and today's price.
    fn item(&self, product: Product, event: Option<Event>, chance: &mut ChaCha8Rng) -> Item {
        let article = self.shop.catalog.article(product);
        let is_cheap = article.list_price < 600 * CENT;
        let mut quantity = 1;
        while is_cheap && quantity < 6 && happens(chance, 0.28) {
            quantity += 1;
        }
        let units = Money::from(quantity);
        let gross = article.list_price * units;
        let revenue = gross * (100 - self.offer_percent(event, chance)) / (100 * CENT) * CENT;
        Item {
            product,
            quantity,
            revenue,
            discount: gross - revenue,
            cost: article.unit_cost * units,
        }
    }

    /// How much is off today.
    fn offer_percent(&self, event: Option<Event>, chance: &mut ChaCha8Rng) -> Money {
        let offers: [Money; 3] = match (self.customer.behaviour, event) {
            (Behaviour::PriceOnly, _) => [25, 30, 40],
            (_, Some(Event::BlackFriday)) if happens(chance, 0.5) => [20, 25, 30],
            _ if happens(chance, self.customer.offer_probability) => [10, 15, 20],
            _ => [0; 3],
        };
        offers[chance.random_range(0..3)]
    }
}
