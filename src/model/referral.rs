//! Who brought whom, and what that was worth: chains of referrals of any depth.

use crate::error::require;
use crate::{Error, Result};

/// One row of the referrals. Customers are numbered from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Referral {
    /// Who recommended the shop; none if no customer of this name is known.
    pub referrer: Option<usize>,
    /// Who came; none if no customer of this name is known.
    pub referred: Option<usize>,
    /// When, as a day.
    pub day: i64,
}

/// Why a referral does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The referrer is not a customer.
    UnknownReferrer,
    /// The referred is not a customer.
    UnknownReferred,
    /// A customer brought themselves.
    SelfReferral,
    /// The referrer had not ordered yet.
    BeforeFirstOrder,
    /// Somebody brought this customer before.
    ReferredBefore,
    /// The referred is already above the referrer in the chain.
    Cycle,
}

impl Fault {
    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UnknownReferrer => "unknown_referrer",
            Self::UnknownReferred => "unknown_referred",
            Self::SelfReferral => "self_referral",
            Self::BeforeFirstOrder => "before_first_order",
            Self::ReferredBefore => "referred_before",
            Self::Cycle => "cycle",
        }
    }
}

/// Chains without faults: every customer was brought by at most one other, never in a circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chains {
    /// Who brought each customer.
    pub referrers: Vec<Option<usize>>,
    /// What is wrong with each referral, if anything, in the order given.
    pub faults: Vec<Option<Fault>>,
    /// Customers who were brought, each before whoever brought them.
    upward: Vec<usize>,
}

/// What a customer's referrals were worth.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Credit {
    /// Customers they brought themselves.
    pub direct: u64,
    /// Customers at every depth below them.
    pub all: u64,
    /// Levels below them.
    pub depth: u64,
    /// Value of all customers below them.
    pub value: f64,
    /// The part of that value that counts as theirs.
    pub credited: f64,
}

/// Which referrals count, and why the others do not.
///
/// Of several for one customer the earliest counts, of one day that of the referrer with the lowest
/// number. Of a circle, the latest referral does not count, the one that closed it; of one day that
/// of the referred with the highest number. So the order of rows does not matter, except between
/// rows that are the same in everything, of which the first counts.
///
/// # Shapes
/// - `first_orders`: n customers, the day of the first order of each; none without an order
/// - `referrals`: m rows, in any order
///
/// # Errors
/// `OutOfRange`: the number of a customer from n up
///
/// # Numerics
/// O(n + m log m) and no recursion: a chain of a million customers is no deeper than one of two.
///
/// # Example
/// ```
/// use clientele_model::referral::{Fault, Referral, chains};
/// let edge = |referrer, referred, day| Referral { referrer: Some(referrer), referred: Some(referred), day };
/// let found = chains(&[Some(0), Some(5), Some(9)], &[edge(0, 1, 5), edge(1, 2, 9), edge(2, 0, 20)])?;
/// assert_eq!(found.referrers, [None, Some(0), Some(1)]);
/// assert_eq!(found.faults[2], Some(Fault::Cycle));
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn chains(first_orders: &[Option<i64>], referrals: &[Referral]) -> Result<Chains> {
    let customers = first_orders.len();
    let mut faults = vec![None; referrals.len()];
    let mut candidates = Vec::new();
    for (row, referral) in referrals.iter().enumerate() {
        for one in [referral.referrer, referral.referred].into_iter().flatten() {
            let known = one < customers;
            require(
                known,
                "customer",
                one as f64,
                row,
                "a number below their count",
            )?;
        }
        match possible(referral, first_orders) {
            Ok((referrer, newcomer)) => candidates.push((newcomer, referral.day, referrer, row)),
            Err(fault) => faults[row] = Some(fault),
        }
    }
    candidates.sort_unstable();
    // The row by which each customer came.
    let mut came_by = vec![None; customers];
    let mut referrers = vec![None; customers];
    for (newcomer, _, referrer, row) in candidates {
        if came_by[newcomer].is_some() {
            faults[row] = Some(Fault::ReferredBefore);
        } else {
            came_by[newcomer] = Some(row);
            referrers[newcomer] = Some(referrer);
        }
    }
    let came_on = |customer: usize| came_by[customer].map(|row: usize| referrals[row].day);
    for last in last_of_circles(&referrers, came_on) {
        if let Some(row) = came_by[last] {
            faults[row] = Some(Fault::Cycle);
        }
        referrers[last] = None;
    }
    Ok(Chains {
        upward: upward(&referrers),
        referrers,
        faults,
    })
}

