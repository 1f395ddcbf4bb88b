//! Estimated parameters: names, values, how sure they are, and their way to a table and back.

use ndarray::{Array1, Array2};

use crate::Result;
use crate::numeric::matrix::cholesky;
use crate::stored::find;

/// One parameter of a fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name, as in the paper.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Its standard error, from the Hessian.
    pub standard_error: f64,
}

/// What a fit found.
///
/// Positive parameters are kept as logarithms, in which their likelihood is closest to normal;
/// coefficients of covariates, which come last, as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    pub(crate) names: Vec<String>,
    /// How many of them, the first ones, are logarithms.
    pub(crate) positive: usize,
    pub(crate) place: Array1<f64>,
    pub(crate) covariance: Array2<f64>,
    pub(crate) log_likelihood: f64,
}

impl Estimate {
    /// The log-likelihood of the customers fitted, without the prior.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// The parameters, each with its standard error.
    #[must_use]
    pub fn parameters(&self) -> Vec<Parameter> {
        let one = |(index, name): (usize, &String)| {
            let (place, deviation) = (self.place[index], self.covariance[[index, index]].sqrt());
            let (value, scale) = if index < self.positive {
                (place.exp(), place.exp())
            } else {
                (place, 1.0)
            };
            Parameter {
                name: name.clone(),
                value,
                standard_error: scale * deviation,
            }
        };
        self.names.iter().enumerate().map(one).collect()
    }

    /// All there is to store: the parameters by name, then the covariances of what is kept of each
    /// two of them (`r~alpha`), then the log-likelihood.
    #[must_use]
    pub fn values(&self) -> Vec<(String, f64)> {
        let mut values: Vec<(String, f64)> = self
            .parameters()
            .into_iter()
            .map(|parameter| (parameter.name, parameter.value))
            .collect();
        for (row, first) in self.names.iter().enumerate() {
            for (column, second) in self.names.iter().enumerate().take(row + 1) {
                values.push((format!("{second}~{first}"), self.covariance[[row, column]]));
            }
        }
        values.push((LOG_LIKELIHOOD.to_owned(), self.log_likelihood));
        values
    }

    /// The estimate of these names from what [`values`](Self::values) gave.
    pub(crate) fn restore(
        names: Vec<String>,
        positive: usize,
        values: &[(String, f64)],
    ) -> Result<Self> {
        let find = |name: &str| find(values, name);
        let size = names.len();
        let mut place = Array1::zeros(size);
        let mut covariance = Array2::zeros((size, size));
        for (row, first) in names.iter().enumerate() {
            place[row] = if row < positive {
                find(first)?.ln()
            } else {
                find(first)?
            };
            for (column, second) in names.iter().enumerate().take(row + 1) {
                let value = find(&format!("{second}~{first}"))?;
                covariance[[row, column]] = value;
                covariance[[column, row]] = value;
            }
        }
        Ok(Self {
            names,
            positive,
            place,
            covariance,
            log_likelihood: find(LOG_LIKELIHOOD)?,
        })
    }

    /// Equally likely places that have the estimate's mean and covariance: two along each axis of
    /// the covariance. An average over them carries the parameters' uncertainty, exactly for cubic
    /// questions.
    ///
    /// # Source
    /// The third-degree spherical–radial rule: Arasaratnam & Haykin (2009), IEEE Trans. Automatic
    /// Control 54(6).
    pub(crate) fn spread(&self) -> Vec<Array1<f64>> {
        let Some(lower) = cholesky(&self.covariance) else {
            return vec![self.place.clone()];
        };
        let reach = (self.place.len() as f64).sqrt();
        let axes = lower.columns().into_iter();
        axes.flat_map(|axis| [-reach, reach].map(|far| &self.place + &(&axis * far)))
            .collect()
    }
}

const LOG_LIKELIHOOD: &str = "log_likelihood";
