//! What a model learns from.

use ndarray::ArrayView2;
use rayon::prelude::*;

use super::loss::Loss;
use super::sum::sum;
use crate::{Error, Result};

/// Customers as they were known on a day, and what they did after it.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// One row per customer, one column per feature; NaN where it is not known.
    pub features: ArrayView2<'a, f64>,
    /// The features' names.
    pub names: &'a [String],
    /// What happened: 0 or 1, or an amount.
    pub labels: &'a [f64],
    /// How many customers each row stands for; one each if there are none.
    pub weights: Option<&'a [f64]>,
    /// What tells customers apart whatever the order of rows, such as a hash of the customer's key:
    /// what is held back to stop in time depends on it.
    pub ids: &'a [u64],
}

impl Sample<'_> {
    /// The weight of a row.
    pub(crate) fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    pub(crate) fn rows(&self) -> usize {
        self.labels.len()
    }

    /// Checks everything once, and gives the score that fits all rows best without features.
    pub(crate) fn check(&self, loss: Loss) -> Result<f64> {
        self.check_shapes()?;
        self.check_ranges(loss)?;
        let total = sum(self.rows(), |row| self.weight(row));
        let labels = sum(self.rows(), |row| self.weight(row) * self.labels[row]);
        if total <= 0.0 {
            return Err(Error::TooFew {
                what: "rows with a weight",
                found: 0,
                needed: 1,
            });
        }
        let one_kind = |what| {
            Err(Error::TooFew {
                what,
                found: 0,
                needed: 1,
            })
        };
        match loss {
            Loss::Tweedie { power } if !(power > 1.0 && power < 2.0) => Err(Error::OutOfRange {
                name: "power",
                value: power,
                row: 0,
                rule: "between 1 and 2",
            }),
            Loss::Logistic | Loss::Tweedie { .. } if labels <= 0.0 => {
                one_kind("rows with a label above 0")
            }
            Loss::Logistic if labels >= total => one_kind("rows with a label below 1"),
            _ => Ok(loss.score(labels / total)),
        }
    }

    fn check_shapes(&self) -> Result<()> {
        let shape = |name, found, expected| {
            if found == expected {
                return Ok(());
            }
            Err(Error::Shape {
                name,
                found,
                expected,
            })
        };
        shape("features", self.features.nrows(), self.rows())?;
        shape("names", self.names.len(), self.features.ncols())?;
        shape("ids", self.ids.len(), self.rows())?;
        shape(
            "weights",
            self.weights.map_or(self.rows(), <[f64]>::len),
            self.rows(),
        )
    }

    fn check_ranges(&self, loss: Loss) -> Result<()> {
        let wrong = |row: usize| {
            let out = |name, value, rule| Error::OutOfRange {
                name,
                value,
                row,
                rule,
            };
            let infinite = self
                .features
                .row(row)
                .iter()
                .copied()
                .find(|x| x.is_infinite());
            if let Some(value) = infinite {
                return Some(out("feature", value, "finite or missing"));
            }
            if let Err(rule) = loss.admits(self.labels[row]) {
                return Some(out("label", self.labels[row], rule));
            }
            let weight = self.weight(row);
            let is_allowed = weight.is_finite() && weight >= 0.0;
            (!is_allowed).then(|| out("weight", weight, "finite and not negative"))
        };
        let first = (0..self.rows()).into_par_iter().find_map_first(wrong);
        first.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use ndarray::{Array2, arr2};

    use super::{Loss, Sample};
    use crate::Error;

    /// Names for some features.
    pub(crate) fn names(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("x{index}")).collect()
    }

    fn check(features: &Array2<f64>, labels: &[f64], loss: Loss) -> crate::Result<f64> {
        let ids: Vec<u64> = (0..labels.len() as u64).collect();
        let sample = Sample {
            features: features.view(),
            names: &names(features.ncols()),
            labels,
            weights: None,
            ids: &ids,
        };
        sample.check(loss)
    }

    #[test]
    fn one_class_alone_teaches_nothing() {
        let features = arr2(&[[1.0], [2.0]]);
        for labels in [[0.0, 0.0], [1.0, 1.0]] {
            let told = check(&features, &labels, Loss::Logistic);
            assert!(
                matches!(told, Err(Error::TooFew { found: 0, .. })),
                "{told:?}"
            );
        }
        let nothing = check(&features, &[0.0, 0.0], Loss::Tweedie { power: 1.5 });
        assert!(matches!(nothing, Err(Error::TooFew { .. })));
        assert!(check(&Array2::zeros((0, 3)), &[], Loss::Squared).is_err());
    }

    #[test]
    fn what_has_no_meaning_is_named() {
        let features = arr2(&[[1.0, f64::NAN], [f64::INFINITY, 0.0]]);
        let told = check(&features, &[0.0, 1.0], Loss::Logistic);
        assert!(matches!(
            told,
            Err(Error::OutOfRange {
                name: "feature",
                row: 1,
                ..
            })
        ));
        let told = check(
            &arr2(&[[1.0], [1.0]]),
            &[0.0, -1.0],
            Loss::Tweedie { power: 1.5 },
        );
        assert!(matches!(
            told,
            Err(Error::OutOfRange {
                name: "label",
                row: 1,
                ..
            })
        ));
        let told = check(&arr2(&[[1.0], [1.0]]), &[0.0], Loss::Squared);
        assert!(matches!(
            told,
            Err(Error::Shape {
                name: "features",
                ..
            })
        ));
    }
}
