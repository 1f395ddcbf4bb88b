//! The segments of the shop: how many there are, where their middles are, and which of last night's they continue.

use super::super::features::Features;
use super::super::fits::{ALL, Fits, fitted_schema};
use super::super::whole;
use super::segmentation::Segmentation;
use super::{APART, MODEL, TECHNIQUE};
use crate::job::{Job, SegmentModels};
use crate::stage::{Given, Rows};
use clientele_model::group::{choice, k_means, standardise};
use clientele_model::{Error, Result};
use ndarray::ArrayView2;

/// The name under which the numbers of segments tried are told.
const CHOICE: &str = "segment_choice";

/// Fits segments to `features.segment_features`.
pub(crate) fn fit(rows: Rows, given: Given, job: &Job) -> Rows {
    let settings = job.models.segments.clone();
    whole(rows, &fitted_schema(), move |rows| {
        let mut fits = Fits::new(&given)?;
        let features = Features::read(rows, &APART)?;
        match segments(features.values.view(), &settings, &mut fits) {
            Ok(fitted) => {
                for (name, value) in fitted.values() {
                    fits.note([MODEL, TECHNIQUE, ALL, &name], [value, f64::NAN], "");
                }
            }
            Err(error) => fits.keep([MODEL, TECHNIQUE, ALL], &error),
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
    let (least, most) = (settings.clusters_least, settings.clusters_most);
    let clusters = if least >= most {
        let params = k_means::Params {
            clusters: most,
            ..k_means::Params::default()
        };
        k_means::fit(rows.view(), &params)?
    } else {
        let params = choice::Params {
            clusters: least..=most,
            least_share: settings.least_share,
            ..choice::Params::default()
        };
        let chosen = choice::choose(rows.view(), &params)?;
        note(fits, &chosen.trials);
        chosen.fitted.ok_or(Error::NotIdentified {
            reason: "no number of segments gives ones that are large enough and come back in other samples",
        })?
    };
    let last = Segmentation::restore(&fits.last(MODEL, TECHNIQUE, ALL)).ok();
    Segmentation::new(scale, clusters, last.as_ref())
}

/// What became of every number that was tried.
fn note(fits: &mut Fits, trials: &[choice::Trial]) {
    for trial in trials {
        let name = format!("{} segments", trial.clusters);
        for (parameter, value, error) in [
            ("silhouette", trial.silhouette, trial.silhouette_error),
            ("stability", trial.stability, trial.stability_error),
            ("least_share", trial.least_share, f64::NAN),
        ] {
            fits.note([CHOICE, TECHNIQUE, &name, parameter], [value, error], "");
        }
    }
}
