//! Customers in waves, waves in chunks. The chunks of a wave live at the same time on all
//! threads; a wave is written before the next begins, which bounds the memory. Neither cut
//! depends on the number of threads.

use std::ops::Range;

use rayon::prelude::*;

use super::Shop;
use super::error::Result;
use super::life::live;
use super::line::Line;
use super::profile::Member;
use super::tables::{TableRows, rows};
use super::tally::Tally;

const CHUNK_CUSTOMERS: u32 = 2_048;
const WAVE_CUSTOMERS: u32 = 128 * CHUNK_CUSTOMERS;
/// Customers who are tried out before it is said how many it takes.
const PILOT_CUSTOMERS: u32 = 48 * CHUNK_CUSTOMERS;

/// What some customers leave behind: their lines ordered by day, their rows of the tables beside
/// the transactions, and the counts.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) lines: Vec<Line>,
    pub(super) rows: TableRows,
    pub(super) tally: Tally,
}

impl Chunk {
    fn live(shop: &Shop, customers: Range<u32>) -> Result<Self> {
        let mut lines = Vec::new();
        let mut tally = Tally::default();
        let members: Vec<_> = customers
            .map(|number| Member::new(shop, live(shop, number, &mut lines, &mut tally)))
            .collect();
        for member in &members {
            tally.edges(&member.edges);
        }
        lines.sort_by_key(|line| line.day);
        Ok(Self {
            lines,
            rows: rows(shop, &members)?,
            tally,
        })
    }
}

/// Customers whose lines are in memory at the same time.
#[derive(Debug)]
pub(super) struct Wave {
    pub(super) number: usize,
    customers: Range<u32>,
}

impl Wave {
    /// Lets the customers of the wave live, on all threads.
    pub(super) fn live(&self, shop: &Shop) -> Result<Vec<Chunk>> {
        let chunks: Vec<_> = cut(self.customers.clone(), CHUNK_CUSTOMERS).collect();
        chunks
            .into_par_iter()
            .map(|customers| Chunk::live(shop, customers))
            .collect()
    }
}

/// All waves of the shop.
pub(super) fn waves(shop: &Shop) -> impl Iterator<Item = Wave> {
    cut(0..shop.customers, WAVE_CUSTOMERS)
        .enumerate()
        .map(|(number, customers)| Wave { number, customers })
}

/// How many customers it takes to reach so many lines: counted where a pilot suffices, else
/// reckoned from the pilot's mean.
pub(super) fn customers_for(shop: &Shop, lines: u64) -> u32 {
    let mut written = 0;
    let mut pilot = 0;
    for customers in cut(0..PILOT_CUSTOMERS, 8 * CHUNK_CUSTOMERS) {
        let counts: Vec<u64> = customers
            .into_par_iter()
            .map(|number| {
                let mut lines = Vec::new();
                live(shop, number, &mut lines, &mut Tally::default());
                lines.len() as u64
            })
            .collect();
        for count in counts {
            written += count;
            pilot += 1;
            if written >= lines {
                return pilot;
            }
        }
    }
    (lines as f64 / written as f64 * f64::from(pilot)).round() as u32
}

fn cut(numbers: Range<u32>, size: u32) -> impl Iterator<Item = Range<u32>> {
    let end = numbers.end;
    numbers
        .step_by(size as usize)
        .map(move |from| from..end.min(from.saturating_add(size)))
}
