//! Whether predicted uplift finds the customers whom a campaign moves: Qini curve, deciles.

use crate::error::require;
use crate::{Error, Result};

/// A customer of a randomised test, whom the model had not seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tested {
    /// Predicted uplift, or any score that is higher for those to be treated first.
    pub score: f64,
    /// Whether the lottery had them treated.
    pub is_treated: bool,
    /// What they did: 0 or 1, or money.
    pub outcome: f64,
}

/// The customers with the highest scores, so far: counts and outcomes by arm.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GainPoint {
    /// Treated customers.
    pub treated: f64,
    /// Sum of their outcomes.
    pub treated_outcome: f64,
    /// Customers of the control group.
    pub control: f64,
    /// Sum of their outcomes.
    pub control_outcome: f64,
}

/// A tenth of the customers; the first has the highest scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decile {
    /// 1 to 10.
    pub decile: usize,
    /// Who is in it, by arm. A group of equal scores on a boundary is divided, in fractions.
    pub customers: GainPoint,
    /// Mean outcome of its treated less that of its control; none if it lacks one of them.
    pub uplift: Option<f64>,
    /// What treating all up to this decile brings beyond treating nobody, per treated customer of
    /// the whole test.
    pub gain: f64,
}

/// Gain as customers are treated in the order of their scores.
///
/// # Formula
/// Of the customers with the highest scores, a part φ of all:
/// ```text
/// g(φ) = (Yₜ − Y꜀ nₜ/n꜀) / Nₜ;   Qini = ∫₀¹ g(φ) − φ g(1) dφ
/// u(φ) = (Yₜ/nₜ − Y꜀/n꜀) φ;       AUUC = ∫₀¹ u(φ) dφ
/// ```
/// Straight lines between distinct scores; an arm that is empty so far counts as 0.
///
/// # Missing
/// Customers with equal scores are treated together, so that their order does not matter.
///
/// # Numerics
/// Not divided by the area of a perfect score, which is known for outcomes 0 and 1 alone. A random
/// score has a Qini near 0 and an AUUC near half of the effect on all; the unit of both is that of
/// the outcome, a head.
///
/// # Source
/// Radcliffe (2007), Direct Marketing Analytics Journal; Gutierrez & Gérardy (2017), PMLR 67. The
/// curves are `qini_curve` and `uplift_curve` of scikit-uplift, divided by Nₜ and N.
#[derive(Debug, Clone, PartialEq)]
pub struct UpliftCurve {
    points: Vec<GainPoint>,
}

impl UpliftCurve {
    /// The curve of a test, customers in any order.
    ///
    /// # Errors
    /// - `OutOfRange`: a score or outcome that is not finite
    /// - `TooFew`: an arm without customers
    pub fn new(customers: &[Tested]) -> Result<Self> {
        let ranked = ranked(customers)?;
        let once = std::iter::repeat(1.0);
        let points = std::iter::once(GainPoint::default()).chain(points(&ranked, once));
        Ok(Self {
            points: points.collect(),
        })
    }

    /// Sums at 0 and after each distinct score, falling.
    #[must_use]
    pub fn points(&self) -> &[GainPoint] {
        &self.points
    }

    /// The area between the Qini curve and the straight line of a random score; above 0 if the
    /// score finds those who are moved.
    #[must_use]
    pub fn qini(&self) -> f64 {
        qini(self.points.iter().copied())
    }

    /// The area under the uplift curve.
    #[must_use]
    pub fn auuc(&self) -> f64 {
        let mean = |sum: f64, count: f64| if count > 0.0 { sum / count } else { 0.0 };
        let uplift = |point: &GainPoint| {
            mean(point.treated_outcome, point.treated) - mean(point.control_outcome, point.control)
        };
        let height = |point: &GainPoint| uplift(point) * point.customers();
        let (area, whole) = area(self.points.iter().copied(), height);
        area / whole.customers().powi(2)
    }

    /// Tenths of the customers, those with the highest scores first.
    #[must_use]
    pub fn deciles(&self) -> Vec<Decile> {
        let decile = |decile: usize| {
            let (from, to) = (self.at(decile - 1), self.at(decile));
            let customers = to.less(&from);
            Decile {
                decile,
                customers,
                uplift: customers.uplift(),
                gain: to.gain() / self.whole().treated,
            }
        };
        (1..=10).map(decile).collect()
    }

    /// Sums over the first `tenths` of the customers; within equal scores, in proportion.
    fn at(&self, tenths: usize) -> GainPoint {
        let wanted = self.whole().customers() * tenths as f64 / 10.0;
        let above = |point: &GainPoint| point.customers() < wanted;
        let next = self.points.partition_point(above);
        match (next.checked_sub(1), self.points.get(next)) {
            (Some(before), Some(point)) => self.points[before].toward(point, wanted),
            _ => self.points[next.min(self.points.len() - 1)],
        }
    }

    fn whole(&self) -> GainPoint {
        self.points[self.points.len() - 1]
    }
}

/// Sums after each distinct score, of customers in falling order of scores, each so many times.
pub(super) fn points(
    ranked: &[Tested],
    weights: impl Iterator<Item = f64>,
) -> impl Iterator<Item = GainPoint> {
    let mut sums = GainPoint::default();
    let mut weights = weights;
    ranked
        .chunk_by(|a, b| a.score.total_cmp(&b.score).is_eq())
        .map(move |tied| {
            for (customer, weight) in tied.iter().zip(&mut weights) {
                sums.add(customer, weight);
            }
            sums
        })
}

