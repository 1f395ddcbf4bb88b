//! Makes baskets in pieces, mines them piece by piece and counts exactly: more than memory holds.
//!
//! `cargo run --release -p clientele-model --example partitioned -- [LINES] [PIECES] [ONE_IN]
//! [LIMIT_MIB]`, by default about 100 million basket lines in 50 pieces, sets in at least one of
//! 1,000 baskets, 2,000 MiB. No two pieces are in memory at once; each is made again for the second pass.

#![expect(clippy::print_stdout, reason = "a program that prints")]

use std::error::Error;
use std::time::Instant;

use clientele_model::pattern::{Baskets, Candidates, Constraints, Params};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Geometric, Zipf};

/// Products of the shop.
const ITEMS: f64 = 20_000.0;
/// Products that belong together come in groups of so many.
const GROUP: u32 = 4;
/// Mean lines of a basket.
const LINES_PER_BASKET: usize = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<usize> = std::env::args()
        .skip(1)
        .map(|text| text.parse())
        .collect::<Result<_, _>>()?;
    let argument = |place: usize, default| arguments.get(place).copied().unwrap_or(default);
    let (lines, pieces) = (argument(0, 100_000_000), argument(1, 50));
    let baskets = lines / LINES_PER_BASKET / pieces;
    let all = baskets * pieces;
    let params = Params {
        min_count: u32::try_from(all / argument(2, 1_000))?.max(1),
        limit_bytes: argument(3, 2_000) << 20,
        ..Params::default()
    };
    let start = Instant::now();
    let mut candidates = Candidates::new(all, params);
    let mut lines = 0;
    for number in 0..pieces {
        let piece = piece(number, baskets)?;
        lines += piece.lines();
        candidates.mine(&piece, &Constraints::none());
    }
    let mined = start.elapsed();
    let mut exact = candidates.count();
    for number in 0..pieces {
        exact.add(&piece(number, baskets)?);
    }
    let found = exact.finish();
    println!(
        "{lines} lines in {} baskets, {} itemsets at {} baskets: {:.1} s, first pass {:.1} s",
        found.baskets,
        found.itemsets.len(),
        found.min_count,
        start.elapsed().as_secs_f64(),
        mined.as_secs_f64()
    );
    Ok(())
}

/// Baskets of a shop: a geometric number of products of Zipf's popularity, with half of those of
/// the group of each third one.
fn piece(number: usize, baskets: usize) -> Result<Baskets, Box<dyn Error>> {
    let mut random = ChaCha8Rng::seed_from_u64(number as u64);
    let popularity = Zipf::new(ITEMS, 1.05)?;
    let more = Geometric::new(0.2)?;
    let mut all = Baskets::default();
    let mut basket = Vec::new();
    for _ in 0..baskets {
        basket.clear();
        for _ in 0..=more.sample(&mut random) {
            let item = to_code(popularity.sample(&mut random));
            basket.push(item);
            if item.is_multiple_of(3) {
                let group = item / GROUP * GROUP;
                basket.extend((group..group + GROUP).filter(|_| random.random::<bool>()));
            }
        }
        all.push(&basket);
    }
    Ok(all)
}

/// Zipf's ranks start at 1 and are whole.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "1 to the number of items"
)]
fn to_code(rank: f64) -> u32 {
    rank as u32 - 1
}
