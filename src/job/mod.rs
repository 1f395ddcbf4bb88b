//! YAML to a job that is complete and in range.
//!
//! A job is laid over the job it extends, and that over `jobs/defaults.yaml`; the environment and the command line
//! come on top. The whole is checked once against the schema of [`Job`], and every mistake is told at its line.

mod audiences;
mod check;
mod checks;
mod cluster;
mod layer;
mod models;
mod output;
mod settings;
mod stores;

pub use audiences::Audiences;
pub use check::Problem;
pub use checks::{Check, Otherwise, Test};
pub use cluster::{Cluster, Engine};
pub use models::{
    BasketModels, CampaignModels, ForecastModels, Models, PropensityModels, PurchaseModels,
    SegmentModels, SequenceModels,
};
pub use output::{Output, OutputFormat};
pub use settings::{
    Action, Campaign, Event, Format, Job, Language, Observe, Parameters, Resources, RfmCuts,
    RfmGroup, Scenario, Source, Sources, Tier,
};
pub use stores::Secret;

use crate::error::{Error, Result};
use layer::Layer;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Every setting with its default, as published in the repository.
pub const DEFAULTS: &str = include_str!("../../jobs/defaults.yaml");

/// What is laid over the job file: the environment and the command line.
#[derive(Debug, Default, Clone)]
pub struct Overrides {
    /// Variables of the environment, for `${NAME}`, `CLIENTELE_…` and secrets.
    pub environment: Vec<(String, String)>,
    /// `path.to.setting=value` from the command line, the last word.
    pub set: Vec<String>,
}

impl Job {
    /// The job in `file`, complete and in range.
    ///
    /// # Errors
    /// [`Error::Job`] with every mistake found; [`Error::File`] when a file cannot be read.
    pub fn load(file: &Path, overrides: &Overrides) -> Result<Self> {
        let mut layers = vec![
            Layer::environment(overrides),
            Layer::command_line(overrides),
        ];
        let mut next = Some(file.to_path_buf());
        while let Some(path) = next {
            let layer = Layer::read(&path, overrides)?;
            next = parent(&layer, &path);
            if layers.iter().any(|seen| seen.name == layer.name) {
                return Err(circle(&layer));
            }
            layers.insert(0, layer);
        }
        Self::from_layers(layers, &file.display().to_string())
    }

    /// The job written in `text`, for tests and examples.
    ///
    /// # Errors
    /// [`Error::Job`] with every mistake found.
    pub fn parse(text: &str, overrides: &Overrides) -> Result<Self> {
        let layers = vec![
            Layer::parse("job", text, overrides),
            Layer::environment(overrides),
            Layer::command_line(overrides),
        ];
        Self::from_layers(layers, "job")
    }

    fn from_layers(mut layers: Vec<Layer>, file: &str) -> Result<Self> {
        layers.insert(
            0,
            Layer::parse("defaults.yaml", DEFAULTS, &Overrides::default()),
        );
        let mut problems: Vec<Problem> = layers
            .iter_mut()
            .flat_map(|layer| std::mem::take(&mut layer.problems))
            .collect();
        let failed = |problems| Error::Job {
            file: file.to_owned(),
            problems,
        };
        if layers.iter().any(|layer| !layer.is_readable) {
            return Err(failed(problems));
        }
        let mut merged = Value::Null;
        for layer in &layers {
            layer::lay_over(&mut merged, &layer.value);
        }
        problems.extend(check::against_schema(&merged, &layers));
        problems.extend(check::meaning(&merged, &layers));
        if !problems.is_empty() {
            check::hide_secrets(&mut problems);
            return Err(failed(problems));
        }
        serde_json::from_value(merged)
            .map_err(|error| failed(vec![Problem::of_file(file, error.to_string())]))
    }

    /// Whether the job has the source of this name, or a number above 0 in the setting of this path (`a.b.c`).
    #[must_use]
    pub fn has(&self, need: &str) -> bool {
        let setting = || {
            let job = serde_json::to_value(self).ok()?;
            let path = format!("/{}", need.replace('.', "/"));
            job.pointer(&path)?.as_f64()
        };
        let mut sources = self.sources.named();
        sources.any(|(name, _)| name == need) || setting().is_some_and(|number| number > 0.0)
    }

    /// The JSON Schema (2020-12) of a job, for editors and for the check.
    #[must_use]
    pub fn schema() -> Value {
        check::schema()
    }
}

fn parent(layer: &Layer, path: &Path) -> Option<PathBuf> {
    let extends = layer.value.get("extends")?.as_str()?;
    Some(path.parent().unwrap_or(Path::new(".")).join(extends))
}

fn circle(layer: &Layer) -> Error {
    let problem = layer.problem(
        "/extends",
        "this job extends itself, directly or through others".into(),
    );
    Error::Job {
        file: layer.name.clone(),
        problems: vec![problem],
    }
}
