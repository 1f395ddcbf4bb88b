//! A clock for examples.
#![expect(clippy::print_stdout, reason = "the seconds are what it is for")]

use std::time::Instant;

/// The answer; prints the seconds it took, and those of CPU on all threads where the system tells them.
pub(crate) fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let answer = work();
    let (seconds, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    println!("{seconds:8.3} s  {what}; {cpu:.3} s of CPU");
    answer
}

/// CPU time of this program so far, in the hundredths of a second in which Linux counts it.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|field| field.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}
