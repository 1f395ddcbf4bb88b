//! The purchase models by name.

use std::fmt;
use std::str::FromStr;

use super::bg_bb::BgBb;
use super::cnbd_k::CnbdK;
use super::history::{Cell, History};
use super::nbd::Nbd;
use super::objective::{LEAVING, Likelihood, PURCHASE, Response, STAYING};
use super::pareto_nbd::ParetoNbd;
use super::process::Process;
use crate::numeric::Real;
use crate::numeric::jet::PARAMETERS;
use crate::{Error, Result};

/// A purchase model, still without parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Technique {
    /// `nbd`: nobody leaves. The baseline.
    Nbd,
    /// `bg_nbd`: may leave after a repeat purchase. Never the judge of who has left.
    BgNbd,
    /// `mbg_nbd`: may leave after any purchase.
    MbgNbd,
    /// `pareto_nbd`: may leave at any moment.
    ParetoNbd,
    /// `bg_cnbd_2`, `bg_cnbd_3`…: as `bg_nbd`, with a rhythm of k.
    BgCnbdK(u32),
    /// `mbg_cnbd_2`, `mbg_cnbd_3`…: as `mbg_nbd`, with a rhythm of k.
    MbgCnbdK(u32),
    /// `bg_bb`: discrete opportunities.
    BgBb,
}

impl fmt::Display for Technique {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nbd => f.write_str("nbd"),
            Self::BgNbd => f.write_str("bg_nbd"),
            Self::MbgNbd => f.write_str("mbg_nbd"),
            Self::ParetoNbd => f.write_str("pareto_nbd"),
            Self::BgCnbdK(k) => write!(f, "bg_cnbd_{k}"),
            Self::MbgCnbdK(k) => write!(f, "mbg_cnbd_{k}"),
            Self::BgBb => f.write_str("bg_bb"),
        }
    }
}

impl FromStr for Technique {
    type Err = Error;

    /// # Errors
    /// `UnknownTechnique`: no purchase model has this name
    fn from_str(name: &str) -> Result<Self> {
        let rhythm = |prefix| name.strip_prefix(prefix)?.parse().ok().filter(|k| *k > 0);
        match name {
            "nbd" => Ok(Self::Nbd),
            "bg_nbd" => Ok(Self::BgNbd),
            "mbg_nbd" => Ok(Self::MbgNbd),
            "pareto_nbd" => Ok(Self::ParetoNbd),
            "bg_bb" => Ok(Self::BgBb),
            _ => rhythm("bg_cnbd_")
                .map(Self::BgCnbdK)
                .or_else(|| rhythm("mbg_cnbd_").map(Self::MbgCnbdK))
                .ok_or_else(|| Error::UnknownTechnique {
                    name: name.to_owned(),
                }),
        }
    }
}

impl Technique {
    /// The parameters' names, in the order in which values are given.
    #[must_use]
    pub const fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Nbd => &["r", "alpha"],
            Self::ParetoNbd => &["r", "alpha", "s", "beta"],
            Self::BgBb => &["alpha", "beta", "gamma", "delta"],
            _ => &["r", "alpha", "a", "b"],
        }
    }

    /// The model with these parameters; unused ones, at the end, are ignored.
    #[must_use]
    pub fn process(self, parameters: [f64; PARAMETERS]) -> Box<dyn Process> {
        match self {
            Self::Nbd => Box::new(nbd(parameters)),
            Self::ParetoNbd => Box::new(pareto_nbd(parameters)),
            Self::BgBb => Box::new(bg_bb(parameters)),
            _ => Box::new(self.cnbd_k(parameters)),
        }
    }

    fn cnbd_k<R>(self, [r, alpha, a, b]: [R; PARAMETERS]) -> CnbdK<R> {
        let (k, at_first) = match self {
            Self::BgCnbdK(k) => (k, false),
            Self::MbgCnbdK(k) => (k, true),
            _ => (1, self == Self::MbgNbd),
        };
        CnbdK {
            r,
            alpha,
            a,
            b,
            k,
            at_first,
        }
    }

    /// Whether this parameter is a time, in the unit of the histories.
    pub(crate) fn is_time(self, parameter: usize) -> bool {
        self != Self::BgBb && matches!(self.parameters()[parameter], "alpha" | "beta")
    }

    /// What covariates bear upon, in the order in which their coefficients are given.
    #[must_use]
    pub const fn processes(self) -> &'static [&'static str] {
        match self {
            Self::BgBb => &[],
            Self::Nbd => &["purchase"],
            Self::ParetoNbd => &["purchase", "leaving"],
            _ => &["purchase", "leaving", "staying"],
        }
    }

    /// How covariates z move the parameters: rates of purchase by α → α·exp(−γ′z), of leaving by
    /// β → β·exp(−δ′z) or, of who may leave after a purchase, a → a·exp(δ′z) and b → b·exp(ε′z).
    ///
    /// # Source
    /// Fader & Hardie (2007), "Incorporating time-invariant covariates into the Pareto/NBD and
    /// BG/NBD models". `CLVTools` takes δ = ε, which moves only how customers differ in leaving, not
    /// how many leave.
    pub(crate) const fn responses(self) -> &'static [Response] {
        const ALPHA: Response = Response {
            parameter: 1,
            process: PURCHASE,
            sign: -1.0,
        };
        const BETA: Response = Response {
            parameter: 3,
            process: LEAVING,
            sign: -1.0,
        };
        const A: Response = Response {
            parameter: 2,
            process: LEAVING,
            sign: 1.0,
        };
        const B: Response = Response {
            parameter: 3,
            process: STAYING,
            sign: 1.0,
        };
        match self {
            Self::BgBb => &[],
            Self::Nbd => &[ALPHA],
            Self::ParetoNbd => &[ALPHA, BETA],
            _ => &[ALPHA, A, B],
        }
    }
}

