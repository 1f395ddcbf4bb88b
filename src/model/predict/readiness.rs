//! Whether there is enough to learn from.

/// What must be there.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `rows` | 500 | from 1 | customers |
/// | `positives` | 50 | from 1 | those to whom it happened, or who spent anything |
/// | `negatives` | 50 | from 0 | the others; 0 where amounts need none |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// Customers.
    pub rows: usize,
    /// Those with a label that is not 0.
    pub positives: usize,
    /// Those with the label 0.
    pub negatives: usize,
}

impl Default for Needs {
    fn default() -> Self {
        Self {
            rows: 500,
            positives: 50,
            negatives: 50,
        }
    }
}

/// Whether a model can be fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// There is enough.
    Ready,
    /// Too few customers.
    TooFewRows {
        /// How many there are.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// Too few of those to whom it happened; none is one class only.
    TooFewPositives {
        /// How many there are.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// Too few of the others; none is one class only.
    TooFewNegatives {
        /// How many there are.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
}

/// Whether these labels are enough to learn from, and if not, what there is too little of.
///
/// # Example
/// ```
/// use clientele_model::predict::{Needs, Readiness, readiness};
///
/// let verdict = readiness(&vec![1.0; 800], &Needs::default());
/// assert_eq!(verdict, Readiness::TooFewNegatives { found: 0, needed: 50 });
/// ```
#[must_use]
pub fn readiness(labels: &[f64], needs: &Needs) -> Readiness {
    let negatives = labels.iter().filter(|label| label.abs() <= 0.0).count();
    let (rows, positives) = (labels.len(), labels.len() - negatives);
    if rows < needs.rows {
        Readiness::TooFewRows {
            found: rows,
            needed: needs.rows,
        }
    } else if positives < needs.positives {
        Readiness::TooFewPositives {
            found: positives,
            needed: needs.positives,
        }
    } else if negatives < needs.negatives {
        Readiness::TooFewNegatives {
            found: negatives,
            needed: needs.negatives,
        }
    } else {
        Readiness::Ready
    }
}

#[cfg(test)]
mod tests {
    use super::{Needs, Readiness, readiness};

    #[test]
    fn what_is_too_little_is_counted() {
        let labels = |positives: usize, rows: usize| -> Vec<f64> {
            (0..rows)
                .map(|row| f64::from(u8::from(row < positives)))
                .collect()
        };
        let verdict = |positives, rows| readiness(&labels(positives, rows), &Needs::default());
        assert_eq!(
            verdict(0, 0),
            Readiness::TooFewRows {
                found: 0,
                needed: 500
            }
        );
        assert_eq!(
            verdict(49, 500),
            Readiness::TooFewPositives {
                found: 49,
                needed: 50
            }
        );
        assert_eq!(
            verdict(451, 500),
            Readiness::TooFewNegatives {
                found: 49,
                needed: 50
            }
        );
        assert_eq!(verdict(50, 500), Readiness::Ready);
    }
}
