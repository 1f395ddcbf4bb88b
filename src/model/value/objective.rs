//! The log-likelihood of all customers, with its derivatives, as a function of the logarithms of the parameters.

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::numeric::jet::PARAMETERS;
use crate::numeric::maximum::{Curvature, Objective};
use crate::numeric::{Jet, Real};

/// Cells summed by one task: fixed, so that sums do not depend on the number of threads.
const CHUNK: usize = 1024;

/// What a covariate bears upon.
pub(crate) const PURCHASE: usize = 0;
pub(crate) const LIFETIME: usize = 1;

/// A parameter that covariates move: its logarithm changes by `sign` · γ′z, with the γ of `process`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Response {
    pub(crate) parameter: usize,
    pub(crate) process: usize,
    pub(crate) sign: f64,
}

/// The log-likelihood of one cell's customers, one of them.
pub(crate) trait Likelihood: Sync {
    type Cell: Sync;

    fn log_likelihood<R: Real>(&self, parameters: [R; PARAMETERS], cell: &Self::Cell) -> R;
    fn weight(cell: &Self::Cell) -> f64;
}

/// A normal prior on the logarithms of parameters: ½ · strength · (θ − centre)² is taken off for each.
#[derive(Debug, Clone)]
pub(crate) struct Prior {
    pub(crate) centre: Array1<f64>,
    pub(crate) strength: f64,
}

/// Customers who share covariates, and the parameters θ + Σ (column · coefficient) that hold for them.
pub(crate) struct Design<'a, C> {
    pub(crate) cells: &'a [C],
    /// One column per coefficient: by how much it moves each parameter's logarithm.
    pub(crate) columns: Vec<[f64; PARAMETERS]>,
}

impl<'a, C> Design<'a, C> {
    /// The design of `own` parameters without covariates, then of those that `covariates` move.
    pub(crate) fn new(
        cells: &'a [C],
        own: usize,
        responses: &[Response],
        covariates: &[f64],
    ) -> Self {
        let mut columns: Vec<[f64; PARAMETERS]> = Vec::new();
        for parameter in 0..own {
            columns.push(std::array::from_fn(|row| f64::from(u8::from(row == parameter))));
        }
        let processes = responses.iter().map(|response| response.process + 1).max().unwrap_or(0);
        for process in 0..processes {
            for z in covariates {
                let mut column = [0.0; PARAMETERS];
                for response in responses.iter().filter(|response| response.process == process) {
                    column[response.parameter] = response.sign * z;
                }
                columns.push(column);
            }
        }
        Self { cells, columns }
    }

    /// The logarithms of the parameters that hold here.
    pub(crate) fn local(&self, place: &Array1<f64>) -> [f64; PARAMETERS] {
        std::array::from_fn(|row| {
            self.columns.iter().zip(place).map(|(column, value)| column[row] * value).sum()
        })
    }
}

pub(crate) struct Posterior<'a, L: Likelihood> {
    pub(crate) likelihood: &'a L,
    pub(crate) designs: Vec<Design<'a, L::Cell>>,
    pub(crate) prior: Prior,
}

impl<L: Likelihood> Posterior<'_, L> {
    /// The log-likelihood alone, without the prior.
    pub(crate) fn log_likelihood(&self, place: &Array1<f64>) -> f64 {
        let one = |design| self.sum(design, design.local(place).map(f64::exp)).value();
        self.designs.iter().map(one).sum()
    }

    fn sum<R: Real + Send + Sync>(
        &self,
        design: &Design<'_, L::Cell>,
        parameters: [R; PARAMETERS],
    ) -> R {
        let sum = |cells: &[L::Cell]| {
            cells.iter().fold(R::constant(0.0), |sum, cell| {
                sum + self.likelihood.log_likelihood(parameters, cell) * L::weight(cell)
            })
        };
        let chunks: Vec<R> = design.cells.par_chunks(CHUNK).map(sum).collect();
        chunks.into_iter().fold(R::constant(0.0), |sum, chunk| sum + chunk)
    }
}

impl<L: Likelihood> Objective for Posterior<'_, L> {
    fn value(&self, place: &Array1<f64>) -> f64 {
        let away = place - &self.prior.centre;
        self.log_likelihood(place) - 0.5 * self.prior.strength * away.dot(&away)
    }

    fn curvature(&self, place: &Array1<f64>) -> Curvature {
        let size = place.len();
        let away = place - &self.prior.centre;
        let mut total = Curvature {
            value: -0.5 * self.prior.strength * away.dot(&away),
            gradient: away * -self.prior.strength,
            hessian: Array2::eye(size) * -self.prior.strength,
        };
        for design in &self.designs {
            let local = design.local(place);
            let variables = std::array::from_fn(|row| Jet::variable(row, local[row]).exp());
            let sum = self.sum(design, variables);
            total.value += sum.value;
            for (i, column) in design.columns.iter().enumerate() {
                total.gradient[i] += dot(column, &sum.gradient);
                let bent = sum.hessian.map(|row| dot(&row, column));
                for (j, other) in design.columns.iter().enumerate() {
                    total.hessian[[i, j]] += dot(other, &bent);
                }
            }
        }
        total
    }
}

fn dot(a: &[f64; PARAMETERS], b: &[f64; PARAMETERS]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
