//! One night: the only place that knows the order of the stages.

mod changed;
mod dates;
mod keys;
mod piece_keys;
mod pieces;
mod resume;
mod scratch;
mod summary;
mod tables;
mod told;

pub use changed::{Changed, changed_dates};
pub use dates::{last_finished_day, run_date};
pub use summary::{InPieces, Quality, StepSummary, Summary};

use crate::error::{Error, Result};
use crate::job::{Engine, Job, Problem, Secret};
use crate::machine;
use crate::plan::{Catalog, Plan, Selection, Step};
use crate::publish::{self, Database, Entry, Ledger, Lock};
use crate::read::{self, Input};
use crate::report::Given;
use crate::score;
use crate::stage::{self, Cluster, Parameters, Progress, Settings, Stage};
use crate::store::{Location, Stores};
use chrono::{NaiveDate, Utc};
use pieces::Pieces;
use resume::Resume;
use scratch::Scratch;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use tables::Maker;

/// What one run is asked for, beside its job.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The last day that counts; by default the job's.
    pub run_date: Option<NaiveDate>,
    /// Whether that day may still be under way.
    pub allow_incomplete_day: bool,
    /// Which tables.
    pub selection: Selection,
    /// The name of the run, if it has one already.
    pub run_id: Option<String>,
    /// The orchestrator's own names for it, for the ledger.
    pub started_by: BTreeMap<String, String>,
    /// Whether to take over what a failed run of the date has made, and to leave behind what this one makes if it fails.
    pub resume: bool,
}

