//! What a campaign brought beyond what would have come anyway, against what it cost.

use super::difference::{Difference, Interval};
use crate::Result;
use crate::error::require;

/// Money that came because of a campaign, over all who were treated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incremental {
    /// Margin that would not have come otherwise.
    pub margin: f64,
    /// Its interval.
    pub margin_interval: Interval,
    /// Margin less cost.
    pub net: f64,
    /// Its interval.
    pub net_interval: Interval,
    /// Margin less cost, per money spent; none if nothing was spent.
    pub return_on_investment: Option<f64>,
    /// Its interval.
    pub return_interval: Option<Interval>,
}

/// What a campaign brought over all who were treated, and whether that was worth its cost.
///
/// # Formula
/// ```text
/// margin = n d;   net = n d − C;   return = (n d − C) / C
/// ```
/// The cost is known, so that all three are as uncertain as the difference d.
///
/// # Shapes
/// - `difference`: of margin before the cost of the campaign, a head
/// - `treated`: n, customers
/// - `cost`: C, of all contacts and rewards together; a control group costs nothing
/// - `level`: of the intervals
///
/// # Errors
/// `OutOfRange`: a negative cost or number of customers
///
/// # Example
/// ```
/// use clientele_model::experiment::{Difference, incremental};
/// let difference = Difference { value: 0.77, standard_error: 0.145, degrees: 36_671.0 };
/// let campaign = incremental(&difference, 21_307.0, 10_000.0, 0.95)?;
/// assert!((campaign.net - 6_406.39).abs() < 1e-9);
/// assert!(campaign.net_interval.lower > 0.0);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn incremental(
    difference: &Difference,
    treated: f64,
    cost: f64,
    level: f64,
) -> Result<Incremental> {
    for (name, value) in [("treated", treated), ("cost", cost)] {
        let possible = value >= 0.0 && value.is_finite();
        require(possible, name, value, 0, "not negative, finite")?;
    }
    let interval = difference.interval(level);
    let between = |money: &dyn Fn(f64) -> f64| Interval {
        lower: money(interval.lower),
        upper: money(interval.upper),
    };
    let margin = |head: f64| head * treated;
    let net = |head: f64| margin(head) - cost;
    let earned = |head: f64| net(head) / cost;
    Ok(Incremental {
        margin: margin(difference.value),
        margin_interval: between(&margin),
        net: net(difference.value),
        net_interval: between(&net),
        return_on_investment: (cost > 0.0).then(|| earned(difference.value)),
        return_interval: (cost > 0.0).then(|| between(&earned)),
    })
}

#[cfg(test)]
mod tests {
    use super::incremental;
    use crate::experiment::Difference;

    #[test]
    fn a_campaign_that_cost_nothing_has_no_return_on_it() {
        let difference = Difference {
            value: 2.0,
            standard_error: 1.0,
            degrees: 1e9,
        };
        let free = incremental(&difference, 100.0, 0.0, 0.95).expect("in range");
        assert!(free.return_on_investment.is_none() && free.return_interval.is_none());
        let paid = incremental(&difference, 100.0, 50.0, 0.95).expect("in range");
        let around = paid.return_interval.expect("a cost");
        assert!((paid.return_on_investment.expect("a cost") - 3.0).abs() < 1e-12);
        assert!((around.lower - (100.0 * (2.0 - 1.959_964) - 50.0) / 50.0).abs() < 1e-5);
        assert!((free.margin_interval.upper - paid.net_interval.upper - 50.0).abs() < 1e-9);
        assert!(incremental(&difference, 100.0, -1.0, 0.95).is_err());
    }
}
