//! The job of a command, as the command line changes it.

use crate::error::{Error, Result};
use crate::job::{Job, Overrides};
use crate::plan::{Catalog, Plan, Selection};
use crate::report::{Given, Report};
use crate::run;
use crate::stage::Settings;
use crate::store::{Location, Stores};
use chrono::NaiveDate;
use clap::Args;
use std::path::{Path, PathBuf};

/// Which job, and what of it is different this time.
#[derive(Debug, Clone, Args)]
pub(super) struct JobArguments {
    /// The job file
    #[arg(env = "CLIENTELE_JOB")]
    job: PathBuf,

    /// Change a setting: path.to.setting=value (repeatable)
    #[arg(long, value_name = "SETTING=VALUE")]
    set: Vec<String>,

    /// Threads; 0 takes all cores
    #[arg(long)]
    threads: Option<usize>,

    /// Memory for queries, such as 4GiB
    #[arg(long)]
    memory_limit: Option<String>,
}

impl JobArguments {
    pub(super) fn load(&self) -> Result<Job> {
        let mut set = self.set.clone();
        set.extend(
            self.threads
                .map(|threads| format!("resources.threads={threads}")),
        );
        set.extend(
            self.memory_limit
                .as_ref()
                .map(|limit| format!("resources.memory_limit={limit}")),
        );
        let overrides = Overrides {
            environment: std::env::vars().collect(),
            set,
        };
        Job::load(&self.job, &overrides)
    }
}

/// A job and what it has published.
pub(super) struct PublishedJob {
    pub(super) job: Job,
    catalog: Catalog,
    settings: Settings,
    output: Location,
}

impl PublishedJob {
    pub(super) fn load(arguments: &JobArguments) -> Result<Self> {
        Self::of(arguments.load()?)
    }

    pub(super) fn of(job: Job) -> Result<Self> {
        Ok(Self {
            catalog: Catalog::load(job.sql.as_deref().map(Path::new))?,
            settings: run::settings(&job, &std::env::temp_dir()),
            output: stores(&job).open(&job.output.url)?,
            job,
        })
    }

    pub(super) fn given(&self) -> Given<'_> {
        Given {
            job: &self.job,
            catalog: &self.catalog,
            settings: &self.settings,
            output: &self.output,
        }
    }

    /// All steps of the job.
    pub(super) fn plan(&self) -> Result<Plan> {
        Plan::new(&self.job, &self.catalog, &Selection::default())
    }

    /// The published output as other programs on this machine are told of it.
    pub(super) fn folder(&self) -> String {
        let local = self.output.local_path();
        local.map_or_else(|| self.output.url(), |path| path.display().to_string())
    }

    /// The tables of a date, or of the newest one.
    pub(super) async fn report(&self, date: Option<NaiveDate>) -> Result<Report> {
        let report = self.given().report(date).await?;
        report.ok_or_else(|| self.nothing())
    }

    /// The error that there is no such run.
    pub(super) fn nothing(&self) -> Error {
        Error::NoRun {
            what: "such run".to_owned(),
            url: self.job.output.url.clone(),
        }
    }
}

/// Which tables of the job.
#[derive(Debug, Clone, Args)]
pub(super) struct SelectArguments {
    /// Only these tables or chapters, and what they need; a + behind a name adds what needs it
    #[arg(long, value_name = "TABLE", value_delimiter = ',')]
    select: Vec<String>,

    /// Not these tables or chapters
    #[arg(long, value_name = "TABLE", value_delimiter = ',')]
    exclude: Vec<String>,
}

impl SelectArguments {
    pub(super) fn selection(&self) -> Selection {
        Selection {
            select: self.select.clone(),
            exclude: self.exclude.clone(),
        }
    }
}

/// The stores that a job names.
pub(super) fn stores(job: &Job) -> Stores {
    Stores::new(job.stores.clone())
}
