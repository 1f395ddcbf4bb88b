//! A purchase model with its parameters.

use std::ops::Deref;

use ndarray::Array1;

use super::estimate::Estimate;
use super::objective::Columns;
use super::predictor::Predictor;
use super::process::Process;
use super::technique::Technique;
use crate::numeric::jet::PARAMETERS;
use crate::{Error, Result};

/// A purchase model with its parameters; [`at`](Self::at) gives what answers questions.
///
/// It reads as its [`Estimate`]: parameters with standard errors, log-likelihood, values to store.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    technique: Technique,
    estimate: Estimate,
}

impl Deref for Fitted {
    type Target = Estimate;

    fn deref(&self) -> &Estimate {
        &self.estimate
    }
}

impl Fitted {
    pub(crate) fn new(technique: Technique, estimate: Estimate) -> Self {
        Self {
            technique,
            estimate,
        }
    }

    /// Adds what the likelihood holds besides the parameters.
    pub(crate) fn add_log_likelihood(&mut self, constant: f64) {
        self.estimate.log_likelihood += constant;
    }

    /// The fit that gave these [`values`](Estimate::values): the technique's parameters, and what
    /// coefficients of covariates there are among them.
    ///
    /// # Errors
    /// `MissingParameter`: a name that this technique has is not among the values
    pub fn restore(technique: Technique, values: &[(String, f64)]) -> Result<Self> {
        let own = technique.parameters().iter().map(ToString::to_string);
        let is_coefficient = |name: &str| {
            let process = name.split('_').next().unwrap_or_default();
            technique.processes().contains(&process) && !name.contains('~')
        };
        let all = values.iter().map(|(name, _)| name.clone());
        let names = own.chain(all.filter(|name| is_coefficient(name))).collect();
        let estimate = Estimate::restore(names, technique.parameters().len(), values)?;
        Ok(Self {
            technique,
            estimate,
        })
    }

    /// The technique fitted.
    #[must_use]
    pub fn technique(&self) -> Technique {
        self.technique
    }

    /// The model of the customers with these covariates alone, as one that has none: what is stored
    /// for them, and how sure it is, looks like any other fit. The log-likelihood stays that of all.
    ///
    /// # Errors
    /// `Shape`: another number of covariates than fitted
    pub fn of(&self, covariates: &[f64]) -> Result<Self> {
        let names = self.technique.parameters().iter().map(ToString::to_string);
        let names: Vec<String> = names.collect();
        let own = names.len();
        let processes = self.technique.processes().len().max(1);
        let expected = (self.estimate.place.len() - own) / processes;
        if covariates.len() != expected {
            return Err(Error::Shape {
                name: "covariates",
                found: covariates.len(),
                expected,
            });
        }
        let local = Columns::new(own, self.technique.responses(), covariates).matrix(own);
        let estimate = Estimate {
            names,
            positive: own,
            place: local.dot(&self.estimate.place),
            covariance: local.dot(&self.estimate.covariance).dot(&local.t()),
            log_likelihood: self.estimate.log_likelihood,
        };
        Ok(Self::new(self.technique, estimate))
    }

    /// What answers for customers with these covariates: none, for a model without.
    ///
    /// # Errors
    /// `Shape`: another number of covariates than fitted
    pub fn at(&self, covariates: &[f64]) -> Result<Predictor> {
        let Self {
            technique,
            estimate,
        } = self.of(covariates)?;
        let process = |place: &Array1<f64>| -> Box<dyn Process> {
            let mut parameters = [0.0; PARAMETERS];
            for (parameter, place) in parameters.iter_mut().zip(place) {
                *parameter = place.exp();
            }
            technique.process(parameters)
        };
        let spread = estimate.spread().iter().map(process).collect();
        Ok(Predictor::new(process(&estimate.place), spread))
    }
}
