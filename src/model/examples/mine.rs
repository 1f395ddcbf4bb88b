//! Mines a file of integer items and prints what was found and what it cost.
//!
//! `cargo run --release -p clientele-model --example mine -- FILE MIN_COUNT [KEEP]`, where FILE
//! has one basket a line, or one history a line in the form of SPMF (-1 ends an element, -2 the
//! line), and KEEP is all, closed or maximal. `RAYON_NUM_THREADS` sets the number of threads.

#![expect(clippy::print_stdout, reason = "a program that prints")]

use std::error::Error;
use std::time::Instant;

use clientele_model::pattern::{
    Baskets, Constraints, Params, SequenceParams, Sequences, closed, closed_sequences, frequent,
    frequent_sequences, maximal, maximal_sequences,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, min_count, keep @ ..] = arguments.as_slice() else {
        return Err("usage: mine FILE MIN_COUNT [all|closed|maximal]".into());
    };
    let (min_count, keep) = (
        min_count.parse()?,
        keep.first().map_or("all", String::as_str),
    );
    let start = Instant::now();
    let text = std::fs::read_to_string(path)?;
    let is_sequences = text
        .lines()
        .next()
        .is_some_and(|line| line.trim_end().ends_with("-2"));
    let mine = if is_sequences {
        mine_sequences
    } else {
        mine_baskets
    };
    let (found, mined_seconds) = mine(&text, min_count, keep)?;
    println!(
        "{found} patterns, {:.3} s of which mining {mined_seconds:.3} s, peak {}",
        start.elapsed().as_secs_f64(),
        peak_memory()
    );
    Ok(())
}

type Mined = Result<(usize, f64), Box<dyn Error>>;

fn mine_baskets(text: &str, min_count: u32, keep: &str) -> Mined {
    let mut baskets = Baskets::default();
    let mut items = Vec::new();
    for line in text.lines() {
        items.clear();
        for item in line.split_ascii_whitespace() {
            items.push(item.parse::<u32>()?);
        }
        baskets.push(&items);
    }
    let start = Instant::now();
    let params = Params {
        min_count,
        ..Params::default()
    };
    let found = match keep {
        "closed" => closed(&baskets, &params),
        "maximal" => maximal(&baskets, &params),
        _ => frequent(&baskets, &params, &Constraints::none()),
    };
    Ok((found.itemsets.len(), start.elapsed().as_secs_f64()))
}

fn mine_sequences(text: &str, min_count: u32, keep: &str) -> Mined {
    let mut histories = Sequences::default();
    let mut purchases = Vec::new();
    for line in text.lines() {
        purchases.clear();
        let mut day = 0;
        for token in line.split_ascii_whitespace() {
            match token.parse::<i64>()? {
                -2 => break,
                -1 => day += 1,
                item => purchases.push((day, u32::try_from(item)?)),
            }
        }
        histories.push(&purchases);
    }
    let start = Instant::now();
    let params = SequenceParams {
        min_count,
        ..SequenceParams::default()
    };
    let found = match keep {
        "closed" => closed_sequences(&histories, &params),
        "maximal" => maximal_sequences(&histories, &params),
        _ => frequent_sequences(&histories, &params),
    };
    Ok((found.patterns.len(), start.elapsed().as_secs_f64()))
}

/// The largest resident memory so far, where the system tells it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or_else(|| "unknown".to_owned(), |peak| peak.trim().to_owned())
}
