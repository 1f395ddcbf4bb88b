//! What customers are grouped by: the nearest middle, or the likeliest component of a mixture.

use super::super::fits::Values;
use clientele_model::Result;
use clientele_model::group::{Assignment, k_means, mixture};
use ndarray::ArrayView2;

const K_MEANS: &str = "k_means";
pub(super) const MIXTURE: &str = "mixture";

/// Fitted groups of either technique.
pub(super) enum Clusters {
    KMeans(k_means::Fitted),
    Mixture(mixture::Fitted),
}

impl Clusters {
    pub(super) fn technique(&self) -> &'static str {
        match self {
            Self::KMeans(_) => K_MEANS,
            Self::Mixture(_) => MIXTURE,
        }
    }

    /// The middle of each group.
    pub(super) fn middles(&self) -> ArrayView2<'_, f64> {
        match self {
            Self::KMeans(fitted) => fitted.centroids.view(),
            Self::Mixture(fitted) => fitted.means.view(),
        }
    }

    pub(super) fn assign(&self, rows: ArrayView2<f64>) -> Result<Vec<Assignment>> {
        match self {
            Self::KMeans(fitted) => fitted.assign(rows),
            Self::Mixture(fitted) => fitted.assign(rows),
        }
    }

    pub(super) fn values(&self) -> Values {
        match self {
            Self::KMeans(fitted) => fitted.values(),
            Self::Mixture(fitted) => fitted.values(),
        }
    }

    /// The groups that gave these [`values`](Self::values).
    pub(super) fn restore(
        technique: &str,
        clusters: usize,
        features: usize,
        values: &Values,
    ) -> Result<Self> {
        Ok(if technique == MIXTURE {
            Self::Mixture(mixture::Fitted::restore(clusters, features, values)?)
        } else {
            Self::KMeans(k_means::Fitted::restore(clusters, features, values)?)
        })
    }
}
