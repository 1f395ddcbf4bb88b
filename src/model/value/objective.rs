//! The log-likelihood of all customers, with its derivatives, as a function of the logarithms of
//! the parameters.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::estimate::Estimate;
use crate::Result;
use crate::numeric::jet::PARAMETERS;
use crate::numeric::maximum::{Curvature, Objective, maximise};
use crate::numeric::{Jet, Real};

/// Cells summed by one task: fixed, so that sums do not depend on the number of threads.
const CHUNK: usize = 1024;

/// Of many cells, every so-manieth is enough to come close; it divides [`CHUNK`].
const STRIDE: usize = 16;

/// What a covariate bears upon.
pub(crate) const PURCHASE: usize = 0;
pub(crate) const LEAVING: usize = 1;
pub(crate) const STAYING: usize = 2;

/// A parameter that covariates move: its logarithm changes by `sign` · γ′z, with the γ of
/// `process`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Response {
    pub(crate) parameter: usize,
    pub(crate) process: usize,
    pub(crate) sign: f64,
}

/// The log-likelihood of customers, in two parts: the costly functions of x alone are shared by
/// many cells.
pub(crate) trait Likelihood: Sync {
    type Cell: Sync;

    /// The x of a cell, and its customers.
    fn count(cell: &Self::Cell) -> (u32, f64);
    fn log_counts<R: Real>(&self, parameters: [R; PARAMETERS], x: u32) -> R;
    /// The rest, summed over all customers of some cells.
    fn log_rest<'a, R: Real>(
        &self,
        parameters: [R; PARAMETERS],
        cells: impl Iterator<Item = &'a Self::Cell>,
    ) -> R
    where
        Self::Cell: 'a;
}

/// A normal prior on the logarithms of parameters: ½ · strength · (θ − centre)² is taken off for
/// each.
#[derive(Debug, Clone)]
pub(crate) struct Prior {
    pub(crate) centre: Array1<f64>,
    pub(crate) strength: Array1<f64>,
}

impl Prior {
    /// What it takes off, and how that falls along each parameter.
    fn penalty(&self, place: &Array1<f64>) -> (f64, Array1<f64>) {
        let away = place - &self.centre;
        let slope = &away * &self.strength;
        (0.5 * away.dot(&slope), -slope)
    }
}

/// Parameters as they hold for customers with some covariates: per coefficient of the whole model,
/// by how much it moves the logarithm of each parameter.
#[derive(Debug, Clone)]
pub(crate) struct Columns(Vec<[f64; PARAMETERS]>);

impl Columns {
    /// First `own` parameters, then coefficients of `covariates` on each process that responds to
    /// them.
    pub(crate) fn new(own: usize, responses: &[Response], covariates: &[f64]) -> Self {
        let unit = |row| std::array::from_fn(|other| f64::from(u8::from(other == row)));
        let mut columns: Vec<[f64; PARAMETERS]> = (0..own).map(unit).collect();
        let processes = responses
            .iter()
            .map(|response| response.process + 1)
            .max()
            .unwrap_or(0);
        for process in 0..processes {
            for z in covariates {
                let mut column = [0.0; PARAMETERS];
                for response in responses
                    .iter()
                    .filter(|response| response.process == process)
                {
                    column[response.parameter] = response.sign * z;
                }
                columns.push(column);
            }
        }
        Self(columns)
    }

    /// The logarithms of the parameters that hold here.
    pub(crate) fn local(&self, place: &Array1<f64>) -> [f64; PARAMETERS] {
        std::array::from_fn(|row| {
            self.0
                .iter()
                .zip(place)
                .map(|(column, value)| column[row] * value)
                .sum()
        })
    }

    /// The same as a matrix: the first `own` parameters that hold here × all of the whole model.
    pub(crate) fn matrix(&self, own: usize) -> Array2<f64> {
        Array2::from_shape_fn((own, self.0.len()), |(row, column)| self.0[column][row])
    }
}

/// Customers with the same covariates.
struct Design<'a, C> {
    cells: &'a [C],
    /// Customers by x.
    counts: Vec<(u32, f64)>,
    columns: &'a Columns,
}

/// The posterior of parameters, given every `stride`-th cell.
struct Posterior<'a, L: Likelihood> {
    likelihood: &'a L,
    designs: Vec<Design<'a, L::Cell>>,
    prior: &'a Prior,
    stride: usize,
}

