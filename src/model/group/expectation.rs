//! A step of expectation and maximisation of a Gaussian mixture.

use std::f64::consts::TAU;

use ndarray::Array2;

use super::mixture::Fitted;
use super::rows::Rows;
use crate::numeric::matrix::{cholesky, inverse_lower};
use crate::{Error, Result};

/// What EM needs of all rows, per component, around some centres.
pub(crate) struct Sums {
    centres: Array2<f64>,
    weights: Vec<f64>,
    means: Array2<f64>,
    /// Of products of two differences, the lower triangle.
    products: Vec<Array2<f64>>,
    pub(crate) log_likelihood: f64,
}

impl Sums {
    fn none(centres: &Array2<f64>) -> Self {
        let (components, features) = centres.dim();
        Self {
            centres: centres.clone(),
            weights: vec![0.0; components],
            means: Array2::zeros((components, features)),
            products: vec![Array2::zeros((features, features)); components],
            log_likelihood: 0.0,
        }
    }

    /// `shares` fills in how much of a row is each component's, and returns its log-density.
    pub(crate) fn over(
        rows: &Rows,
        centres: &Array2<f64>,
        shares: impl Fn(&[f64], &mut [f64]) -> f64 + Sync,
    ) -> Self {
        let pieces = rows.pieces(|_, piece| {
            let mut sums = Self::none(centres);
            let mut own = vec![0.0; centres.nrows()];
            for row in piece {
                sums.log_likelihood += shares(row, &mut own);
                for (component, share) in own.iter().enumerate().filter(|(_, share)| **share > 0.0)
                {
                    sums.add(component, row, *share);
                }
            }
            sums
        });
        pieces.into_iter().fold(Self::none(centres), Self::with)
    }

    fn add(&mut self, component: usize, row: &[f64], share: f64) {
        self.weights[component] += share;
        let centre = self.centres.row(component);
        let mut means = self.means.row_mut(component);
        let products = &mut self.products[component];
        for (one, value) in row.iter().enumerate() {
            let difference = share * (value - centre[one]);
            means[one] += difference;
            for (other, value) in row[..=one].iter().enumerate() {
                products[[one, other]] += difference * (value - centre[other]);
            }
        }
    }

    fn with(mut self, other: Self) -> Self {
        let weights = self.weights.iter_mut().zip(other.weights);
        weights.for_each(|(sum, more)| *sum += more);
        self.means += &other.means;
        let products = self.products.iter_mut().zip(&other.products);
        products.for_each(|(sum, more)| *sum += more);
        self.log_likelihood += other.log_likelihood;
        self
    }

    /// The components that make these sums likeliest.
    pub(crate) fn maximise(&self, rows: usize, regularisation: f64) -> Fitted {
        let mut means = self.centres.clone();
        let mut covariances = Vec::with_capacity(self.weights.len());
        for (component, weight) in self.weights.iter().enumerate() {
            let weight = weight.max(f64::MIN_POSITIVE);
            let moved = &self.means.row(component) / weight;
            means.row_mut(component).scaled_add(1.0, &moved);
            covariances.push(Array2::from_shape_fn(
                self.products[component].dim(),
                |(one, other)| {
                    let product = self.products[component][[one.max(other), one.min(other)]];
                    let extra = if one == other { regularisation } else { 0.0 };
                    product / weight - moved[one] * moved[other] + extra
                },
            ));
        }
        let share = |weight: &f64| weight / rows as f64;
        Fitted {
            weights: self.weights.iter().map(share).collect(),
            means,
            covariances,
            log_likelihood: f64::NEG_INFINITY,
            bic: f64::INFINITY,
        }
    }
}

/// Components ready to judge rows.
pub(crate) struct Density<'a> {
    means: &'a Array2<f64>,
    /// L⁻¹ of each covariance L Lᵀ.
    whitening: Vec<Array2<f64>>,
    /// ln w − ½ ln |2π Σ|.
    constants: Vec<f64>,
}

impl<'a> Density<'a> {
    pub(crate) fn of(fitted: &'a Fitted) -> Result<Self> {
        let whitening = |covariance: &Array2<f64>| {
            let lower = cholesky(covariance).ok_or(Error::NotIdentified {
                reason: "a component of the mixture collapsed",
            })?;
            Ok(inverse_lower(&lower))
        };
        let whitening: Vec<Array2<f64>> = fitted
            .covariances
            .iter()
            .map(whitening)
            .collect::<Result<_>>()?;
        let constant = |(weight, inverse): (&f64, &Array2<f64>)| {
            let size = inverse.nrows() as f64;
            weight.ln() + inverse.diag().mapv(f64::ln).sum() - 0.5 * size * TAU.ln()
        };
        Ok(Self {
            means: &fitted.means,
            constants: fitted
                .weights
                .iter()
                .zip(&whitening)
                .map(constant)
                .collect(),
            whitening,
        })
    }

    /// Fills in the probability of each component, and returns the log-density of the row.
    pub(crate) fn shares(&self, row: &[f64], shares: &mut [f64]) -> f64 {
        for (component, share) in shares.iter_mut().enumerate() {
            let (mean, inverse) = (self.means.row(component), &self.whitening[component]);
            let mut square = 0.0;
            for one in 0..row.len() {
                let white: f64 = (0..=one)
                    .map(|at| inverse[[one, at]] * (row[at] - mean[at]))
                    .sum();
                square += white * white;
            }
            *share = self.constants[component] - 0.5 * square;
        }
        let most = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = shares.iter().map(|share| (share - most).exp()).sum();
        let log_density = most + sum.ln();
        for share in shares {
            *share = (*share - log_density).exp();
        }
        log_density
    }
}
