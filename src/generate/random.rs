//! Chance, cut into streams: each customer has a stream of their own for each matter, so what is
//! drawn never depends on who is simulated before them, on which thread, or on other matters.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

/// What a stream of chance decides.
#[derive(Debug, Clone, Copy)]
pub(super) enum Matter {
    Catalog,
    Traits,
    Referral,
    Orders,
    Campaigns,
    Dirt,
    Profile,
}

/// The chance of one customer (or other numbered thing) in one matter.
pub(super) fn stream(seed: u64, matter: Matter, number: u32) -> ChaCha8Rng {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    chance.set_stream(u64::from(number) << 8 | matter as u64);
    chance
}

/// True with the given probability.
pub(super) fn happens(chance: &mut impl Rng, probability: f64) -> bool {
    chance.random::<f64>() < probability
}

/// An index drawn with the given weights, which need not sum to 1.
pub(super) fn pick(chance: &mut impl Rng, weights: &[f64]) -> usize {
    let mut left = chance.random::<f64>() * weights.iter().sum::<f64>();
    for (index, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return index;
        }
    }
    weights.len() - 1
}

/// A waiting time with the given rate.
pub(super) fn exponential(chance: &mut impl Rng, rate: f64) -> f64 {
    -(1.0 - chance.random::<f64>()).ln() / rate
}

/// A draw from Gamma(shape, rate).
pub(super) fn gamma(chance: &mut impl Rng, shape: f64, rate: f64) -> f64 {
    let law = Gamma::new(shape, 1.0 / rate).expect("shape and rate are constants above 0");
    law.sample(chance)
}
