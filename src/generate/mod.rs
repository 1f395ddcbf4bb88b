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

/// The words of the assortment.
mod assortment;
/// What is in an order.
mod baskets;
/// The shop's clock: seasons, weekdays, events.
mod calendar;
/// What campaigns make them do.
mod campaigns;
/// Products with prices.
mod catalog;
/// Columns of written tables.
mod columns;
/// What the shop knows of its customers.
mod customer_tables;
/// Who the customers are.
mod customers;
/// What people reach for.
mod demand;
/// Lines as real systems write them.
mod dirt;
/// Why a shop could not be generated.
mod error;
/// A customer's whole life.
mod life;
/// One line.
mod line;
/// What shop to generate.
mod options;
/// Planted pairs and sequences of products.
mod planted;
/// Where customers live, how they were won, what was spent on them.
mod profile;
/// Chance, cut into streams.
mod random;
/// Who brought whom.
mod referrals;
/// Products, events, and costs of the whole shop.
mod shop_tables;
/// The tables beside the transactions.
mod tables;
/// Counts of what happened.
mod tally;
/// When they order.
mod timeline;
/// The transactions.
mod transactions;
/// What was planted, and what came of it.
mod truth;
/// What is true about each customer.
mod truth_customers;
/// Customers in waves of parallel chunks.
mod waves;
/// One Parquet file.
mod write;

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
        let chunk_lines: Vec<_> = chunks.iter().map(|chunk| chunk.lines.as_slice()).collect();
        files.extend(transactions::write_lines(
            &shop,
            wave.number,
            &chunk_lines,
            &wrote,
        )?);
        for chunk in &chunks {
            tally += &chunk.tally;
        }
        tables.write(chunks.iter().map(|chunk| &chunk.rows))?;
    }
    files.extend(tables.close()?);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    truth::write(&shop, options, &tally, files)
}