impl<'a, L: Likelihood> Posterior<'a, L> {
    fn new(
        likelihood: &'a L,
        groups: &'a [(&'a [L::Cell], Columns)],
        prior: &'a Prior,
        stride: usize,
    ) -> Self {
        let design = |(cells, columns): &'a (&'a [L::Cell], Columns)| Design {
            cells,
            counts: counts::<L>(cells, stride),
            columns,
        };
        let designs = groups.iter().map(design).collect();
        Self {
            likelihood,
            designs,
            prior,
            stride,
        }
    }

    fn sum(&self, design: &Design<'_, L::Cell>, parameters: &[Jet; PARAMETERS]) -> Jet {
        let zero = Jet::constant(0.0);
        let counts = design.counts.iter().fold(zero, |sum, (x, customers)| {
            sum + self.likelihood.log_counts(*parameters, *x) * *customers
        });
        let rest = |cells: &[L::Cell]| {
            self.likelihood
                .log_rest(*parameters, cells.iter().step_by(self.stride))
        };
        let chunks: Vec<Jet> = design.cells.par_chunks(CHUNK).map(rest).collect();
        chunks.into_iter().fold(counts, |sum, chunk| sum + chunk)
    }
}

/// Customers by x, among every `stride`-th cell.
fn counts<L: Likelihood>(cells: &[L::Cell], stride: usize) -> Vec<(u32, f64)> {
    let of_chunk = |cells: &[L::Cell]| {
        let mut counts = FxHashMap::default();
        for (x, customers) in cells.iter().step_by(stride).map(L::count) {
            *counts.entry(x).or_insert(0.0) += customers;
        }
        counts
    };
    let chunks: Vec<FxHashMap<u32, f64>> = cells.par_chunks(CHUNK).map(of_chunk).collect();
    let mut counts = BTreeMap::new();
    for (x, customers) in chunks.into_iter().flatten() {
        *counts.entry(x).or_insert(0.0) += customers;
    }
    counts.into_iter().collect()
}

impl<L: Likelihood> Objective for Posterior<'_, L> {
    fn curvature(&self, place: &Array1<f64>) -> Curvature {
        let (penalty, gradient) = self.prior.penalty(place);
        let mut total = Curvature {
            value: -penalty,
            gradient,
            hessian: -Array2::from_diag(&self.prior.strength),
        };
        for design in &self.designs {
            let local = design.columns.local(place);
            let variables = std::array::from_fn(|row| Jet::variable(row, local[row]).exp());
            let sum = self.sum(design, &variables);
            total.value += sum.value;
            for (i, column) in design.columns.0.iter().enumerate() {
                total.gradient[i] += dot(column, &sum.gradient);
                let bent = sum.hessian.map(|row| dot(&row, column));
                for (j, other) in design.columns.0.iter().enumerate() {
                    total.hessian[[i, j]] += dot(other, &bent);
                }
            }
        }
        total
    }
}

/// The most likely parameters for groups of cells, from `start`; of many cells, from where a part
/// of them leads, unless the start is better than the prior's.
///
/// # Errors
/// - `NotConverged`: more than `iterations` steps
/// - `NotIdentified`: the data do not tell the parameters
pub(crate) fn estimate<L: Likelihood>(
    likelihood: &L,
    groups: &[(&[L::Cell], Columns)],
    (names, positive): (Vec<String>, usize),
    (prior, start): (&Prior, Array1<f64>),
    iterations: usize,
) -> Result<Estimate> {
    let climb = |start, stride| {
        maximise(
            &Posterior::new(likelihood, groups, prior, stride),
            start,
            iterations,
        )
    };
    let cells: usize = groups.iter().map(|(cells, _)| cells.len()).sum();
    let rough = if cells > STRIDE * CHUNK && start == prior.centre {
        climb(start.clone(), STRIDE).ok()
    } else {
        None
    };
    let maximum = climb(rough.map_or(start, |rough| rough.place), 1)?;
    let log_likelihood = maximum.value + prior.penalty(&maximum.place).0;
    Ok(Estimate {
        names,
        positive,
        place: maximum.place,
        covariance: maximum.covariance,
        log_likelihood,
    })
}

fn dot(a: &[f64; PARAMETERS], b: &[f64; PARAMETERS]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
