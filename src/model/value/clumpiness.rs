//! Clumpiness: whether purchases come in bursts, and how often chance alone would look so.

use std::sync::LazyLock;

use crate::numeric::distribution::chi_squared_upper;
use crate::numeric::gamma::digamma_trigamma;

/// Up to so many parts the distribution is integrated; of more, its first three moments say enough.
const INTEGRATED: usize = 30;

/// Steps of the sum, from its least value to 0, at which the distribution is kept.
const STEPS: usize = 1024;

/// Shares of the first part over which the integral is taken.
const SHARES: usize = 1024;

/// The chance that days which fall at random cut a time at least so unevenly: small for bursts.
///
/// Purchase days cut the time watched into m parts x that sum to 1, among them the silence at the
/// end. Evenly spaced days have a clumpiness H of 0; when all but one part are next to nothing it
/// is 1.
///
/// # Formula
/// ```text
/// H = 1 + W / ln m,   W = Σ x ln x,   x ~ Dirichlet(1, …, 1) by chance
/// P(Wₘ ≥ w) = ∫₀¹ (m−1)(1−u)^(m−2) · P(Wₘ₋₁ ≥ (w − u ln u − (1−u) ln(1−u)) / (1−u)) du
/// ```
/// where u is the first part. Above 30 parts: Pearson's type III with the exact mean, variance and
/// skewness of W, the derivatives of E Πx^a = Γ(m) ΠΓ(1+a) / Γ(m+Σa).
///
/// # Shapes
/// - `clumpiness`: H, 0–1
/// - `parts`: m, from 2
/// - returns a probability, 0–1
///
/// # Missing
/// NaN for a clumpiness that is NaN, and for fewer than two parts.
///
/// # Numerics
/// Right to 0.001 up to 30 parts and to 0.003 above; of a chance of 0.001, to 5 and to 25 in 100.
///
/// # Source
/// Zhang, Bradlow & Small (2013), Int. J. of Research in Marketing 30(3), who simulate the limits;
/// agrees with four million simulated customers for each of several m.
///
/// # Example
/// ```
/// use clientele_model::value::clumpiness_p_value;
///
/// // Three purchase days in a row, and 89 days of silence since.
/// let parts = [1.0, 1.0, 89.0].map(|days: f64| days / 91.0);
/// let clumpiness = 1.0 + parts.map(|part| part * part.ln()).iter().sum::<f64>() / 3_f64.ln();
/// assert!(clumpiness_p_value(clumpiness, 3) < 0.005);
/// assert!(clumpiness_p_value(0.3, 3) > 0.3);
/// ```
#[must_use]
pub fn clumpiness_p_value(clumpiness: f64, parts: u32) -> f64 {
    if clumpiness.is_nan() || parts < 2 {
        return f64::NAN;
    }
    let sum = (clumpiness - 1.0) * f64::from(parts).ln();
    match TAILS.get(parts as usize - 2) {
        Some(tail) => tail.at(sum),
        None => Moments::of(parts).at(sum),
    }
}

static TAILS: LazyLock<Vec<Tail>> = LazyLock::new(|| {
    let mut tails = vec![Tail::of_two()];
    for parts in 3..=INTEGRATED {
        tails.push(tails[parts - 3].next());
    }
    tails
});

fn entropy(share: f64) -> f64 {
    if share > 0.0 { share * share.ln() } else { 0.0 }
}

/// P(Wₘ ≥ w) for w from −ln m to 0, in equal steps.
struct Tail {
    parts: f64,
    upper: Vec<f64>,
}

