//! A purchase model with its parameters.

use std::ops::Deref;

use ndarray::Array1;

use super::estimate::Estimate;
use super::fit::names;
use super::objective::Columns;
use super::predictor::Predictor;
use super::process::Process;
use super::technique::Technique;
use crate::{Error, Result};

/// A purchase model with its parameters; [`at`](Self::at) gives what answers questions.
///
/// It reads as its [`Estimate`]: parameters with standard errors, log-likelihood, values to store.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    technique: Technique,
    covariates: usize,
    estimate: Estimate,
}

impl Deref for Fitted {
    type Target = Estimate;

    fn deref(&self) -> &Estimate {
        &self.estimate
    }
}

impl Fitted {
    pub(crate) fn new(technique: Technique, covariates: usize, estimate: Estimate) -> Self {
        Self {
            technique,
            covariates,
            estimate,
        }
    }

    /// Adds what the likelihood holds besides the parameters.
    pub(crate) fn add_log_likelihood(&mut self, constant: f64) {
        self.estimate.log_likelihood += constant;
    }

    /// The fit that gave these [`values`](Estimate::values).
    ///
    /// # Errors
    /// `MissingParameter`: a name that this technique has with this many covariates is not among
    /// the values
    pub fn restore(
        technique: Technique,
        covariates: usize,
        values: &[(String, f64)],
    ) -> Result<Self> {
        let names = names(technique, covariates);
        let estimate = Estimate::restore(names, technique.parameters().len(), values)?;
        Ok(Self {
            technique,
            covariates,
            estimate,
        })
    }

    /// The technique fitted.
    #[must_use]
    pub fn technique(&self) -> Technique {
        self.technique
    }

    /// The model for customers with these covariates: none, for a model without.
    ///
    /// # Errors
    /// `Shape`: another number of covariates than fitted
    pub fn at(&self, covariates: &[f64]) -> Result<Predictor> {
        if covariates.len() != self.covariates {
            let (found, expected) = (covariates.len(), self.covariates);
            return Err(Error::Shape {
                name: "covariates",
                found,
                expected,
            });
        }
        let own = self.technique.parameters().len();
        let columns = Columns::new(own, self.technique.responses(), covariates);
        let process = |place: &Array1<f64>| -> Box<dyn Process> {
            self.technique.process(columns.local(place).map(f64::exp))
        };
        let spread = self.estimate.spread().iter().map(process).collect();
        Ok(Predictor::new(process(&self.estimate.place), spread))
    }
}
