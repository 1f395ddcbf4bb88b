//! The one hypergeometric function that purchase models need: ₂F₁(a, 1; c; z).

use super::Real;

/// Depth at which the continued fraction is cut at the latest; reached only for z above 0.9999.
const LEVELS: f64 = 4_000.0;

/// ₂F₁(a, 1; c; z) for c ≥ a > 0 and any z below 1.
///
/// # Numerics
/// Gauss's continued fraction from its tail upwards: all its partial quotients are positive for 0 ≤
/// z < 1, so nothing cancels, however large a and c. Its error falls by ((1 − √(1−z)) / (1 +
/// √(1−z))) a level, which says how deep to begin. Below zero, Pfaff's transformation leads back
/// into that range.
///
/// # Source
/// DLMF 15.7.5 and 15.8.1; agrees with mpmath to 1e-13.
pub(crate) fn with_unit<R: Real>(a: R, c: R, z: R) -> R {
    if z.value() < 0.0 {
        let whole = -z + 1.0;
        return fraction(c - a, c, -z / whole) / whole;
    }
    fraction(a, c, z)
}

fn fraction<R: Real>(a: R, c: R, z: R) -> R {
    let root = (1.0 - z.value()).sqrt();
    let gain = ((1.0 + root) / (1.0 - root)).ln();
    let levels = (35.0 / gain + 2.0).min(LEVELS) as u32;
    // The n-th partial quotient is z times (a+h)(c+h−1) if n is odd, h(c−a+h−1) if even, h = ⌊n/2⌋,
    // over (c+n−2)(c+n−1). Products of a, c and z are taken out of the loop.
    let (odd, both, even) = (a * (c - 1.0) * z, (a + c) * z, (c - a) * z);
    let square = c * c;
    let mut tail = R::constant(0.5 * (1.0 + root));
    for level in (1..=levels).rev() {
        let half = f64::from(level / 2);
        let top = if level % 2 == 1 {
            odd + both * half + z * (half * (half - 1.0))
        } else {
            (even + z * (half - 1.0)) * half
        };
        let order = f64::from(level);
        let bottom = square + c * (2.0 * order - 3.0) + (order - 1.0) * (order - 2.0);
        tail = -(top / (bottom * tail)) + 1.0;
    }
    R::constant(1.0) / tail
}

#[cfg(test)]
mod tests {
    use super::with_unit;
    use crate::numeric::Jet;

    #[test]
    fn agrees_with_elementary_cases() {
        // ₂F₁(1, 1; 2; z) = −ln(1 − z) / z, and ₂F₁(a, 1; a; z) = 1 / (1 − z).
        for z in [-300.0, -2.0, -0.1, 1e-9, 0.3, 0.97, 0.9999] {
            let logarithm = -f64::ln_1p(-z) / z;
            assert!(
                (with_unit(1.0, 2.0, z) / logarithm - 1.0).abs() < 1e-12,
                "{z}"
            );
            let geometric = (1.0 - z).recip();
            assert!(
                (with_unit(1.7, 1.7, z) / geometric - 1.0).abs() < 1e-11,
                "{z}"
            );
        }
        assert!((with_unit(2.0, 3.0, 0.0) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn derivatives_join_where_the_transformation_sets_in() {
        let at = |z: f64| {
            with_unit(
                Jet::variable(0, 3.0),
                Jet::variable(1, 4.5),
                Jet::variable(2, z),
            )
        };
        let (below, above) = (at(-1e-9), at(1e-9));
        for i in 0..3 {
            assert!((below.gradient[i] - above.gradient[i]).abs() < 1e-7);
            for j in 0..3 {
                assert!((below.hessian[i][j] - above.hessian[i][j]).abs() < 1e-7);
            }
        }
    }
}
