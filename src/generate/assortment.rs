//! The words of the shop: categories, shelves, items and sizes, with the price and margin that
//! each shelf starts from. Only data; `catalog` makes products of it.

use serde::Serialize;

use self::Margin::{High, Low, Mid};
use super::calendar::Event;

/// How much of the list price a shelf keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Margin {
    High,
    Mid,
    Low,
}

impl Margin {
    /// Margin as a share of the list price.
    pub(super) const fn rate(self) -> f64 {
        match self {
            Self::High => 0.60,
            Self::Mid => 0.42,
            Self::Low => 0.20,
        }
    }
}

/// Everything on one shelf: each item comes in each size.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) category: &'static str,
    pub(super) name: &'static str,
    pub(super) brand: &'static str,
    pub(super) margin: Margin,
    /// Typical list price of the smallest size.
    pub(super) price: f64,
    pub(super) items: &'static [&'static str],
    pub(super) sizes: &'static [&'static str],
}

/// The shelf of goods bought every week that hardly any margin is made on.
pub(super) const STAPLES: &str = "Staples";

/// The categories, in the order of the segments' tastes.
pub(super) const CATEGORIES: [&str; 9] = [
    "Pantry",
    "Coffee and tea",
    "Household",
    "Beauty",
    "Home",
    "Garden",
    "Toys",
    "Pets",
    "Gifts",
];

/// The shelves that are sold only in season.
pub(super) const fn season(shelf: &str) -> Option<Event> {
    match shelf.as_bytes() {
        b"Christmas" => Some(Event::Christmas),
        b"Mother's Day" => Some(Event::MothersDay),
        _ => None,
    }
}

const GRAMS: &[&str] = &["250 g", "500 g", "1 kg"];
const MILLILITRES: &[&str] = &["250 ml", "500 ml", "1 l"];
const TUBES: &[&str] = &["50 ml", "100 ml", "200 ml"];
const BAGS: &[&str] = &["20 bags", "50 bags", "100 bags"];
const PACKS: &[&str] = &["single", "3 pack", "6 pack"];
const RANGES: &[&str] = &["basic", "classic", "premium"];
const COLOURS: &[&str] = &["white", "sage", "navy"];

const fn shelf(
    path: (&'static str, &'static str),
    brand: &'static str,
    (margin, price): (Margin, f64),
    sizes: &'static [&'static str],
    items: &'static [&'static str],
) -> Words {
    Words {
        category: path.0,
        name: path.1,
        brand,
        margin,
        price,
        items,
        sizes,
    }
}

