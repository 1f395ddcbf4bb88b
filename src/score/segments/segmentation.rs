//! What a customer goes through to get a label: one scale for all features, centroids, and their names.

use super::super::fits::Values;
use super::clusters::Clusters;
use clientele_model::group::{match_centroids, standardise};
use clientele_model::{Error, Result};

/// Fitted segments.
pub(super) struct Segmentation {
    pub(super) scale: standardise::Fitted,
    pub(super) clusters: Clusters,
    /// The label of each cluster, from 1.
    pub(super) labels: Vec<f64>,
}

impl Segmentation {
    /// Clusters under the labels of the last ones that they continue; new ones get new labels.
    pub(super) fn new(
        scale: standardise::Fitted,
        clusters: Clusters,
        last: Option<&Self>,
    ) -> Result<Self> {
        let count = clusters.middles().nrows();
        let continued = match last.filter(|last| last.features() == scale.features.len()) {
            Some(last) => {
                let units = last.scale.original(last.clusters.middles())?;
                let before = scale.standardise(units.view())?;
                match_centroids(clusters.middles(), before.view())?
            }
            None => vec![None; count],
        };
        let known = last.map_or(&[][..], |last| &last.labels);
        let mut newest = known.iter().copied().fold(0.0, f64::max);
        let mut fresh = || {
            newest += 1.0;
            newest
        };
        let labels = continued.into_iter();
        let labels = labels.map(|old| old.map_or_else(&mut fresh, |old| known[old]));
        Ok(Self {
            labels: labels.collect(),
            scale,
            clusters,
        })
    }

    fn features(&self) -> usize {
        self.scale.features.len()
    }

    /// All there is to store.
    pub(super) fn values(&self) -> Values {
        let sizes = [
            ("clusters", self.labels.len()),
            ("features", self.features()),
        ];
        let sizes = sizes.map(|(name, size)| (name.to_owned(), f64::from(size as u32)));
        let labels = self.labels.iter().enumerate();
        sizes
            .into_iter()
            .chain(labels.map(|(cluster, label)| (format!("label.{cluster}"), *label)))
            .chain(self.clusters.values())
            .chain(self.scale.values())
            .collect()
    }

    /// The segments that gave these [`values`](Self::values).
    pub(super) fn restore(technique: &str, values: &Values) -> Result<Self> {
        let find = |name: &str| {
            let found = values.iter().find(|(known, _)| known == name);
            found
                .map(|(_, value)| *value)
                .ok_or(Error::MissingParameter {
                    name: name.to_owned(),
                })
        };
        let (clusters, features) = (find("clusters")? as usize, find("features")? as usize);
        Ok(Self {
            scale: standardise::Fitted::restore(features, values)?,
            clusters: Clusters::restore(technique, clusters, features, values)?,
            labels: (0..clusters)
                .map(|cluster| find(&format!("label.{cluster}")))
                .collect::<Result<_>>()?,
        })
    }
}