/// Both customers of a referral that does not fail by itself.
fn possible(
    referral: &Referral,
    first_orders: &[Option<i64>],
) -> std::result::Result<(usize, usize), Fault> {
    let referrer = referral.referrer.ok_or(Fault::UnknownReferrer)?;
    let newcomer = referral.referred.ok_or(Fault::UnknownReferred)?;
    if referrer == newcomer {
        return Err(Fault::SelfReferral);
    }
    match first_orders[referrer] {
        Some(first) if first <= referral.day => Ok((referrer, newcomer)),
        _ => Err(Fault::BeforeFirstOrder),
    }
}

/// Of each circle, the customer who was brought last.
///
/// Everybody has at most one referrer, so walks upward from everybody, each ending where somebody
/// was before, find every circle once.
fn last_of_circles(
    referrers: &[Option<usize>],
    came_on: impl Fn(usize) -> Option<i64>,
) -> Vec<usize> {
    // The walk that came by first; 0 for none yet.
    let mut seen = vec![0; referrers.len()];
    let mut found = Vec::new();
    for start in 0..referrers.len() {
        let (walk, mut here) = (start + 1, start);
        while seen[here] == 0 {
            seen[here] = walk;
            match referrers[here] {
                Some(next) => here = next,
                None => break,
            }
        }
        let Some(mut next) = referrers[here].filter(|_| seen[here] == walk) else {
            continue;
        };
        let mut last = here;
        while next != here {
            last = std::cmp::max_by_key(last, next, |&customer| (came_on(customer), customer));
            next = match referrers[next] {
                Some(above) => above,
                None => here,
            };
        }
        found.push(last);
    }
    found
}

/// Those who were brought, each before whoever brought them.
fn upward(referrers: &[Option<usize>]) -> Vec<usize> {
    let mut waiting = vec![0_usize; referrers.len()];
    for &referrer in referrers.iter().flatten() {
        waiting[referrer] += 1;
    }
    let mut order: Vec<usize> = (0..referrers.len())
        .filter(|&customer| waiting[customer] == 0)
        .collect();
    let mut next = 0;
    while let Some(&customer) = order.get(next) {
        next += 1;
        if let Some(referrer) = referrers[customer] {
            waiting[referrer] -= 1;
            if waiting[referrer] == 0 {
                order.push(referrer);
            }
        }
    }
    order.retain(|&customer| referrers[customer].is_some());
    order
}

impl Chains {
    /// What the referrals of each customer were worth.
    ///
    /// # Formula
    /// Of the value v of a customer, whoever is d levels above is credited with shareᵈ v:
    /// ```text
    /// credit(c) = share Σ (v(b) + credit(b))   over those b whom c brought
    /// ```
    /// With a share up to ½ no value is credited more than once in all.
    ///
    /// # Shapes
    /// - `values`: of n customers, such as their margin to date
    /// - `share`: 0 to ½
    /// - returns one row per customer, in their order
    ///
    /// # Errors
    /// - `Shape`: not one value per customer
    /// - `OutOfRange`: a value that is not finite; a share outside 0 to ½
    ///
    /// # Example
    /// ```
    /// use clientele_model::referral::{Referral, chains};
    /// let edge = |referrer, referred, day| Referral { referrer: Some(referrer), referred: Some(referred), day };
    /// let chain = chains(&[Some(0), Some(5), Some(9)], &[edge(0, 1, 5), edge(1, 2, 9)])?;
    /// let credits = chain.credits(&[10.0, 40.0, 100.0], 0.5)?;
    /// assert_eq!(credits[0].credited, 0.5 * 40.0 + 0.25 * 100.0);
    /// assert_eq!((credits[0].direct, credits[0].all, credits[0].value), (1, 2, 140.0));
    /// # Ok::<(), clientele_model::Error>(())
    /// ```
    pub fn credits(&self, values: &[f64], share: f64) -> Result<Vec<Credit>> {
        if values.len() != self.referrers.len() {
            return Err(Error::Shape {
                name: "values",
                found: values.len(),
                expected: self.referrers.len(),
            });
        }
        require(
            (0.0..=0.5).contains(&share),
            "share",
            share,
            0,
            "from 0 to ½",
        )?;
        for (row, &value) in values.iter().enumerate() {
            require(value.is_finite(), "value", value, row, "finite")?;
        }
        let mut credits = vec![Credit::default(); values.len()];
        for &customer in &self.upward {
            let Some(referrer) = self.referrers[customer] else {
                continue;
            };
            let (brought, value) = (credits[customer], values[customer]);
            let credit = &mut credits[referrer];
            credit.direct += 1;
            credit.all += 1 + brought.all;
            credit.depth = credit.depth.max(1 + brought.depth);
            credit.value += value + brought.value;
            credit.credited += share * (value + brought.credited);
        }
        Ok(credits)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Referral, chains};
    use crate::Error;

