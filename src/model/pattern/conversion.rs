//! How soon customers convert: the Kaplan–Meier curve over whole days.

/// What happens on each day since the start, from day 1 on; weights instead of customers, so
/// that one customer may be seen from several days.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Exits {
    /// Weight at risk on the first day.
    pub(super) at_risk: f64,
    /// By day less one: weight that converts.
    pub(super) converted: Vec<f64>,
    /// By day less one: weight last seen, not converted, on that day.
    pub(super) censored: Vec<f64>,
}

impl Exits {
    /// Nobody, over so many days.
    pub(super) fn none(days: usize) -> Self {
        Self {
            at_risk: 0.0,
            converted: vec![0.0; days],
            censored: vec![0.0; days],
        }
    }
}

/// The state of a [`curve`] at the end of one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    /// Weight at risk on this day.
    pub(super) at_risk: f64,
    /// Weight that converts on it.
    pub(super) converted: f64,
    /// Probability not to have converted by its end.
    pub(super) survival: f64,
    /// Greenwood's sum: the variance of `survival` divided by its square.
    pub(super) variance_sum: f64,
}

/// The Kaplan–Meier curve, a point per day.
///
/// # Formula
/// ```text
/// S(t) = Π over u ≤ t of (1 − dᵤ / nᵤ),   Greenwood: Σ over u ≤ t of dᵤ / (nᵤ (nᵤ − dᵤ))
/// ```
/// Who is censored on a day was at risk on it.
pub(super) fn curve(exits: &Exits) -> Vec<Point> {
    let (mut at_risk, mut survival, mut variance_sum) = (exits.at_risk, 1.0, 0.0);
    let days = exits.converted.iter().zip(&exits.censored);
    days.map(|(&converted, &censored)| {
        if converted > 0.0 {
            let staying = (at_risk - converted).max(0.0);
            survival *= staying / at_risk;
            if staying > 0.0 {
                variance_sum += converted / (at_risk * staying);
            }
        }
        let point = Point {
            at_risk,
            converted,
            survival,
            variance_sum,
        };
        at_risk -= converted + censored;
        point
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_agrees_with_survfit() {
        // survfit(Surv(c(1, 3, 3, 4, 5), c(1, 0, 1, 1, 0)) ~ 1): 0.8, 0.6, 0.3; standard error
        // 0.179, 0.219, 0.239.
        let exits = Exits {
            at_risk: 5.0,
            converted: vec![1.0, 0.0, 1.0, 1.0, 0.0],
            censored: vec![0.0, 0.0, 1.0, 0.0, 1.0],
        };
        let points = curve(&exits);
        for (day, survival, error) in [(1, 0.8, 0.179), (3, 0.6, 0.219), (4, 0.3, 0.239)] {
            let point = points[day - 1];
            assert!((point.survival - survival).abs() < 1e-12);
            assert!((point.survival * point.variance_sum.sqrt() - error).abs() < 5e-4);
        }
    }
}
