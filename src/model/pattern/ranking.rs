//! The best of many offers to one customer.

/// An item that a rule offers.
pub(super) trait Offer {
    /// The item.
    fn item(&self) -> u32;
    /// Number of the rule.
    fn rule(&self) -> usize;
    /// What the offer is worth on average.
    fn expected_value(&self) -> f64;
}

/// Keeps the best offer of each item, and of these the best `most`, best first.
///
/// Equals: the earlier rule, the lower item.
pub(super) fn keep_best<O: Offer>(offers: &mut Vec<O>, most: usize) {
    let worth = |left: &O, right: &O| right.expected_value().total_cmp(&left.expected_value());
    offers.sort_unstable_by(|left, right| {
        let by_rule = left.rule().cmp(&right.rule());
        left.item()
            .cmp(&right.item())
            .then(worth(left, right))
            .then(by_rule)
    });
    offers.dedup_by_key(|offer| offer.item());
    offers.sort_by(worth);
    offers.truncate(most);
}