    fn edge(referrer: usize, newcomer: usize, day: usize) -> Referral {
        Referral {
            referrer: Some(referrer),
            referred: Some(newcomer),
            day: i64::try_from(day).expect("small"),
        }
    }

    #[test]
    fn every_bad_referral_has_its_reason() {
        let unknown = |referrer, referred| Referral {
            referrer,
            referred,
            day: 9,
        };
        let rows = [
            edge(0, 1, 3),
            edge(0, 1, 4),
            edge(2, 1, 3),
            edge(3, 3, 9),
            unknown(None, Some(2)),
            unknown(Some(2), None),
            edge(2, 4, 1),
            edge(5, 4, 9),
            edge(1, 0, 8),
        ];
        let first_orders = [Some(0), Some(3), Some(2), Some(0), Some(9), None];
        let found = chains(&first_orders, &rows).expect("known numbers");
        let faults: Vec<_> = found
            .faults
            .iter()
            .map(|fault| fault.map(Fault::name))
            .collect();
        assert_eq!(
            faults,
            [
                None,
                Some("referred_before"),
                Some("referred_before"),
                Some("self_referral"),
                Some("unknown_referrer"),
                Some("unknown_referred"),
                Some("before_first_order"),
                Some("before_first_order"),
                Some("cycle"),
            ]
        );
        assert_eq!(found.referrers, [None, Some(0), None, None, None, None]);
    }

    #[test]
    fn only_the_referral_that_closed_a_circle_is_lost() {
        // 0 → 1 → 2 → 3 → 1 would be a circle of 1, 2, 3; day 7 closed it.
        let rows = [
            edge(1, 2, 5),
            edge(2, 3, 7),
            edge(3, 1, 6),
            edge(3, 0, 8),
            edge(2, 4, 9),
        ];
        let found = chains(&[Some(0); 5], &rows).expect("known numbers");
        assert_eq!(found.faults, [None, Some(Fault::Cycle), None, None, None]);
        let credits = found.credits(&[1.0; 5], 0.5).expect("values");
        // 3 brought 1 and 0; 1 brought 2, who brought 4.
        assert_eq!(
            (credits[3].direct, credits[3].all, credits[3].depth),
            (2, 4, 3)
        );
        assert!((credits[3].credited - (0.5 + 0.5 + 0.25 + 0.125)).abs() < 1e-12);
    }

    #[test]
    fn a_chain_of_a_million_needs_no_stack() {
        let count = 1_000_000;
        let rows: Vec<Referral> = (1..count).map(|one| edge(one - 1, one, one)).collect();
        let found = chains(&vec![Some(0); count], &rows).expect("known numbers");
        let credits = found.credits(&vec![1.0; count], 0.5).expect("values");
        assert_eq!(credits[0].depth, count as u64 - 1);
        assert!((credits[0].credited - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_circle_of_a_million_loses_one_referral() {
        let count = 1_000_000;
        let rows: Vec<Referral> = (0..count)
            .map(|one| edge(one, (one + 1) % count, 3))
            .collect();
        let found = chains(&vec![Some(0); count], &rows).expect("known numbers");
        let lost: Vec<usize> = (0..count)
            .filter(|&row| found.faults[row].is_some())
            .collect();
        assert_eq!(lost, [count - 2]);
    }

    #[test]
    fn what_cannot_be_credited_says_why() {
        let none = chains(&[None], &[]).expect("nothing");
        assert!(matches!(none.credits(&[], 0.5), Err(Error::Shape { .. })));
        assert!(matches!(
            none.credits(&[1.0], 0.6),
            Err(Error::OutOfRange { .. })
        ));
        assert!(matches!(
            none.credits(&[f64::NAN], 0.5),
            Err(Error::OutOfRange { .. })
        ));
        let stranger = chains(&[None], &[edge(0, 1, 0)]);
        assert!(matches!(stranger, Err(Error::OutOfRange { row: 0, .. })));
    }
}
