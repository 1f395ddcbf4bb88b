//! A synthetic shop with known truth. Options go in; transactions, the tables beside them and
//! `truth.json`, which says what was planted, come out. Every customer has a stream of chance of
//! their own, so the same seed gives the same bytes whatever the number of threads.
//!
//! The files below stand in the order in which a customer's life is made.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "days, prices in cents and counts of lines are small next to what their types hold"
)]

/// Why a shop could not be generated.
mod error;

/// What shop to generate.
mod options;

/// Chance, cut into streams.
mod random;

/// The shop's clock: seasons, weekdays, events.
mod calendar;

/// The words of the assortment.
mod assortment;

/// Products with prices.
mod catalog;

/// Pairs and sequences of products.
mod planted;

/// What people reach for.
mod demand;

/// Who the customers are.
mod customers;

/// When they order.
mod timeline;

/// What campaigns make them do.
mod campaigns;

/// What is in an order.
mod baskets;

/// One line.
mod line;

/// Lines as real systems write them.
mod dirt;

/// A customer's whole life.
mod life;

/// Who brought whom.
mod referrals;

/// What the shop recorded about a customer.
mod profile;

/// Counts of what happened.
mod tally;

/// Customers in waves of parallel chunks.
mod waves;

/// Columns of written tables.
mod columns;

/// One Parquet file.
mod write;

/// The transactions.
mod transactions;

/// The tables beside the transactions.
mod tables;

/// Products, events, and costs of the whole shop.
mod shop_tables;

/// What the shop knows of its customers.
mod customer_tables;

/// What is true about each customer.
mod truth_customers;

/// What was planted, and what came of it.
mod truth;

use std::fs::create_dir_all;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use calendar::Calendar;
use catalog::Catalog;
use demand::Demand;
pub use error::{Error, Result};
pub use options::{Options, Partition};
use planted::Planted;
use tables::Tables;
use tally::Tally;
pub use truth::Summary;
pub use write::FileSummary;

/// Everything that the lives of all customers have in common.
#[derive(Debug)]
struct Shop {
    seed: u64,
    out: PathBuf,
    partition: Partition,
    calendar: Calendar,
    catalog: Catalog,
    planted: Planted,
    demand: Demand,
    /// How many customers there are.
    customers: u32,
}

impl Shop {
    /// A shop with as many customers as it takes to write the lines that are asked for.
    fn open(options: &Options) -> Self {
        let catalog = Catalog::new(options.seed);
        let planted = Planted::find(&catalog);
        let mut shop = Self {
            seed: options.seed,
            out: options.out.clone(),
            partition: options.partition,
            calendar: Calendar::new(options.start_date, options.end_date),
            demand: Demand::new(&catalog, &planted),
            catalog,
            planted,
            customers: 0,
        };
        shop.customers = waves::customers_for(&shop, options.lines);
        shop
    }
}

/// Generates a shop into `options.out`, which must be empty or absent; `truth.json` is written
/// last, so a folder that has one is complete.
///
/// `progress` hears how many lines have been written, from any thread. Uses the current rayon
/// pool; the bytes do not depend on it. Memory is that of one wave of customers, whatever the
/// size of the shop.
///
/// | file | one row is |
/// | --- | --- |
/// | `transactions/month=…/part-….parquet` | a line: a product in an order, or its return |
/// | `customers.parquet` | a customer as the shop knows them |
/// | `products.parquet` | a product with its place in the tree, price and cost |
/// | `identities.parquet` | a second id of a customer |
/// | `events.parquet` | an event in a year |
/// | `exposures.parquet` | a customer in an arm of a campaign |
/// | `costs.parquet` | money spent on a customer, or on nobody in particular |
/// | `referrals.parquet` | who brought whom; a few cannot be true |
/// | `truth_customers.parquet` | what is true about a customer |
/// | `truth.json` | what was planted, and what came of it |
///
/// # Errors
/// - [`Error::Lines`], [`Error::Period`], [`Error::NotEmpty`]: before anything is written
/// - [`Error::Io`], [`Error::Parquet`]: a file could not be written
pub fn generate(options: &Options, progress: impl Fn(u64) + Sync) -> Result<Summary> {
    options.check()?;
    create_dir_all(&options.out).map_err(Error::io(&options.out))?;
    let shop = Shop::open(options);
    let lines = AtomicU64::new(0);
    let wrote = |rows| progress(lines.fetch_add(rows, Ordering::Relaxed) + rows);
    let mut tables = Tables::create(&shop)?;
    let mut tally = Tally::default();
    let mut files = Vec::new();
    for wave in waves::waves(&shop) {
        let chunks = wave.live(&shop)?;
        files.extend(transactions::write(&shop, wave.number, &chunks, &wrote)?);
        tables.write(&chunks)?;
        for chunk in &chunks {
            tally += &chunk.tally;
        }
    }
    files.extend(tables.close()?);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    truth::write(&shop, options, &tally, files)
}