fn nbd<R>([r, alpha, _, _]: [R; PARAMETERS]) -> Nbd<R> {
    Nbd { r, alpha }
}

fn pareto_nbd<R>([r, alpha, s, beta]: [R; PARAMETERS]) -> ParetoNbd<R> {
    ParetoNbd { r, alpha, s, beta }
}

fn bg_bb<R>([alpha, beta, gamma, delta]: [R; PARAMETERS]) -> BgBb<R> {
    BgBb {
        alpha,
        beta,
        gamma,
        delta,
    }
}

impl Likelihood for Technique {
    type Cell = Cell;

    fn count(cell: &Cell) -> (u32, f64) {
        (cell.history.x, cell.customers)
    }

    fn log_counts<R: Real>(&self, parameters: [R; PARAMETERS], x: u32) -> R {
        match self {
            Self::Nbd => nbd(parameters).log_counts(x),
            Self::ParetoNbd => pareto_nbd(parameters).log_counts(x),
            Self::BgBb => R::constant(0.0),
            _ => self.cnbd_k(parameters).log_counts(x),
        }
    }

    fn log_rest<'a, R: Real>(
        &self,
        parameters: [R; PARAMETERS],
        cells: impl Iterator<Item = &'a Cell>,
    ) -> R {
        match self {
            Self::Nbd => sum(cells, |history| nbd(parameters).log_timing(history)),
            Self::ParetoNbd => sum(cells, |history| pareto_nbd(parameters).log_timing(history)),
            Self::BgBb => sum(cells, |history| bg_bb(parameters).log_likelihood(history)),
            _ => self.cnbd_k(parameters).log_timings(cells),
        }
    }
}

/// Σ of `one` over all customers of some cells.
fn sum<'a, R: Real>(cells: impl Iterator<Item = &'a Cell>, one: impl Fn(&History) -> R) -> R {
    cells.fold(R::constant(0.0), |sum, cell| {
        sum + one(&cell.history) * cell.customers
    })
}

#[cfg(test)]
mod tests {
    use super::Technique;
    use crate::numeric::jet::PARAMETERS;
    use crate::value::objective::Likelihood;
    use crate::value::{Cell, History};

    const REFERENCE: &str = include_str!("../tests/reference/purchase_models.csv");

    #[test]
    fn every_model_agrees_with_arbitrary_precision_up_to_ten_thousand_purchases() {
        let rows = REFERENCE
            .lines()
            .filter(|line| !line.starts_with('#'))
            .skip(1);
        let mut count = 0;
        for line in rows {
            let mut fields = line.split(',');
            let technique: Technique = fields.next().expect("a name").parse().expect("known");
            let numbers: Vec<Option<f64>> = fields.map(|field| field.parse().ok()).collect();
            let at = |index: usize| numbers[index].expect("a number");
            let parameters: [f64; PARAMETERS] = std::array::from_fn(at);
            let history = History {
                x: at(4) as u32,
                t_x: at(5),
                age: at(6),
            };
            let (process, span) = (technique.process(parameters), at(7));
            let alive = process.alive(&history);
            let cell = Cell {
                history,
                customers: 1.0,
            };
            let log_likelihood = technique.log_counts(parameters, history.x)
                + technique.log_rest(parameters, std::iter::once(&cell));
            let more_than_two = process.exceeds(&history, span, 1e-12).get(2).copied();
            // Tolerances relative to what is wanted, but never to less than the floor.
            let found = [
                (log_likelihood, 1e-12, 1.0),
                (alive, 1e-11, 1e-290),
                (alive * process.expected(&history, span), 1e-9, 1e-290),
                (process.none(&history, span), 1e-11, 1e-290),
                (more_than_two.unwrap_or(0.0), 1e-9, 1e-2),
            ];
            for ((found, tolerance, floor), wanted) in found.into_iter().zip(&numbers[8..]) {
                let Some(wanted) = wanted else { continue };
                let error = (found - wanted).abs() / wanted.abs().max(floor);
                assert!(error < tolerance, "{found} is off by {error:e} in {line}");
            }
            count += 1;
        }
        assert!(count > 110);
    }
}
