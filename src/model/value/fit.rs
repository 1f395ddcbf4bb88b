//! From cells of customers to the parameters of a purchase model.

use ndarray::Array1;

use super::fitted::Fitted;
use super::history::Cell;
use super::objective::{Columns, Prior, estimate};
use super::technique::Technique;
use crate::numeric::gamma::ln_gamma;
use crate::{Error, Result};

/// How to fit.
///
/// | name | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `prior_strength` | 0.1 | from 0 | weight of the prior; 0 is maximum likelihood |
/// | `pull` | 1 | from 0 | weight with which groups and covariates are drawn towards the shop; 0 lets them go |
/// | `iterations` | 200 | from 1 | steps after which a fit that has not converged is given up |
/// | `start` | empty | – | parameters of the last fit, to begin with: names and values |
/// | `covariates` | empty | – | what the covariates are called; numbered from 1 where no name is given |
///
/// The prior is normal on each logarithm of a parameter, around 1; for times, around the mean
/// length of observation. That of a covariate's coefficient is normal around 0, of strength `pull`.
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    /// Weight of the prior.
    pub prior_strength: f64,
    /// Weight with which groups and covariates are drawn towards the shop.
    pub pull: f64,
    /// The most steps.
    pub iterations: usize,
    /// Where to begin.
    pub start: Vec<(String, f64)>,
    /// What the covariates are called.
    pub covariates: Vec<String>,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            prior_strength: 0.1,
            pull: 1.0,
            iterations: 200,
            start: Vec::new(),
            covariates: Vec::new(),
        }
    }
}

/// Customers who share covariates that do not vary in time (channel, region).
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The covariates, as many in every segment; none for a model without them.
    pub covariates: Vec<f64>,
    /// The customers.
    pub cells: Vec<Cell>,
}

impl From<Vec<Cell>> for Segment {
    /// Customers without covariates.
    fn from(cells: Vec<Cell>) -> Self {
        Self {
            covariates: Vec::new(),
            cells,
        }
    }
}

/// The most likely parameters for these customers.
///
/// Newton's method in the logarithms of the parameters, with exact derivatives; standard errors
/// come from the Hessian. The cost depends on the number of cells, not of customers.
///
/// # Shapes
/// - `segments`: one without covariates, or one per combination of them; order does not matter
///
/// # Missing
/// Customers weigh what their cell says; cells of weight 0 do not matter.
///
/// # Numerics
/// Of many cells, and without a `start`, every sixteenth leads close to the maximum first. Sums are
/// taken in pieces of a fixed size, so that the answer does not depend on the number of threads.
///
/// # Errors
/// - `TooFew`: no customers
/// - `Shape`: segments with different numbers of covariates, or a technique that takes none
/// - `OutOfRange`: a history out of range; in `bg_bb`, one that is not in whole opportunities
/// - `NotIdentified`: without a prior, when customers do not differ enough to tell the parameters
/// - `NotConverged`: more than `iterations` steps
///
/// # Example
/// ```
/// use clientele_model::value::{Cell, History, Params, Segment, Technique, fit};
///
/// // Donations of 11,104 people over six years would be 22 cells; here are three.
/// let cell = |x, t_x, customers| Cell { history: History { x, t_x, age: 6.0 }, customers };
/// let cells = vec![cell(6, 6.0, 12.0), cell(2, 3.0, 9.0), cell(0, 0.0, 35.0)];
/// let fitted = fit(Technique::BgBb, &[Segment::from(cells)], &Params::default())?;
/// assert_eq!(fitted.parameters()[0].name, "alpha");
/// # Ok::<(), clientele_model::Error>(())
/// ```
pub fn fit(technique: Technique, segments: &[Segment], params: &Params) -> Result<Fitted> {
    let names = check(technique, segments, &params.covariates)?;
    let own = technique.parameters().len();
    let centre = centre(technique, segments, names.len());
    let mut start = centre.clone();
    for (name, value) in &params.start {
        if let Some(index) = names.iter().position(|known| known == name) {
            start[index] = if index < own { value.ln() } else { *value };
        }
    }
    let strength = Array1::from_shape_fn(names.len(), |index| {
        if index < own {
            params.prior_strength
        } else {
            params.pull
        }
    });
    let prior = Prior { centre, strength };
    climb(
        technique,
        segments,
        names,
        (prior, start),
        params.iterations,
    )
}

/// Parameters for each group of customers, drawn towards those of the whole shop.
///
/// A group's parameters are the most likely ones under a normal prior of strength `params.pull`
/// around the shop's: a group of few customers stays with the shop, a large one speaks for itself.
///
/// # Shapes
/// - `groups`: the cells of each group
/// - returns the shop's fit, and one per group, in order; a group without customers has the shop's
///   parameters
///
/// # Errors
/// As [`fit`].
pub fn fit_groups(
    technique: Technique,
    groups: &[Vec<Cell>],
    params: &Params,
) -> Result<(Fitted, Vec<Fitted>)> {
    let shop = vec![Segment::from(groups.concat())];
    let shop = fit(technique, &shop, params)?;
    let one = |cells: &Vec<Cell>| {
        let segment = Segment::from(cells.clone());
        let prior = Prior {
            centre: shop.place.clone(),
            strength: Array1::from_elem(shop.place.len(), params.pull),
        };
        let start = shop.place.clone();
        climb(
            technique,
            &[segment],
            shop.names.clone(),
            (prior, start),
            params.iterations,
        )
    };
    let groups = groups.iter().map(one).collect::<Result<_>>()?;
    Ok((shop, groups))
}

