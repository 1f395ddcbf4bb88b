//! Mines a file of integer items and prints what was found and what it cost.
//!
//! `cargo run --release -p clientele-model --example mine -- FILE MIN_COUNT [KEEP] [OUT]`, where
//! FILE has one basket a line, or one history a line in the form of SPMF (-1 ends an element, -2 the
//! line), KEEP is all, closed or maximal, or for baskets the item that rules are to lead to, and OUT
//! gets a line per pattern: its items, a tab, its count. `RAYON_NUM_THREADS` sets the number of
//! threads. The longest way is what no other thread could have taken over: the CPU time of the main
//! thread, which mines what is not parallel, and of the busiest other one. All CPU time over it is
//! what that many cores could gain at most, on a machine however busy.

#![expect(clippy::print_stdout, reason = "a program that prints")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::Instant;

use clientele_model::pattern::{
    Appearance, Baskets, Constraints, Keep, Params, SequenceParams, Sequences, closed, frequent,
    frequent_sequences, frequent_with_targets, maximal,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, min_count, options @ ..] = arguments.as_slice() else {
        return Err("usage: mine FILE MIN_COUNT [all|closed|maximal] [OUT]".into());
    };
    let (min_count, keep) = (
        min_count.parse()?,
        options.first().map_or("all", String::as_str),
    );
    let out = options.get(1).map(String::as_str);
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
    let (found, mining) = mine(&text, min_count, keep, out)?;
    println!(
        "{found} patterns, {:.3} s of which mining {:.3} s, peak {}, mining took {:.3} s of CPU, {:.3} s on the longest way",
        start.elapsed().as_secs_f64(),
        mining.seconds,
        peak_memory(),
        mining.cpu_seconds,
        mining.longest_way_seconds,
    );
    Ok(())
}

/// How many patterns there are, and what mining took.
type Mined = Result<(usize, Taken), Box<dyn Error>>;

struct Taken {
    seconds: f64,
    cpu_seconds: f64,
    longest_way_seconds: f64,
}

/// A clock that starts now, with the CPU time of every thread.
struct Clock(Instant, BTreeMap<u32, f64>);

impl Clock {
    fn start() -> Self {
        Self(Instant::now(), cpu_seconds_by_thread())
    }

    fn stop(&self) -> Taken {
        let seconds = self.0.elapsed().as_secs_f64();
        let before = |thread: &u32| self.1.get(thread).copied().unwrap_or(0.0);
        let now = cpu_seconds_by_thread();
        let taken = |(thread, seconds): (&u32, &f64)| (*thread, seconds - before(thread));
        let taken: Vec<(u32, f64)> = now.iter().map(taken).collect();
        let others = taken
            .iter()
            .filter(|(thread, _)| *thread != std::process::id());
        let main: f64 = taken.iter().map(|(_, seconds)| seconds).sum::<f64>()
            - others.clone().map(|(_, seconds)| seconds).sum::<f64>();
        Taken {
            seconds,
            cpu_seconds: taken.iter().map(|(_, seconds)| seconds).sum(),
            longest_way_seconds: main + others.map(|(_, seconds)| *seconds).fold(0.0, f64::max),
        }
    }
}

/// The CPU time of each thread so far, where the system tells it.
fn cpu_seconds_by_thread() -> BTreeMap<u32, f64> {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    let read = |thread: std::io::Result<std::fs::DirEntry>| {
        let path = thread.ok()?.path();
        let text = std::fs::read_to_string(path.join("schedstat")).ok()?;
        let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
        Some((
            path.file_name()?.to_str()?.parse::<u32>().ok()?,
            nanoseconds * 1e-9,
        ))
    };
    threads.filter_map(read).collect()
}

fn mine_baskets(text: &str, min_count: u32, keep: &str, out: Option<&str>) -> Mined {
    let mut baskets = Baskets::default();
    let mut items = Vec::new();
    for line in text.lines() {
        items.clear();
        for item in line.split_ascii_whitespace() {
            items.push(item.parse::<u32>()?);
        }
        baskets.push(&items);
    }
    let clock = Clock::start();
    let params = Params {
        min_count,
        ..Params::default()
    };
    let found = match keep {
        "closed" => closed(&baskets, &params),
        "maximal" => maximal(&baskets, &params),
        "all" => frequent(&baskets, &params, &Constraints::none()),
        target => {
            let mut sides = vec![Appearance::Antecedent; baskets.item_counts().len()];
            *sides
                .get_mut(target.parse::<usize>()?)
                .ok_or("no such item")? = Appearance::Consequent;
            let constraints = Constraints::none().with_appearances(&sides);
            frequent_with_targets(&baskets, &params, &constraints)
        }
    };
    let taken = clock.stop();
    let lines = found
        .itemsets
        .iter()
        .map(|(items, count)| (text_of(items), count));
    write(out, lines)?;
    Ok((found.itemsets.len(), taken))
}

fn mine_sequences(text: &str, min_count: u32, keep: &str, out: Option<&str>) -> Mined {
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
    let clock = Clock::start();
    let params = SequenceParams {
        min_count,
        keep: match keep {
            "closed" => Keep::Closed,
            "maximal" => Keep::Maximal,
            _ => Keep::All,
        },
        ..SequenceParams::default()
    };
    let found = frequent_sequences(&histories, &params);
    let taken = clock.stop();
    let patterns = &found.patterns;
    let lines = (0..patterns.len()).map(|index| {
        let elements: Vec<String> = patterns.elements(index).map(text_of).collect();
        (elements.join(" -1 "), patterns.count(index))
    });
    write(out, lines)?;
    Ok((patterns.len(), taken))
}

fn text_of(items: &[u32]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    items.join(" ")
}

fn write(out: Option<&str>, lines: impl Iterator<Item = (String, u32)>) -> std::io::Result<()> {
    let Some(path) = out else {
        return Ok(());
    };
    let mut file = BufWriter::new(File::create(path)?);
    for (pattern, count) in lines {
        writeln!(file, "{pattern}\t{count}")?;
    }
    file.flush()
}

/// The largest resident memory so far, where the system tells it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or_else(|| "unknown".to_owned(), |peak| peak.trim().to_owned())
}