/// Every shelf of the shop, by category.
#[rustfmt::skip]
pub(super) const SHELVES: &[Words] = &[
    shelf(("Pantry", STAPLES), "Everyday", (Low, 1.6), GRAMS,
        &["Plain flour", "Caster sugar", "Long grain rice", "Rolled oats", "Red lentils"]),
    shelf(("Pantry", "Pasta and sauces"), "Casa Verde", (Low, 2.2), GRAMS,
        &["Spaghetti", "Penne", "Tomato passata", "Green pesto", "Fusilli"]),
    shelf(("Pantry", "Oils and vinegar"), "Olive Grove", (Mid, 4.9), MILLILITRES,
        &["Olive oil", "Rapeseed oil", "Balsamic vinegar", "Cider vinegar"]),
    shelf(("Pantry", "Snacks"), "Nibble", (Mid, 3.1), GRAMS,
        &["Salted almonds", "Tortilla chips", "Tomato salsa", "Dried mango", "Rice crackers"]),
    shelf(("Coffee and tea", "Coffee"), "Harbour Roast", (High, 6.2), GRAMS,
        &["Ground coffee", "Espresso beans", "Decaf coffee", "Instant coffee"]),
    shelf(("Coffee and tea", "Tea"), "Leaf and Co", (High, 4.4), BAGS,
        &["English breakfast tea", "Earl Grey tea", "Green tea", "Peppermint tea"]),
    shelf(("Coffee and tea", "Coffee accessories"), "Brewmate", (Mid, 5.2), PACKS,
        &["Coffee filters", "Descaler", "Milk frother", "Coffee scoop"]),
    shelf(("Household", "Cleaning"), "Brightside", (Low, 2.9), MILLILITRES,
        &["Washing-up liquid", "Laundry detergent", "Glass cleaner", "Floor cleaner"]),
    shelf(("Household", "Paper goods"), "Softly", (Low, 2.4), PACKS,
        &["Kitchen roll", "Toilet tissue", "Facial tissues", "Paper napkins"]),
    shelf(("Household", "Batteries and bulbs"), "Volta", (Mid, 4.5), PACKS,
        &["AA batteries", "AAA batteries", "LED bulb", "Extension lead"]),
    shelf(("Beauty", "Skin care"), "Petal", (High, 9.8), TUBES,
        &["Day cream", "Night cream", "Cleansing gel", "Sun lotion", "Hand cream"]),
    shelf(("Beauty", "Hair care"), "Sleek", (High, 6.4), MILLILITRES,
        &["Shampoo", "Conditioner", "Hair mask", "Styling mousse"]),
    shelf(("Beauty", "Fragrance"), "Maison Blanc", (High, 24.0), TUBES,
        &["Eau de toilette", "Eau de parfum", "Body mist"]),
    shelf(("Beauty", "Dental care"), "Brite", (Mid, 3.9), PACKS,
        &["Toothpaste", "Mouthwash", "Toothbrush heads", "Electric toothbrush"]),
    shelf(("Home", "Bed and bath"), "Linden", (Mid, 16.0), COLOURS,
        &["Bath towel", "Cotton duvet cover", "Pillowcase", "Bath mat"]),
    shelf(("Home", "Cookware"), "Copperline", (Mid, 19.0), RANGES,
        &["Frying pan", "Saucepan", "Casserole dish", "Chef's knife"]),
    shelf(("Home", "Appliances"), "Hearth", (Low, 38.0), RANGES,
        &["Espresso machine", "Kettle", "Toaster", "Hand blender"]),
    shelf(("Home", "Decoration"), "Linden", (High, 11.0), COLOURS,
        &["Scented candle", "Picture frame", "Cushion cover", "Glass vase"]),
    shelf(("Garden", "Plants and seeds"), "Greenleaf", (High, 5.5), PACKS,
        &["Lavender plant", "Tomato seeds", "Wildflower seeds", "Herb pot"]),
    shelf(("Garden", "Garden care"), "Greenleaf", (Mid, 8.5), RANGES,
        &["Compost", "Tomato feed", "Watering can", "Raised bed kit"]),
    shelf(("Toys", "Building sets"), "Brickworks", (Mid, 19.5), RANGES,
        &["Castle set", "Train set", "Space station set", "Farm set"]),
    shelf(("Toys", "Games and puzzles"), "Playroom", (High, 12.0), RANGES,
        &["Jigsaw puzzle", "Card game", "Board game", "Memory game"]),
    shelf(("Pets", "Pet food"), "Whisker", (Low, 3.4), GRAMS,
        &["Dry cat food", "Wet cat food", "Dry dog food", "Dog biscuits"]),
    shelf(("Pets", "Pet supplies"), "Whisker", (Mid, 7.5), RANGES,
        &["Cat litter", "Aquarium", "Aquarium filter", "Dog lead", "Cat toy"]),
    shelf(("Gifts", "Gift wrap"), "Occasion", (High, 3.2), PACKS,
        &["Gift bag", "Wrapping paper", "Greeting card", "Ribbon"]),
    shelf(("Gifts", "Christmas"), "Occasion", (High, 7.0), RANGES,
        &["Christmas crackers", "Tree lights", "Advent calendar", "Mince pies"]),
    shelf(("Gifts", "Mother's Day"), "Occasion", (High, 9.5), RANGES,
        &["Rose bouquet", "Chocolate hearts", "Bath gift set", "Tea gift box"]),
];