/// The Qini coefficient of a curve.
pub(super) fn qini(points: impl Iterator<Item = GainPoint>) -> f64 {
    let (area, whole) = area(points, GainPoint::gain);
    (area / whole.customers() - 0.5 * whole.gain()) / whole.treated
}

/// The area under `height` over the number of customers, by trapezoids, and the last point.
fn area(
    points: impl Iterator<Item = GainPoint>,
    height: impl Fn(&GainPoint) -> f64,
) -> (f64, GainPoint) {
    let start = GainPoint::default();
    let (area, _, last) = points.fold(
        (0.0, height(&start), start),
        |(area, before, last), point| {
            let here = height(&point);
            let width = point.customers() - last.customers();
            (area + 0.5 * (before + here) * width, here, point)
        },
    );
    (area, last)
}

impl GainPoint {
    /// Outcome of the treated beyond that of as many of the control group.
    fn gain(&self) -> f64 {
        if self.control > 0.0 {
            self.treated_outcome - self.control_outcome * self.treated / self.control
        } else {
            self.treated_outcome
        }
    }

    fn uplift(&self) -> Option<f64> {
        let both = self.treated > 0.0 && self.control > 0.0;
        both.then(|| self.treated_outcome / self.treated - self.control_outcome / self.control)
    }

    fn customers(&self) -> f64 {
        self.treated + self.control
    }

    fn add(&mut self, customer: &Tested, weight: f64) {
        let (count, outcome) = if customer.is_treated {
            (&mut self.treated, &mut self.treated_outcome)
        } else {
            (&mut self.control, &mut self.control_outcome)
        };
        *count += weight;
        *outcome += weight * customer.outcome;
    }

    fn less(&self, other: &Self) -> Self {
        self.with(other, |ours, theirs| ours - theirs)
    }

    /// On the straight way to `next`, where there are `customers`.
    fn toward(&self, next: &Self, customers: f64) -> Self {
        let part = (customers - self.customers()) / (next.customers() - self.customers());
        self.with(next, |here, there| here + part * (there - here))
    }

    fn with(&self, other: &Self, combine: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            treated: combine(self.treated, other.treated),
            treated_outcome: combine(self.treated_outcome, other.treated_outcome),
            control: combine(self.control, other.control),
            control_outcome: combine(self.control_outcome, other.control_outcome),
        }
    }
}

/// Customers in falling order of scores; equal ones by arm and outcome, so that sums do not depend
/// on the order given.
pub(super) fn ranked(customers: &[Tested]) -> Result<Vec<Tested>> {
    for (row, customer) in customers.iter().enumerate() {
        let (score, outcome) = (customer.score, customer.outcome);
        require(score.is_finite(), "score", score, row, "finite")?;
        require(outcome.is_finite(), "outcome", outcome, row, "finite")?;
    }
    let treated = customers.iter().filter(|one| one.is_treated).count();
    let smaller = treated.min(customers.len() - treated);
    if smaller == 0 {
        return Err(Error::TooFew {
            what: "customers in an arm",
            found: 0,
            needed: 1,
        });
    }
    // 0 and −0 are equal scores.
    let mut ranked: Vec<Tested> = customers
        .iter()
        .map(|one| Tested {
            score: one.score + 0.0,
            ..*one
        })
        .collect();
    ranked.sort_unstable_by(|a, b| {
        let by_score = b.score.total_cmp(&a.score);
        by_score
            .then(a.is_treated.cmp(&b.is_treated))
            .then(a.outcome.total_cmp(&b.outcome))
    });
    Ok(ranked)
}

#[cfg(test)]
mod tests {
    use super::{Tested, UpliftCurve};
    use crate::Error;

    fn tested(rows: &[(f64, bool, f64)]) -> Vec<Tested> {
        rows.iter()
            .map(|&(score, is_treated, outcome)| Tested {
                score,
                is_treated,
                outcome,
            })
            .collect()
    }

    #[test]
    fn a_decile_of_equal_scores_is_a_tenth_of_them() {
        let customers: Vec<Tested> = (0..25)
            .map(|row| Tested {
                score: 1.0,
                is_treated: row % 5 < 3,
                outcome: f64::from(row % 5),
            })
            .collect();
        let curve = UpliftCurve::new(&customers).expect("both arms");
        assert!(curve.qini().abs() < 1e-12);
        for decile in curve.deciles() {
            assert!((decile.customers.treated - 1.5).abs() < 1e-12);
            assert!((decile.uplift.expect("both arms") + 2.5).abs() < 1e-12);
            assert!((decile.gain + 0.25 * decile.decile as f64).abs() < 1e-12);
        }
    }

    #[test]
    fn zero_and_minus_zero_are_one_score() {
        let rows = tested(&[(0.0, true, 1.0), (-0.0, false, 0.0)]);
        assert_eq!(
            UpliftCurve::new(&rows).expect("both arms").points().len(),
            2
        );
    }

    #[test]
    fn a_test_without_control_has_no_curve() {
        let failure = |rows: &[_]| UpliftCurve::new(&tested(rows)).expect_err("bad");
        assert!(matches!(failure(&[(1.0, true, 1.0)]), Error::TooFew { .. }));
        assert!(matches!(failure(&[]), Error::TooFew { .. }));
        assert!(matches!(
            failure(&[(1.0, true, 1.0), (f64::NAN, false, 1.0)]),
            Error::OutOfRange { row: 1, .. }
        ));
    }
}
