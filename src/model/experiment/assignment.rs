//! The lottery: who is treated and who is held out, the same for ever and anywhere.

use sha2::{Digest, Sha256};

use crate::error::require;
use crate::{Error, Result};

/// The lottery of one campaign.
///
/// The key, the campaign and the customer alone decide: no row order, no audience, no date. A
/// campaign without end, such as a global control group, is a campaign as any other. Two campaigns
/// of one key are independent of each other, as are two keys.
///
/// # Formula
/// The first 53 bits of SHA-256 over the three as netstrings (`4:text,`, length in bytes), as a
/// binary fraction. A mail sender can repeat it; in Python:
/// ```text
/// text = b"".join(b"%d:%s," % (len(part), part) for part in (key, campaign, customer))
/// (int.from_bytes(sha256(text).digest()[:8], "big") >> 11) / 2**53
/// ```
/// # Numerics
/// SHA-256 rather than a faster keyed hash such as `SipHash`, because every language and database
/// has it. Lengths keep campaign 1 of customer 23 apart from campaign 12 of customer 3.
///
/// # Example
/// ```
/// use clientele_model::experiment::{Shares, Split};
///
/// let split = Split::new("a key of the shop", "spring");
/// let shares = Shares::new(&[0.1, 0.9])?; // held out, treated
/// assert_eq!(shares.arm(split.uniform("C000042")), 1);
/// # Ok::<(), clientele_model::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Split {
    campaign: Sha256,
}

impl Split {
    /// The lottery of a campaign.
    #[must_use]
    pub fn new(key: &str, campaign: &str) -> Self {
        let mut state = Sha256::new();
        absorb(&mut state, key);
        absorb(&mut state, campaign);
        Self { campaign: state }
    }

    /// The number of a customer, evenly spread over 0 to below 1.
    #[must_use]
    pub fn uniform(&self, customer: &str) -> f64 {
        let mut state = self.campaign.clone();
        absorb(&mut state, customer);
        let first = state
            .finalize()
            .iter()
            .take(8)
            .fold(0, |bits, byte| (bits << 8) | u64::from(*byte));
        (first >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn absorb(state: &mut Sha256, part: &str) {
    state.update(format!("{}:{part},", part.len()));
}

/// Which part of the customers each arm is to have.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    /// Where each arm but the last ends.
    ends: Vec<f64>,
}

impl Shares {
    /// Shares of the arms, which sum to 1.
    ///
    /// # Errors
    /// - `TooFew`: no arm
    /// - `OutOfRange`: a negative share; a sum other than 1
    pub fn new(shares: &[f64]) -> Result<Self> {
        if shares.is_empty() {
            return Err(Error::TooFew {
                what: "arms",
                found: 0,
                needed: 1,
            });
        }
        let mut sum = 0.0;
        let mut ends = Vec::with_capacity(shares.len());
        for (row, &share) in shares.iter().enumerate() {
            require(share >= 0.0, "share", share, row, "not negative")?;
            sum += share;
            ends.push(sum);
        }
        let whole = (sum - 1.0).abs() < 1e-9;
        require(whole, "shares", sum, shares.len() - 1, "together 1")?;
        ends.pop();
        Ok(Self { ends })
    }

    /// The arm, counted from 0, in which a number from 0 to below 1 falls.
    #[must_use]
    pub fn arm(&self, uniform: f64) -> usize {
        self.ends.partition_point(|end| *end <= uniform)
    }
}

/// The arm of each customer of an audience, with exact shares within every stratum, such as a tier.
///
/// Customers of a stratum are dealt out in the order of their numbers; each arm gets its share,
/// rounded up or down. Unlike [`Split::uniform`] this depends on the audience, so that the answer
/// must be kept.
///
/// # Formula
/// Customer of rank i among n of a stratum: the arm of (i + v) / n, where v is the number that the
/// stratum itself draws. So a stratum of one customer is treated as often as the share says.
///
/// # Shapes
/// - `customers`: each once, in any order
/// - `strata`: the stratum of each
/// - returns the arm of each, counted from 0, in the order of `customers`
///
/// # Errors
/// `Shape`: customers and strata differ in length
pub fn stratified(
    split: &Split,
    shares: &Shares,
    customers: &[&str],
    strata: &[&str],
) -> Result<Vec<usize>> {
    if customers.len() != strata.len() {
        return Err(Error::Shape {
            name: "strata",
            found: strata.len(),
            expected: customers.len(),
        });
    }
    let numbers: Vec<f64> = customers.iter().map(|one| split.uniform(one)).collect();
    let mut order: Vec<usize> = (0..customers.len()).collect();
    order.sort_unstable_by(|&a, &b| {
        strata[a]
            .cmp(strata[b])
            .then(numbers[a].total_cmp(&numbers[b]))
            .then(customers[a].cmp(customers[b]))
    });
    let mut arms = vec![0; customers.len()];
    for stratum in order.chunk_by(|&a, &b| strata[a] == strata[b]) {
        let start = split.uniform(strata[stratum[0]]);
        for (rank, &row) in stratum.iter().enumerate() {
            arms[row] = shares.arm((rank as f64 + start) / stratum.len() as f64);
        }
    }
    Ok(arms)
}

#[cfg(test)]
mod tests {
    use super::{Shares, Split, stratified};
    use crate::Error;

    #[allow(clippy::unreadable_literal, reason = "as Python prints them")]
    const VECTORS: [(&str, &str, &str, f64); 8] = [
        ("", "", "", 0.7072854529322509),
        ("key", "spring", "C000042", 0.5303835613804546),
        ("key", "spring", "C000043", 0.1268802720605522),
        ("key", "autumn", "C000042", 0.4480040640897537),
        ("other key", "spring", "C000042", 0.6610772753477246),
        ("key", "1", "23", 0.8657822460923312),
        ("key", "12", "3", 0.39876360538318234),
        ("Schlüssel", "夏", "Ünal-7", 0.8980954547166168),
    ];

    #[test]
    fn numbers_are_those_of_pythons_sha256() {
        for (key, campaign, customer, expected) in VECTORS {
            let found = Split::new(key, campaign).uniform(customer);
            assert!((found - expected).abs() < 1e-16, "{customer}: {found}");
        }
    }

    #[test]
    fn an_arm_begins_where_the_one_before_ends() {
        let shares = Shares::new(&[0.25, 0.0, 0.75]).expect("together 1");
        let arms = [0.0, 0.249, 0.25, 0.999_999].map(|number| shares.arm(number));
        assert_eq!(arms, [0, 0, 2, 2]);
        let thirds = Shares::new(&[1.0 / 3.0; 3]).expect("together 1");
        assert_eq!(thirds.arm(1.0 - f64::EPSILON / 2.0), 2);
    }

    #[test]
    fn shares_that_are_no_shares_are_refused() {
        assert!(matches!(Shares::new(&[]), Err(Error::TooFew { .. })));
        for bad in [&[0.5, 0.4][..], &[1.5, -0.5], &[f64::NAN, 1.0]] {
            assert!(matches!(Shares::new(bad), Err(Error::OutOfRange { .. })));
        }
        let split = Split::new("k", "c");
        let one = Shares::new(&[1.0]).expect("together 1");
        let uneven = stratified(&split, &one, &["a"], &[]);
        assert!(matches!(uneven, Err(Error::Shape { .. })));
    }
}
