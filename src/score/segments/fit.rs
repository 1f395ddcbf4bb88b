//! The segments of the shop: how many there are, where their middles are, and which of last night's they continue.

use super::super::features::Features;
use super::super::fits::{ALL, Fits, fitted_schema};
use super::super::whole;
use super::clusters::{Clusters, MIXTURE};
use super::segmentation::Segmentation;
use super::{APART, MODEL};
use crate::job::{Job, SegmentModels};
use crate::stage::{Given, Rows};
use clientele_model::group::{choice, components, k_means, mixture, standardise};
use clientele_model::{Error, Result};
use ndarray::ArrayView2;

/// The name under which the numbers of segments tried are told.
const CHOICE: &str = "segment_choice";

/// Fits segments to `features.segment_features`.
pub(crate) fn fit(rows: Rows, given: Given, job: &Job) -> Rows {
    let settings = job.models.segments.clone();
    let refit = job.models.refit;
    whole(rows, &fitted_schema(), move |rows| {
        let mut fits = Fits::new(&given)?;
        if !refit && fits.reuse(&[MODEL]) {
            return fits.into_table();
        }
        let features = Features::read(rows, &APART)?;
        match segments(features.values.view(), &settings, &mut fits) {
            Ok(fitted) => {
                let technique = fitted.clusters.technique();
                for (name, value) in fitted.values() {
                    fits.note([MODEL, technique, ALL, &name], [value, f64::NAN], "");
                }
            }
            Err(error) => fits.keep([MODEL, &settings.technique, ALL], &error),
        }
        fits.into_table()
    })
}

fn segments(
    features: ArrayView2<f64>,
    settings: &SegmentModels,
    fits: &mut Fits,
) -> Result<Segmentation> {
    let scale = standardise::fit(features, &standardise::Params::default())?;
    let rows = scale.standardise(features)?;
    let clusters = if settings.technique == MIXTURE {
        Clusters::Mixture(mixed(rows.view(), settings, fits)?)
    } else {
        Clusters::KMeans(around_middles(rows.view(), settings, fits)?)
    };
    let last = fits.last_of(MODEL, ALL);
    let last = last.and_then(|(technique, values)| Segmentation::restore(&technique, &values).ok());
    Segmentation::new(scale, clusters, last.as_ref())
}

fn around_middles(
    rows: ArrayView2<f64>,
    settings: &SegmentModels,
    fits: &mut Fits,
) -> Result<k_means::Fitted> {
    let (fewest, most) = (settings.clusters_least, settings.clusters_most);
    if fewest >= most {
        let params = k_means::Params {
            clusters: most,
            ..k_means::Params::default()
        };
        return k_means::fit(rows, &params);
    }
    let params = choice::Params {
        clusters: fewest..=most,
        least_share: settings.least_share,
        ..choice::Params::default()
    };
    let chosen = choice::choose(rows, &params)?;
    for trial in &chosen.trials {
        let [calinski_harabasz, davies_bouldin] = trial.separation.map_or([f64::NAN; 2], |one| {
            [one.calinski_harabasz, one.davies_bouldin]
        });
        let parameters = [
            ("silhouette", trial.silhouette, trial.silhouette_error),
            ("calinski_harabasz", calinski_harabasz, f64::NAN),
            ("davies_bouldin", davies_bouldin, f64::NAN),
            ("stability", trial.stability, trial.stability_error),
            ("least_share", trial.least_share, f64::NAN),
        ];
        note(fits, &settings.technique, trial.clusters, &parameters);
    }
    chosen.fitted.ok_or(Error::NotIdentified {
        reason: "no number of segments gives ones that are large enough and come back in other samples",
    })
}

fn mixed(
    rows: ArrayView2<f64>,
    settings: &SegmentModels,
    fits: &mut Fits,
) -> Result<mixture::Fitted> {
    let (fewest, most) = (settings.clusters_least, settings.clusters_most);
    let least_share = if fewest < most {
        settings.least_share
    } else {
        0.0
    };
    let numbers = fewest.min(most)..=most;
    let params = mixture::Params::default();
    let (trials, fitted) = components::choose(rows, numbers, least_share, &params)?;
    for trial in &trials {
        let parameters = [
            ("bic", trial.bic, f64::NAN),
            ("least_share", trial.least_share, f64::NAN),
        ];
        note(fits, &settings.technique, trial.components, &parameters);
    }
    fitted.ok_or(Error::NotIdentified {
        reason: "no number of segments gives ones that are large enough",
    })
}

/// What became of a number that was tried.
fn note(fits: &mut Fits, technique: &str, number: usize, parameters: &[(&str, f64, f64)]) {
    let name = format!("{number} segments");
    for (parameter, value, error) in parameters {
        fits.note([CHOICE, technique, &name, parameter], [*value, *error], "");
    }
}
