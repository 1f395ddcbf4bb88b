//! How much to believe of many tests made at once.

/// For each test the smallest false-discovery rate at which it is still a discovery.
///
/// # Formula
/// ```text
/// q(i) = min over j ≥ i of p(j) m / j,   p(1) ≤ … ≤ p(m)
/// ```
/// # Shapes
/// - `p_values`: m tests, 0 to 1
/// - returns m q-values, 0 to 1, in the order of `p_values`
///
/// # Missing
/// Equal p-values have equal q-values. NaN sorts last and stays NaN.
///
/// # Source
/// Benjamini & Hochberg (1995); agrees with R's `p.adjust(method = "BH")`.
///
/// # Example
/// ```
/// use clientele_model::significance::false_discovery_rates;
/// assert_eq!(false_discovery_rates(&[0.01, 0.02, 0.9]), [0.03, 0.03, 0.9]);
/// ```
#[must_use]
pub fn false_discovery_rates(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_unstable_by(|&left, &right| {
        p_values[left]
            .total_cmp(&p_values[right])
            .then(left.cmp(&right))
    });
    let tests = p_values.len() as f64;
    let mut rates = vec![0.0; p_values.len()];
    let mut least = 1.0;
    for (rank, &test) in order.iter().enumerate().rev() {
        let rate = p_values[test] * tests / (rank + 1) as f64;
        least = f64::min(least, rate);
        rates[test] = if rate.is_nan() { rate } else { least };
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::false_discovery_rates;

    #[test]
    fn a_rate_never_falls_with_its_p_value_and_ties_share_one() {
        // p.adjust(c(.04, .01, .03, .01, .5), "BH") in R.
        let rates = false_discovery_rates(&[0.04, 0.01, 0.03, 0.01, 0.5]);
        for (found, expected) in rates.iter().zip([0.05, 0.025, 0.05, 0.025, 0.5]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }
}
