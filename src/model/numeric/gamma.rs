//! ln Γ and its first two derivatives. Crates give the first two only, and a Hessian needs the
//! third.

/// Where Stirling's series, cut after seven terms, is exact to the last bit of an `f64`.
const STIRLING_FROM: f64 = 10.0;

/// Coefficients B₂ₖ / (2k (2k − 1)) of Stirling's series (DLMF 5.11.1).
const STIRLING: [f64; 7] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
];

/// ln Γ(x) for x above 0.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    let mut product = 1.0;
    let mut z = x;
    while z < STIRLING_FROM {
        product *= z;
        z += 1.0;
    }
    let square = z.recip().powi(2);
    let series = STIRLING
        .iter()
        .rev()
        .fold(0.0, |sum, term| sum * square + term)
        / z;
    (z - 0.5) * z.ln() - z + 0.5 * std::f64::consts::TAU.ln() + series - f64::ln(product)
}

/// ψ(x) and ψ′(x), the first and second derivative of ln Γ, for x above 0.
pub(crate) fn digamma_trigamma(x: f64) -> (f64, f64) {
    let (mut digamma, mut trigamma) = (0.0, 0.0);
    let mut z = x;
    while z < STIRLING_FROM {
        let step = z.recip();
        digamma -= step;
        trigamma += step * step;
        z += 1.0;
    }
    let square = z.recip().powi(2);
    let (mut first, mut second) = (0.0, 0.0);
    for (index, term) in STIRLING.iter().enumerate().rev() {
        let order = 2.0 * index as f64 + 1.0;
        first = first * square + order * term;
        second = second * square + order * (order + 1.0) * term;
    }
    (
        digamma + z.ln() - 0.5 / z - first * square,
        trigamma + z.recip() + 0.5 * square + second * square / z,
    )
}

#[cfg(test)]
mod tests {
    use super::{digamma_trigamma, ln_gamma};

    #[test]
    fn agrees_with_forty_digit_values() {
        // mpmath 1.4.1: loggamma, psi(0, x), psi(1, x).
        for (x, value, first, second) in [
            (
                1e-3,
                6.907_178_885_383_854,
                -1_000.575_571_931_810_3,
                1_000_001.642_533_196,
            ),
            (
                0.5,
                0.572_364_942_924_700_1,
                -1.963_510_026_021_423_5,
                4.934_802_200_544_679,
            ),
            (1.0, 0.0, -0.577_215_664_901_532_9, 1.644_934_066_848_226_4),
            (
                10_000.5,
                82_104.322_654_128_37,
                9.210_340_372_392_85,
                9.999_999_991_666_667e-5,
            ),
        ] {
            let derivatives = digamma_trigamma(x);
            assert!(
                (ln_gamma(x) - value).abs() <= 2e-15 * value.abs().max(1.0),
                "ln gamma {x}"
            );
            assert!(
                (derivatives.0 - first).abs() <= 4e-15 * first.abs(),
                "digamma {x}"
            );
            assert!(
                (derivatives.1 - second).abs() <= 4e-15 * second.abs(),
                "trigamma {x}"
            );
        }
    }
}
