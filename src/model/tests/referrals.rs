//! What holds for every set of referrals, however bad.

use clientele_model::referral::{Chains, Referral, chains};
use proptest::prelude::*;

const CUSTOMERS: usize = 12;

fn referral() -> impl Strategy<Value = Referral> {
    let customer = || proptest::option::weighted(0.9, 0..CUSTOMERS);
    (customer(), customer(), 0_i64..20).prop_map(|(referrer, referred, day)| Referral {
        referrer,
        referred,
        day,
    })
}

fn referrals() -> impl Strategy<Value = Vec<Referral>> {
    proptest::collection::vec(referral(), 0..40)
}

/// First orders on days 0 to 5; two customers never ordered.
fn first_orders() -> Vec<Option<i64>> {
    (0..CUSTOMERS)
        .map(|customer| (customer % 6 != 5).then(|| i64::try_from(customer % 6).expect("small")))
        .collect()
}

fn found(referrals: &[Referral]) -> Chains {
    chains(&first_orders(), referrals).expect("known numbers")
}

/// Everybody above a customer, from the next on.
fn above(chains: &Chains, customer: usize) -> Vec<usize> {
    let next = |one: &usize| chains.referrers[*one];
    std::iter::successors(chains.referrers[customer], next)
        .take(CUSTOMERS + 1)
        .collect()
}

proptest! {
    #[test]
    fn no_chain_is_a_circle(rows in referrals()) {
        let found = found(&rows);
        for customer in 0..CUSTOMERS {
            let above = above(&found, customer);
            prop_assert!(above.len() < CUSTOMERS && !above.contains(&customer));
        }
    }

    #[test]
    fn every_referral_counts_or_has_a_reason(rows in referrals()) {
        let found = found(&rows);
        let counting = rows.iter().zip(&found.faults).filter(|(_, fault)| fault.is_none());
        let mut brought = 0;
        for (row, _) in counting {
            brought += 1;
            let referred = row.referred.expect("known");
            prop_assert_eq!(found.referrers[referred], row.referrer);
        }
        prop_assert_eq!(found.referrers.iter().flatten().count(), brought);
    }

    #[test]
    fn credit_is_what_each_level_passes_up(rows in referrals(), share in 0.0..=0.5) {
        let found = found(&rows);
        let values: Vec<f64> = (1_u32..).take(CUSTOMERS).map(f64::from).collect();
        let mut expected = [0.0; CUSTOMERS];
        let mut below = [0; CUSTOMERS];
        for (customer, value) in values.iter().enumerate() {
            let mut part = 1.0;
            for referrer in above(&found, customer) {
                part *= share;
                expected[referrer] += part * value;
                below[referrer] += 1;
            }
        }
        let credits = found.credits(&values, share).expect("values");
        for (customer, credit) in credits.iter().enumerate() {
            prop_assert!((credit.credited - expected[customer]).abs() < 1e-9);
            prop_assert_eq!(credit.all, below[customer]);
        }
        let (given, all) = (expected.iter().sum::<f64>(), values.iter().sum::<f64>());
        prop_assert!(given <= all);
    }

    #[test]
    fn the_order_of_rows_does_not_matter(rows in referrals()) {
        let reversed: Vec<Referral> = rows.iter().rev().copied().collect();
        prop_assert_eq!(found(&rows).referrers, found(&reversed).referrers);
    }
}