impl Tail {
    /// Two parts, cut anywhere with the same probability.
    fn of_two() -> Self {
        let at = |step: usize| {
            let sum = -std::f64::consts::LN_2 * (1.0 - step as f64 / STEPS as f64);
            // the smaller part of the cut that has this sum
            let (mut low, mut high) = (0.0, 0.5);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if entropy(middle) + entropy(1.0 - middle) > sum {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            2.0 * low
        };
        Self {
            parts: 2.0,
            upper: (0..=STEPS).map(at).collect(),
        }
    }

    /// With one part more.
    fn next(&self) -> Self {
        let parts = self.parts + 1.0;
        // what is left beside a first part, what that adds to the sum, and how likely it is
        let cuts: Vec<(f64, f64, f64)> = (0..SHARES)
            .map(|place| {
                let share = (place as f64 + 0.5) / SHARES as f64;
                let rest = 1.0 - share;
                let added = entropy(share) + entropy(rest);
                (rest, added, rest.powf(parts - 2.0))
            })
            .collect();
        let whole: f64 = cuts.iter().map(|(.., likely)| likely).sum();
        let at = |step: usize| {
            let sum = -parts.ln() * (1.0 - step as f64 / STEPS as f64);
            let uppers = cuts
                .iter()
                .map(|(rest, added, likely)| likely * self.at((sum - added) / rest));
            uppers.sum::<f64>() / whole
        };
        Self {
            parts,
            upper: (0..=STEPS).map(at).collect(),
        }
    }

    fn at(&self, sum: f64) -> f64 {
        let place = (1.0 + sum / self.parts.ln()) * STEPS as f64;
        if place <= 0.0 {
            return 1.0;
        }
        let step = place as usize;
        match self.upper.get(step + 1) {
            Some(next) => self.upper[step] + (next - self.upper[step]) * place.fract(),
            None => 0.0,
        }
    }
}

/// Mean, variance and third central moment of W.
struct Moments {
    mean: f64,
    variance: f64,
    third: f64,
}

impl Moments {
    /// Derivatives of ln E Πx^a at whole a; W is taken against its mean, so that nothing cancels.
    fn of(parts: u32) -> Self {
        let m = f64::from(parts);
        let total = |more: u32| Polygamma::of(parts + more);
        let own = |power: u32| Polygamma::of(power + 1);
        let mean = own(1).first - total(1).first;
        let (one, two) = (own(1), own(2));
        let slope = |own: &Polygamma, total: &Polygamma| own.first - total.first - mean;
        let all = total(2);
        let (same, apart) = (slope(&two, &all), slope(&one, &all));
        let variance = (2.0 * (same * same + two.second - all.second)
            + (m - 1.0) * (apart * apart - all.second))
            / (m + 1.0);
        let all = total(3);
        let three = own(3);
        let [a, b, c] = [&one, &two, &three].map(|own| slope(own, &all));
        let bend = three.second - all.second;
        let alike = 6.0 * (c * c * c + 3.0 * c * bend + three.third - all.third);
        let pair = b * b * a + (two.second - all.second) * a - 2.0 * b * all.second - all.third;
        let different = a * a * a - 3.0 * a * all.second - all.third;
        let third = (alike + 6.0 * (m - 1.0) * pair + (m - 1.0) * (m - 2.0) * different)
            / ((m + 1.0) * (m + 2.0));
        Self {
            mean,
            variance,
            third,
        }
    }

