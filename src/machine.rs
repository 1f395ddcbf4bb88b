//! What the machine has, and what this process may take and has taken of it.

use crate::job::Resources;

/// Memory assumed where the machine does not tell.
const MEMORY_UNKNOWN_BYTES: usize = 4 << 30;

/// The bytes that `4GiB`, `500MB` or `auto` mean; none for anything else.
pub(crate) fn memory_limit_bytes(written: &str) -> Option<usize> {
    if written == "auto" {
        return Some(half_of_memory_bytes());
    }
    let digits = written.trim_end_matches(char::is_alphabetic);
    let unit: usize = match &written[digits.len()..] {
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    let number = digits.trim().parse::<f64>().ok()?;
    (number > 0.0).then(|| share(unit, number))
}

/// The bytes that the process may hold.
pub(crate) fn limit_bytes(resources: &Resources) -> usize {
    memory_limit_bytes(&resources.memory_limit).unwrap_or_else(half_of_memory_bytes)
}

/// The bytes in which computed tables may be kept.
pub(crate) fn kept_bytes(resources: &Resources) -> usize {
    share(limit_bytes(resources), resources.kept_share)
}

/// The bytes that queries may count for themselves: what kept tables leave, less a quarter for what nobody counts (rows
/// on their way between operators, files as they are written, memory that is free but not given back yet).
pub(crate) fn query_bytes(resources: &Resources) -> usize {
    let left = limit_bytes(resources) - kept_bytes(resources);
    left - left / 4
}

/// The bytes of these that patterns may take.
pub(crate) fn mining_bytes(resources: &Resources) -> usize {
    share(query_bytes(resources), resources.mining_share)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bytes, and a part or a multiple of them"
)]
fn share(bytes: usize, share: f64) -> usize {
    (bytes as f64 * share) as usize
}

/// The most memory this process has held, in bytes; 0 where the system does not tell.
pub(crate) fn peak_memory_bytes() -> u64 {
    kilobytes("/proc/self/status", "VmHWM:").unwrap_or(0) * 1024
}

/// The memory this process holds now, in bytes; 0 where the system does not tell.
pub(crate) fn held_memory_bytes() -> u64 {
    kilobytes("/proc/self/status", "VmRSS:").unwrap_or(0) * 1024
}

fn half_of_memory_bytes() -> usize {
    let kilobytes =
        kilobytes("/proc/meminfo", "MemTotal:").and_then(|number| usize::try_from(number).ok());
    kilobytes.map_or(MEMORY_UNKNOWN_BYTES, |number| number * 1024) / 2
}

fn kilobytes(file: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