/// A name that no other run has, and that sorts behind the names of all earlier runs.
#[must_use]
pub fn new_run_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// What a run tells while it is under way.
#[derive(Debug)]
pub enum News<'run> {
    /// The sources are open.
    Inputs(&'run [Input]),
    /// A table is begun: the how manyth of how many.
    Begun(&'run Step, usize, usize),
    /// How far the table has come.
    Read(Progress),
    /// A table is there.
    Made(&'run StepSummary),
    /// All tables are there and are being put in their places.
    Publishing,
}

/// Reads, computes, checks and publishes the tables of one date, unless `stop` answers first with a signal's number.
///
/// # Errors
/// Every [`Error`]: nothing is published then, and what was published before stays readable.
pub async fn run(
    job: &Job,
    options: &Options,
    stores: &Stores,
    tell: &dyn Fn(News<'_>),
    stop: impl Future<Output = u8>,
) -> Result<Summary> {
    let run_date = run_date(job, options)?;
    let run_id = options.run_id.clone().unwrap_or_else(new_run_id);
    let mut summary = Summary::new(job, run_id, run_date)?;
    let catalog = Catalog::load(job.sql.as_deref().map(Path::new))?;
    let plan = Plan::new(job, &catalog, &options.selection)?;
    let output = stores.open(&job.output.url)?;
    let patience = Duration::from_secs(job.resources.lock_timeout_seconds);
    let lock = Lock::acquire(&output, &run_date.to_string(), &summary.run_id, patience).await?;
    let worked = tokio::select! {
        worked = work(job, options, (&plan, &catalog), (stores, &output, &lock), &mut summary, tell) => worked,
        signal = stop => Err(Error::Interrupted { signal }),
    };
    let released = lock.release().await;
    worked.and(released)?;
    summary.finish();
    Ok(summary)
}

/// What a run would do.
#[derive(Debug)]
pub struct Preview {
    /// The last day that would count.
    pub run_date: NaiveDate,
    /// What would be read.
    pub inputs: Vec<Input>,
    /// How many files of each source are in the cache already, where the job keeps them there.
    pub cached: BTreeMap<&'static str, usize>,
    /// What would be computed.
    pub plan: Plan,
}

/// Looks at the job and at the footers of its files, and reads no row.
///
/// # Errors
/// As [`run`], as far as they show before the first row.
pub async fn preview(job: &Job, options: &Options, stores: &Stores) -> Result<Preview> {
    let run_date = run_date(job, options)?;
    let catalog = Catalog::load(job.sql.as_deref().map(Path::new))?;
    let plan = Plan::new(job, &catalog, &options.selection)?;
    let scratch = std::env::temp_dir();
    let (_, inputs) = open(job, &catalog, stores, run_date, &scratch).await?;
    let pieces = Pieces::new(job, run_date, (&plan, &inputs), stores, &scratch)?;
    let mut cached = BTreeMap::new();
    if let Some(pieces) = pieces {
        for input in &inputs {
            cached.extend(pieces.known(input).await?.map(|files| (input.name, files)));
        }
    }
    Ok(Preview {
        run_date,
        inputs,
        cached,
        plan,
    })
}

/// Opens the sources of a job and a stage over them, which keeps what does not fit into memory below `scratch`.
///
/// # Errors
/// [`Error::NoInput`], [`Error::Contract`], [`Error::Store`], [`Error::Stage`].
pub async fn open(
    job: &Job,
    catalog: &Catalog,
    stores: &Stores,
    run_date: NaiveDate,
    scratch: &Path,
) -> Result<(Stage, Vec<Input>)> {
    let settings = Settings {
        cluster: cluster(job),
        ..settings(job, scratch)
    };
    let context = stage::open(&settings, catalog.schemas()).map_err(engine)?;
    stage::register_lists(job, &context).map_err(engine)?;
    let inputs = read::register(job, run_date, stores, &context).await?;
    let output = stores.open(&job.output.url)?;
    let last = last_entry(&output, run_date).await?;
    let last = last_tables(catalog, &output, last.as_ref());
    read::register_last(last, &context).await?;
    let parameters = Parameters::new(job, run_date)?;
    let room_bytes = match &settings.cluster {
        // what lies in the memory of this process no executor could read
        Some(_) => 0,
        None => machine::kept_bytes(&job.resources),
    };
    let models = score::models(
        job,
        score::Room {
            memory_bytes: machine::mining_bytes(&job.resources),
            scratch: scratch.to_path_buf(),
        },
    );
    let stage = Stage::new(
        context,
        parameters,
        models,
        scratch.to_path_buf(),
        room_bytes,
    );
    Ok((stage, inputs))
}

/// The last run before `run_date`, if there was one.
async fn last_entry(output: &Location, run_date: NaiveDate) -> Result<Option<Entry>> {
    let ledger = Ledger::new(output);
    let dates = ledger.dates().await?;
    match dates.into_iter().rfind(|date| *date < run_date) {
        Some(date) => ledger.last(date).await,
        None => Ok(None),
    }
}

/// Where the last run put the tables that this one compares with; nowhere in the first run.
fn last_tables<'c>(
    catalog: &'c Catalog,
    output: &Location,
    last: Option<&Entry>,
) -> Vec<(&'c str, Location)> {
    let place = |name: &'c str| {
        let mut outputs = last.iter().flat_map(|entry| &entry.outputs);
        let found = outputs.find(|output| output.table.split('.').next_back() == Some(name))?;
        Some((name, output.child(&found.path)))
    };
    catalog.last().into_iter().filter_map(place).collect()
}

async fn work(
    job: &Job,
    options: &Options,
    (plan, catalog): (&Plan, &Catalog),
    (stores, output, lock): (&Stores, &Location, &Lock),
    summary: &mut Summary,
    tell: &dyn Fn(News<'_>),
) -> Result<()> {
    let mut scratch = Scratch::create(job, output, &summary.run_id)?;
    scratch.stay(options.resume);
    let database = database(job)?;
    let opened = open(job, catalog, stores, summary.run_date, scratch.path()).await?;
    let (mut stage, inputs) = opened;
    summary.inputs = inputs;
    tell(News::Inputs(&summary.inputs));
    if let Some(cluster) = cluster(job) {
        stage.try_out(&cluster.scheduler).await?;
    }
    tables::judge_sources(plan, &stage, &mut summary.quality).await?;
    let last = last_entry(output, summary.run_date).await?;
    let base = resume::base(job, summary.run_date, &summary.inputs, last.as_ref())?;
    let mut resume = Resume::new(plan, &base, scratch.path())?;
    if options.resume {
        resume.take_over(plan)?;
    }
    let inputs = summary.inputs.clone();
    let of = (plan, &inputs[..]);
    let pieces = Pieces::new(job, summary.run_date, of, stores, scratch.path())?;
    let maker = Maker {
        plan,
        resume: &resume,
        format: job.output.format,
        pieces: pieces.as_ref(),
        tell,
    };
    let mut ready = maker.make_all(&mut stage, summary).await?;
    summary.skipped.clone_from(&plan.skipped);
    tell(News::Publishing);
    let entry = entry(job, options, summary);
    summary.status = Some(publish::publish(output, lock, entry, &mut ready).await?);
    summary.outputs = ready.iter().map(|made| made.table.clone()).collect();
    if let Some(table) = summary
        .outputs
        .iter()
        .find(|table| table.table == changed::DAYS)
    {
        let now = changed::days(&publish::rows(output, table).await?)?;
        summary.changed = changed::late(output, summary.run_date, &now).await?;
    }
    if job.output.report {
        let settings = settings(job, scratch.path());
        let given = Given {
            job,
            catalog,
            settings: &settings,
            output,
        };
        let page = given.write(Some(summary.run_date)).await?;
        summary.report = page.map(|page| page.url());
    }
    scratch.stay(false);
    if let Some(database) = database {
        database.replace(summary.run_date, &ready).await?;
    }
    Ok(())
}

/// The database that the tables are copied to, if the job names one.
fn database(job: &Job) -> Result<Option<Database>> {
    let Some(written) = &job.output.postgres else {
        return Ok(None);
    };
    let opened = Secret::resolve(written);
    let opened = opened.and_then(|connection| Database::new(connection.expose()));
    opened.map(Some).map_err(|message| Error::Job {
        file: job.name.clone(),
        problems: vec![Problem::of_file("output.postgres", message)],
    })
}

fn engine(source: datafusion::error::DataFusionError) -> Error {
    Error::Stage {
        table: "session".into(),
        file: "settings".into(),
        source: Box::new(source),
    }
}

/// The cluster that computes the queries of a job, if one does.
fn cluster(job: &Job) -> Option<Cluster> {
    let scheduler = job.cluster.scheduler.clone();
    let scheduler = scheduler.filter(|_| job.engine == Engine::Cluster)?;
    Some(Cluster {
        scheduler,
        partitions: job.cluster.partitions,
        patience: Duration::from_secs(job.cluster.timeout_seconds),
        stores: job.stores.clone(),
    })
}

/// What the session of a job may use; what it asks is small, and asked of this process.
#[must_use]
pub fn settings(job: &Job, scratch: &Path) -> Settings {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    Settings {
        threads: if job.resources.threads == 0 {
            cores
        } else {
            job.resources.threads
        },
        query_bytes: machine::query_bytes(&job.resources),
        process_bytes: machine::limit_bytes(&job.resources),
        scratch: scratch.join("spill"),
        time_zone: dates::time_zone(job),
        day_starts_at_hour: job.day_starts_at_hour,
        cluster: None,
    }
}

fn entry(job: &Job, options: &Options, summary: &Summary) -> Entry {
    let told = summary.quality.told.iter();
    Entry {
        schema_version: summary::SCHEMA_VERSION,
        job: job.name.clone(),
        run_id: summary.run_id.clone(),
        run_date: summary.run_date,
        engine_version: summary.engine_version.clone(),
        config_sha256: summary.config_sha256.clone(),
        started_by: options.started_by.clone(),
        started_at: summary.started_at.to_rfc3339(),
        seconds: (Utc::now() - summary.started_at).as_seconds_f64(),
        peak_memory_bytes: machine::peak_memory_bytes(),
        source_rows: summary.inputs.iter().map(|input| input.rows).sum(),
        warned: told.map(|finding| finding.name.clone()).collect(),
        outputs: summary.outputs.clone(),
    }
}