    /// The upper tail of Pearson's type III: a gamma distribution, moved.
    fn at(&self, sum: f64) -> f64 {
        let scale = 0.5 * self.third / self.variance;
        let shape = self.variance / (scale * scale);
        let above = (sum - self.mean) / scale + shape;
        if above <= 0.0 {
            return 1.0;
        }
        chi_squared_upper(2.0 * above, 2.0 * shape)
    }
}

/// ψ, ψ′ and ψ″ at a whole number.
struct Polygamma {
    first: f64,
    second: f64,
    third: f64,
}

/// ζ(3), Apéry's constant.
const ZETA_3: f64 = 1.202_056_903_159_594_3;

impl Polygamma {
    fn of(number: u32) -> Self {
        let (first, second) = digamma_trigamma(f64::from(number));
        let cubes = (1..number).rev().map(|k| f64::from(k).powi(-3));
        Self {
            first,
            second,
            third: 2.0 * (cubes.sum::<f64>() - ZETA_3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{INTEGRATED, Moments, TAILS, clumpiness_p_value};

    #[test]
    fn chances_are_those_of_four_million_simulated_customers() {
        // numpy 2.4, Generator(PCG64(20)): exponential parts over their sum, 4,000,000 customers
        // for each number of parts, 1,000,000 of 400.
        for (parts, simulated) in [
            (
                3,
                [
                    (0.209, 0.500_638),
                    (0.49, 0.100_171),
                    (0.594, 0.050_142),
                    (0.774, 0.009_944),
                    (0.909, 0.000_988),
                ],
            ),
            (
                4,
                [
                    (0.196, 0.499_404),
                    (0.407, 0.100_039),
                    (0.481, 0.049_919),
                    (0.635, 0.010_027),
                    (0.794, 0.001_003),
                ],
            ),
            (
                6,
                [
                    (0.176, 0.500_722),
                    (0.322, 0.099_499),
                    (0.373, 0.050_187),
                    (0.483, 0.009_955),
                    (0.62, 0.001_007),
                ],
            ),
            (
                12,
                [
                    (0.147, 0.499_413),
                    (0.227, 0.100_952),
                    (0.255, 0.050_388),
                    (0.315, 0.009_925),
                    (0.395, 0.000_995),
                ],
            ),
            (
                30,
                [
                    (0.117, 0.500_976),
                    (0.156, 0.098_615),
                    (0.168, 0.051_345),
                    (0.195, 0.01),
                    (0.23, 0.001_001),
                ],
            ),
            (
                31,
                [
                    (0.116, 0.502_306),
                    (0.154, 0.09909),
                    (0.166, 0.050_568),
                    (0.192, 0.009_945),
                    (0.226, 0.000_982),
                ],
            ),
            (
                80,
                [
                    (0.094, 0.508_622),
                    (0.113, 0.096_816),
                    (0.118, 0.052_945),
                    (0.13, 0.010_039),
                    (0.144, 0.00105),
                ],
            ),
        ] {
            for (clumpiness, chance) in simulated {
                let found = clumpiness_p_value(clumpiness, parts);
                let (allowed, share) = if parts as usize > INTEGRATED {
                    (0.003, 0.25)
                } else {
                    (0.001, 0.05)
                };
                let error = (found - chance).abs();
                assert!(
                    error < f64::min(allowed, share * chance),
                    "{parts} parts, {clumpiness}: {found} for {chance}"
                );
            }
        }
    }

    #[test]
    fn moments_are_those_of_the_integrated_distribution() {
        let tail = TAILS.last().expect("thirty parts");
        let width = tail.parts.ln() / (tail.upper.len() - 1) as f64;
        let shares = tail.upper.windows(2).map(|pair| pair[0] - pair[1]);
        let moment = |power: i32, mean: f64| -> f64 {
            let at = |step: usize| width * (step as f64 + 0.5) - tail.parts.ln() - mean;
            let terms = shares
                .clone()
                .enumerate()
                .map(|(step, share)| share * at(step).powi(power));
            terms.sum()
        };
        let exact = Moments::of(INTEGRATED as u32);
        let mean = moment(1, 0.0);
        assert!((mean - exact.mean).abs() < 1e-3, "{mean} {}", exact.mean);
        assert!((moment(2, mean) / exact.variance - 1.0).abs() < 0.02);
        assert!((moment(3, mean) / exact.third - 1.0).abs() < 0.05);
    }

    #[test]
    fn evenly_spaced_days_are_no_burst_and_all_at_once_are() {
        for parts in [2, 3, 30, 31, 1000] {
            assert!(clumpiness_p_value(0.0, parts) > 0.999, "{parts}");
            assert!(clumpiness_p_value(1.0, parts) < 1e-3, "{parts}");
        }
        assert!(clumpiness_p_value(0.5, 1).is_nan() && clumpiness_p_value(f64::NAN, 5).is_nan());
    }
}