/// The most likely rhythm k up to `longest`, and the parameters with it.
///
/// # Shapes
/// - `at_first`: whether customers may leave after the first purchase already
/// - `log_gaps`: Σ ln gap over all gaps between purchases of all customers; what tells rhythms
///   apart
///
/// # Errors
/// As [`fit`].
pub fn fit_rhythm(
    at_first: bool,
    segments: &[Segment],
    (log_gaps, longest): (f64, u32),
    params: &Params,
) -> Result<Fitted> {
    let cells = segments.iter().flat_map(|segment| &segment.cells);
    let gaps: f64 = cells
        .map(|cell| cell.customers * f64::from(cell.history.x))
        .sum();
    let technique = if at_first {
        Technique::MbgCnbdK
    } else {
        Technique::BgCnbdK
    };
    let mut best: Option<Fitted> = None;
    for k in 1..=longest.max(1) {
        let mut fitted = fit(technique(k), segments, params)?;
        let waits = f64::from(k);
        fitted.add_log_likelihood((waits - 1.0) * log_gaps - gaps * ln_gamma(waits));
        if best
            .as_ref()
            .is_none_or(|best| fitted.log_likelihood() > best.log_likelihood())
        {
            best = Some(fitted);
        }
    }
    best.ok_or(Error::NotIdentified {
        reason: "no rhythm was tried",
    })
}

fn climb(
    technique: Technique,
    segments: &[Segment],
    names: Vec<String>,
    (prior, start): (Prior, Array1<f64>),
    iterations: usize,
) -> Result<Fitted> {
    let own = technique.parameters().len();
    let columns = |segment: &Segment| Columns::new(own, technique.responses(), &segment.covariates);
    let groups: Vec<_> = segments
        .iter()
        .map(|segment| (&*segment.cells, columns(segment)))
        .collect();
    let estimate = estimate(
        &technique,
        &groups,
        (names, own),
        (&prior, start),
        iterations,
    )?;
    Ok(Fitted::new(technique, estimate))
}

/// The names of all parameters, once the input is known to be in range.
fn check(technique: Technique, segments: &[Segment], called: &[String]) -> Result<Vec<String>> {
    let covariates = segments
        .first()
        .map_or(0, |segment| segment.covariates.len());
    let expected = if technique.responses().is_empty() {
        0
    } else {
        covariates
    };
    for segment in segments {
        let found = segment.covariates.len();
        if found != expected {
            return Err(Error::Shape {
                name: "covariates",
                found,
                expected,
            });
        }
    }
    let mut customers = 0.0;
    for (row, cell) in segments
        .iter()
        .flat_map(|segment| &segment.cells)
        .enumerate()
    {
        let Cell {
            history,
            customers: weight,
        } = *cell;
        history.checked(row)?;
        let rule = |name, value, rule| Error::OutOfRange {
            name,
            value,
            row,
            rule,
        };
        if !(weight.is_finite() && weight >= 0.0) {
            return Err(rule("customers", weight, "finite and not negative"));
        }
        let whole = history.t_x.fract() + history.age.fract() <= 0.0;
        if technique == Technique::BgBb && !(whole && f64::from(history.x) <= history.t_x) {
            return Err(rule(
                "t_x",
                history.t_x,
                "whole opportunities, at least one a purchase",
            ));
        }
        customers += weight;
    }
    if customers <= 0.0 {
        return Err(Error::TooFew {
            what: "customers",
            found: 0,
            needed: 1,
        });
    }
    let numbered = (called.len() + 1..=covariates).map(|number| number.to_string());
    let called: Vec<String> = called.iter().cloned().chain(numbered).collect();
    Ok(names(technique, &called[..covariates]))
}

/// Parameters, then coefficients of purchase, then of lifetime, called like the covariates.
fn names(technique: Technique, covariates: &[String]) -> Vec<String> {
    let mut names: Vec<String> = technique
        .parameters()
        .iter()
        .map(ToString::to_string)
        .collect();
    for process in technique.processes() {
        names.extend(
            covariates
                .iter()
                .map(|called| format!("{process}_{called}")),
        );
    }
    names
}

/// Where the prior stands: shapes at 1, times at the mean length of observation, coefficients at 0.
fn centre(technique: Technique, segments: &[Segment], size: usize) -> Array1<f64> {
    let (mut customers, mut time) = (0.0, 0.0);
    for cell in segments.iter().flat_map(|segment| &segment.cells) {
        customers += cell.customers;
        time += cell.customers * cell.history.age;
    }
    let ln_time = if time > 0.0 {
        f64::ln(time / customers)
    } else {
        0.0
    };
    let own = technique.parameters().len();
    let at = |index| {
        if index < own && technique.is_time(index) {
            ln_time
        } else {
            0.0
        }
    };
    Array1::from_shape_fn(size, at)
}
