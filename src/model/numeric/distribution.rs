//! Tails and quantiles of the normal, Student's and χ² distributions.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::beta::beta_reg;
use statrs::function::erf::erfc_inv;
use statrs::function::gamma::gamma_ur;

/// Above these degrees of freedom Hill's expansion is exact to a relative 1e-11 within five
/// deviations.
const MANY_DEGREES: f64 = 100.0;

/// P(Z > z) of a standard normal.
pub(crate) fn normal_upper(z: f64) -> f64 {
    0.5 * libm::erfc(z / SQRT_2)
}

/// The density of a standard normal at `z`.
pub(crate) fn normal_density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// The z with P(Z > z) = `upper`.
pub(crate) fn normal_upper_quantile(upper: f64) -> f64 {
    SQRT_2 * erfc_inv(2.0 * upper)
}

/// P(X > x) of χ² with this many degrees of freedom.
pub(crate) fn chi_squared_upper(x: f64, degrees: f64) -> f64 {
    gamma_ur(0.5 * degrees, 0.5 * x.max(f64::MIN_POSITIVE))
}

/// P(T > t) of Student's t.
///
/// With few degrees of freedom the incomplete beta function; with many it loses digits (a relative
/// 1e-8 at 10⁸), and Hill (1970), algorithm 395, turns t into a normal z.
pub(crate) fn student_upper(t: f64, degrees: f64) -> f64 {
    if t < 0.0 {
        return 1.0 - student_upper(-t, degrees);
    }
    if degrees < MANY_DEGREES {
        return 0.5 * beta_reg(0.5 * degrees, 0.5, degrees / (degrees + t * t));
    }
    let a = degrees - 0.5;
    let b = 48.0 * a * a;
    let y = a * (t * t / degrees).ln_1p();
    let terms = ((-0.4 * y - 3.3) * y - 24.0) * y - 85.5;
    normal_upper(((terms / (0.8 * y * y + 100.0 + b) + y + 3.0) / b + 1.0) * y.sqrt())
}

/// The t with P(T > t) = `upper`, for 0 < `upper` < 1.
///
/// By halving: the quantile of statrs 0.18 does not return at 10⁸ degrees.
pub(crate) fn student_upper_quantile(upper: f64, degrees: f64) -> f64 {
    if upper > 0.5 {
        return -student_upper_quantile(1.0 - upper, degrees);
    }
    let (mut low, mut high) = (0.0, 1.0);
    while student_upper(high, degrees) > upper && high < f64::MAX {
        low = high;
        high *= 2.0;
    }
    halve(low, high, |t| student_upper(t, degrees) > upper)
}

/// Where between `low` and `high` a claim that holds below ceases to hold.
pub(crate) fn halve(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = low + 0.5 * (high - low);
        if middle <= low || middle >= high {
            return middle;
        }
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::unreadable_literal, reason = "as SciPy prints them")]
    const TAILS: [(f64, f64, f64); 32] = [
        (0.01, 1.0, 0.496817007235093),
        (0.5, 1.0, 0.35241638234956674),
        (2.0, 1.0, 0.14758361765043326),
        (5.0, 1.0, 0.0628329581890012),
        (0.01, 2.5, 0.49638199717895415),
        (0.5, 2.5, 0.3288489599348574),
        (2.0, 2.5, 0.07869574787898295),
        (5.0, 2.5, 0.011725594985430925),
        (0.01, 10.0, 0.4961089874954857),
        (0.5, 10.0, 0.3139468028714865),
        (2.0, 10.0, 0.03669401738537018),
        (5.0, 10.0, 0.00026866680137822634),
        (0.01, 99.0, 0.4960207056073398),
        (0.5, 99.0, 0.3090923220122031),
        (2.0, 99.0, 0.02411984668631648),
        (5.0, 99.0, 1.2406980065204744e-06),
        (0.01, 101.0, 0.4960205066144308),
        (0.5, 101.0, 0.30908135333113634),
        (2.0, 101.0, 0.02409260560369535),
        (5.0, 101.0, 1.2099351335217606e-06),
        (0.01, 1000.0, 0.4960116409660936),
        (0.5, 1000.0, 0.30859254041693734),
        (2.0, 1000.0, 0.02288517324662583),
        (5.0, 1000.0, 3.3836281823243174e-07),
        (0.01, 40000.0, 0.4960106686204296),
        (0.5, 40000.0, 0.30853891397585115),
        (2.0, 40000.0, 0.022753506423654077),
        (5.0, 40000.0, 2.8786158383458157e-07),
        (0.01, 1000000.0, 0.4960106446827738),
        (0.5, 1000000.0, 0.3085375937361857),
        (2.0, 1000000.0, 0.02275026692565962),
        (5.0, 1000000.0, 2.8669989354453723e-07),
    ];

    #[test]
    fn tails_of_student_agree_with_scipy() {
        // scipy.stats.t.sf of SciPy 1.17.1.
        for (t, degrees, expected) in TAILS {
            let found = student_upper(t, degrees);
            assert!(
                (found / expected - 1.0).abs() < 2e-9,
                "{t} {degrees}: {found} {expected}"
            );
        }
    }

    #[test]
    fn quantiles_undo_tails() {
        for degrees in [1.0, 2.5, 30.0, 99.0, 101.0, 4e4, 1e7] {
            for upper in [1e-8, 0.000_5, 0.025, 0.2, 0.5, 0.8, 0.975] {
                let back = student_upper(student_upper_quantile(upper, degrees), degrees);
                assert!(
                    (back / upper - 1.0).abs() < 1e-10,
                    "{degrees} {upper} {back}"
                );
            }
        }
        assert!((normal_upper_quantile(0.025) - 1.959_963_984_540_054).abs() < 1e-13);
        assert!((normal_upper_quantile(0.8) + 0.841_621_233_572_914).abs() < 1e-13);
    }

    #[test]
    fn a_tail_of_chi_squared_never_exceeds_1() {
        assert!((chi_squared_upper(0.0, 3.0) - 1.0).abs() < 1e-15);
        assert!((chi_squared_upper(3.841_458_820_694_124, 1.0) - 0.05).abs() < 1e-12);
    }
}
