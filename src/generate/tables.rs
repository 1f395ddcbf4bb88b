//! The tables beside the transactions: those of the shop, written at once, and those of the
//! customers, which grow with every wave.

use arrow::array::RecordBatch;
use rayon::prelude::*;

use super::Shop;
use super::customer_tables::{customers, exposures, identities, mailing_costs, referrals};
use super::error::Result;
use super::profile::Member;
use super::shop_tables::{channel_costs, events, products};
use super::truth_customers::truth_customers;
use super::waves::Chunk;
use super::write::{FileSummary, TableWriter};

const COSTS: &str = "costs.parquet";

/// A table of which every customer has some rows.
struct CustomerTable {
    name: &'static str,
    rows: fn(&Shop, &[Member]) -> Result<RecordBatch>,
}

const CUSTOMER_TABLES: [CustomerTable; 6] = [
    CustomerTable {
        name: "customers.parquet",
        rows: customers,
    },
    CustomerTable {
        name: "identities.parquet",
        rows: identities,
    },
    CustomerTable {
        name: "exposures.parquet",
        rows: exposures,
    },
    CustomerTable {
        name: COSTS,
        rows: mailing_costs,
    },
    CustomerTable {
        name: "referrals.parquet",
        rows: referrals,
    },
    CustomerTable {
        name: "truth_customers.parquet",
        rows: truth_customers,
    },
];

/// Some customers' rows of each table.
pub(super) type TableRows = Vec<RecordBatch>;

/// These customers' rows of each table.
pub(super) fn rows(shop: &Shop, members: &[Member]) -> Result<TableRows> {
    CUSTOMER_TABLES
        .iter()
        .map(|table| (table.rows)(shop, members))
        .collect()
}

/// The customers' tables while they grow, and the finished ones of the shop.
pub(super) struct Tables {
    growing: Vec<TableWriter>,
    finished: Vec<FileSummary>,
}

impl Tables {
    /// Writes the shop's tables and begins those of the customers; among the costs, those that
    /// were spent on nobody in particular come first.
    pub(super) fn create(shop: &Shop) -> Result<Self> {
        let finished = vec![
            TableWriter::create(&shop.out, "products.parquet", &products(shop)?)?.close()?,
            TableWriter::create(&shop.out, "events.parquet", &events(shop)?)?.close()?,
        ];
        let mut growing = Vec::new();
        for table in &CUSTOMER_TABLES {
            let first = match table.name {
                COSTS => channel_costs(shop)?,
                _ => (table.rows)(shop, &[])?,
            };
            growing.push(TableWriter::create(&shop.out, table.name, &first)?);
        }
        Ok(Self { growing, finished })
    }

    /// Writes the rows of a wave, all tables at the same time.
    pub(super) fn write(&mut self, chunks: &[Chunk]) -> Result<()> {
        self.growing
            .par_iter_mut()
            .enumerate()
            .try_for_each(|(table, writer)| {
                chunks
                    .iter()
                    .try_for_each(|chunk| writer.write(&chunk.rows[table]))
            })
    }

    pub(super) fn close(self) -> Result<Vec<FileSummary>> {
        let grown = self.growing.into_iter().map(TableWriter::close);
        self.finished.into_iter().map(Ok).chain(grown).collect()
    }
}
