//! Gauss–Legendre quadrature.

use std::sync::LazyLock;

/// Points of the rule.
const POINTS: usize = 16;

/// Points and weights on (−1, 1), exact for polynomials up to degree 31.
static RULE: LazyLock<[(f64, f64); POINTS]> = LazyLock::new(rule);

/// Roots of the Legendre polynomial by Newton's method from Tricomi's guess (DLMF 18.16.12).
fn rule() -> [(f64, f64); POINTS] {
    std::array::from_fn(|index| {
        let mut root = (std::f64::consts::PI * (index as f64 + 0.75) / (POINTS as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..8 {
            let (mut before, mut value) = (0.0, 1.0);
            for degree in 1..=POINTS {
                let degree = degree as f64;
                let next = ((2.0 * degree - 1.0) * root * value - (degree - 1.0) * before) / degree;
                before = value;
                value = next;
            }
            slope = POINTS as f64 * (root * value - before) / (root * root - 1.0);
            root -= value / slope;
        }
        (root, 2.0 / ((1.0 - root * root) * slope * slope))
    })
}

/// Points and weights for an integral from `from` to `to`.
pub(crate) fn points(from: f64, to: f64) -> impl Iterator<Item = (f64, f64)> {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    RULE.iter()
        .map(move |(point, weight)| (middle + half * point, half * weight))
}

#[cfg(test)]
mod tests {
    use super::points;

    #[test]
    fn polynomials_up_to_degree_31_are_exact() {
        let integral: f64 = points(0.0, 2.0)
            .map(|(x, weight)| weight * x.powi(31))
            .sum();
        assert!((integral / 2.0_f64.powi(27) - 1.0).abs() < 1e-13);
    }
}
