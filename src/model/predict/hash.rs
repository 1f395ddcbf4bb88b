//! Random decisions that belong to a customer, not to a place in a table.

/// A hash of `id` under a key: different keys give unrelated hashes.
///
/// # Source
/// The finaliser of `SplitMix64`: Steele, Lea & Flood (2014), OOPSLA.
pub(crate) fn keyed_hash(key: u64, id: u64) -> u64 {
    mix(mix(key.wrapping_add(0x9e37_79b9_7f4a_7c15)) ^ id)
}

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Whether `id` is of the given share of all.
pub(crate) fn is_of_share(share: f64, key: u64, id: u64) -> bool {
    ((keyed_hash(key, id) >> 11) as f64) < share * (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::is_of_share;

    #[test]
    fn a_share_is_a_share_of_neighbouring_ids_and_of_those_of_another_share() {
        let first: Vec<u64> = (0..100_000).filter(|id| is_of_share(0.2, 1, *id)).collect();
        let both = first.iter().filter(|id| is_of_share(0.5, 2, **id)).count();
        assert!(first.len().abs_diff(20_000) < 600, "{}", first.len());
        assert!(both.abs_diff(10_000) < 400, "{both}");
    }
}
