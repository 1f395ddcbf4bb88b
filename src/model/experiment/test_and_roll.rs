//! How large a small test should be, if what wins is then sent to everybody else.

use crate::Result;
use crate::error::require;

/// Customers per arm of the small test that brings the most from an audience as a whole.
///
/// A test large enough to prove its effect may leave nobody to profit from it. Counting what both
/// the test and the roll-out bring, the best test is much smaller, and grows with the root of the
/// audience. Afterwards [`verdict`](super::verdict()) reads the interval.
///
/// # Formula
/// ```text
/// n = √(N/4 (s/σ)² + (3/4 (s/σ)²)²) − 3/4 (s/σ)²
/// ```
/// # Shapes
/// - `audience`: N, customers to be tested on or rolled out to, above 0
/// - `outcome_deviation`: s, from one customer to the next, above 0
/// - `effect_deviation`: σ, from the mean outcome of one campaign to that of another, as earlier
///   campaigns showed, above 0
///
/// # Errors
/// `OutOfRange`: an argument that is not above 0
///
/// # Source
/// Feit & Berman (2019), Journal of Marketing Research 56: two arms with the same normal prior.
///
/// # Example
/// ```
/// use clientele_model::experiment::test_and_roll_customers;
/// // The website test of the paper: 2,284 of 100,000.
/// let each = test_and_roll_customers(100_000.0, (0.68_f64 * 0.32).sqrt(), 0.03)?;
/// assert!((each - 2_284.0).abs() < 0.5);
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn test_and_roll_customers(
    audience: f64,
    outcome_deviation: f64,
    effect_deviation: f64,
) -> Result<f64> {
    for (name, value) in [
        ("audience", audience),
        ("outcome_deviation", outcome_deviation),
        ("effect_deviation", effect_deviation),
    ] {
        let positive = value > 0.0 && value.is_finite();
        require(positive, name, value, 0, "above 0, finite")?;
    }
    let noise = (outcome_deviation / effect_deviation).powi(2);
    // √(a + b²) − b, where b may be much the larger.
    let (a, b) = (0.25 * audience * noise, 0.75 * noise);
    Ok(a / ((a + b * b).sqrt() + b))
}
