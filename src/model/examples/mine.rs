//! Mines a file of baskets, one a line, integer items: prints what was found and what it cost.
//!
//! `cargo run --release -p clientele-model --example mine -- retail.dat 10 [all|closed|maximal]`

#![expect(clippy::print_stdout, reason = "a program that prints")]

use std::time::Instant;

use clientele_model::pattern::{Baskets, Constraints, Params, closed, frequent, maximal};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, min_count, keep @ ..] = arguments.as_slice() else {
        return Err("usage: mine FILE MIN_COUNT [all|closed|maximal]".into());
    };
    let start = Instant::now();
    let text = std::fs::read_to_string(path)?;
    let mut baskets = Baskets::default();
    let mut items = Vec::new();
    for line in text.lines() {
        items.clear();
        for item in line.split_ascii_whitespace() {
            items.push(item.parse::<u32>()?);
        }
        baskets.push(&items);
    }
    let read_seconds = start.elapsed().as_secs_f64();
    let params = Params {
        min_count: min_count.parse()?,
        ..Params::default()
    };
    let found = match keep.first().map_or("all", String::as_str) {
        "closed" => closed(&baskets, &params),
        "maximal" => maximal(&baskets, &params),
        _ => frequent(&baskets, &params, &Constraints::none()),
    };
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{} itemsets, read {:.3} s, mined {:.3} s, peak {}",
        found.itemsets.len(),
        read_seconds,
        seconds - read_seconds,
        peak_memory()
    );
    Ok(())
}

/// The largest resident memory so far, where the system tells it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .map_or_else(|| "unknown".to_owned(), |peak| peak.trim().to_owned())
}
