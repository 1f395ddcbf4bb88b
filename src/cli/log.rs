//! How a command talks while it works: lines on standard error, or a bar on a terminal.

use crate::error::{Detail, Error};
use crate::observe::Started;
use crate::run::News;
use crate::stage::Progress;
use clap::ValueEnum;
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How lines are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// Who tells of executors that come and go, and of tasks that are tried again.
const CLUSTER: [&str; 3] = ["ballista_core", "ballista_executor", "ballista_scheduler"];

/// Lines on standard error from here on.
pub(super) fn start(format: Format, is_quiet: bool) {
    let level = if is_quiet {
        LevelFilter::ERROR
    } else {
        LevelFilter::INFO
    };
    let lines = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(level);
    // others tell in their errors what concerns an operator
    let told = Targets::new()
        .with_targets(["clientele", "object_store"].map(|name| (name, level)))
        .with_targets(CLUSTER.map(|name| (name, level.min(LevelFilter::WARN))))
        // it counts the operators of a stage, ours too
        .with_target(format!("{}::display", CLUSTER[2]), LevelFilter::ERROR);
    // A second command in one process, as in tests, keeps the first one's lines.
    let _ = match format {
        Format::Json => lines
            .json()
            .flatten_event(true)
            .finish()
            .with(told)
            .try_init(),
        Format::Text => lines
            .without_time()
            .with_target(false)
            .with_level(false)
            .with_ansi(false)
            .finish()
            .with(told)
            .try_init(),
    };
}

/// What a run tells, told to a person or a program.
#[derive(Debug)]
pub(super) struct Talk {
    bar: Option<ProgressBar>,
    format: Format,
}

impl Talk {
    pub(super) fn new(format: Format, is_quiet: bool) -> Self {
        let is_terminal = std::io::stderr().is_terminal() && std::env::var_os("CI").is_none();
        let bar = (is_terminal && format == Format::Text && !is_quiet).then(|| {
            let bar = ProgressBar::new_spinner();
            let style =
                ProgressStyle::with_template("{spinner} {msg} {wide_bar} {prefix} {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self { bar, format }
    }

    /// Passes on one piece of news.
    pub(super) fn tell(&self, run: &Started, news: &News<'_>) {
        let (run_id, run_date) = (self.run_id(run), run.run_date.to_string());
        let run_date = run_date.as_str();
        match news {
            News::Inputs(inputs) => {
                for input in *inputs {
                    let rows = input
                        .rows
                        .map_or_else(|| "unknown".to_owned(), |rows| HumanCount(rows).to_string());
                    let bytes = HumanBytes(input.bytes).to_string();
                    self.line(
                        &format!(
                            "{:<24} {rows:>13} rows {bytes:>12}  {} files",
                            input.name, input.files
                        ),
                        || {
                            tracing::info!(
                                run_id,
                                run_date,
                                source = input.name,
                                rows = input.rows,
                                bytes = input.bytes,
                                files = input.files,
                                "source"
                            );
                        },
                    );
                }
            }
            News::Begun(step, position, of) => {
                if let Some(bar) = &self.bar {
                    bar.unset_length();
                    bar.set_prefix("");
                    bar.set_message(format!(
                        "{run_date}  {position} of {of}  {}",
                        step.file.table
                    ));
                }
            }
            News::Read(progress) => self.read(*progress),
            News::Made(step) => {
                let Some(rows) = step.rows else { return };
                let bytes = step
                    .bytes
                    .map(|bytes| HumanBytes(bytes).to_string())
                    .unwrap_or_default();
                let (table, seconds) = (step.table.as_str(), step.seconds);
                let text = format!(
                    "{table:<32} {:>13} rows {bytes:>12} {seconds:>8.2} s",
                    HumanCount(rows).to_string()
                );
                self.line(&text, || {
                    tracing::info!(
                        run_id,
                        run_date,
                        table,
                        rows,
                        bytes = step.bytes,
                        seconds,
                        "table"
                    );
                });
            }
            News::Publishing => {
                if let Some(bar) = &self.bar {
                    bar.set_message(format!("{run_date}  publishing"));
                }
            }
        }
    }

    /// Tells a program under which names the run is known.
    pub(super) fn begun(&self, run: &Started) {
        if self.format == Format::Json {
            let (run_id, run_date) = (&run.run_id, run.run_date.to_string());
            let started_by = serde_json::to_string(&run.by).unwrap_or_default();
            tracing::info!(run_id, run_date, started_by, "the run has begun");
        }
    }

    /// Tells that a run failed; a person is told why at the very end.
    pub(super) fn failed(&self, run: &Started, error: &Error) {
        let (run_id, run_date) = (self.run_id(run), run.run_date.to_string());
        let why = run_id.map(|_| error.told(Detail::NoValues));
        let exit_code = error.exit_code();
        tracing::error!(run_id, run_date, exit_code, why, "the run failed");
    }

    /// The run is named in each line for a program; a person sees one at a time.
    fn run_id<'r>(&self, run: &'r Started) -> Option<&'r str> {
        (self.format == Format::Json).then_some(run.run_id.as_str())
    }

    /// A line for a person where there is a bar, else `log`, which knows its parts.
    fn line(&self, text: &str, log: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => log(),
        }
    }

    fn read(&self, progress: Progress) {
        let Some(bar) = &self.bar else { return };
        let (rows, bytes) = (HumanCount(progress.rows), HumanBytes(progress.bytes));
        match progress.of {
            None => bar.set_prefix(format!("{rows} rows, {bytes}")),
            Some(of) => {
                bar.set_length(of);
                bar.set_position(progress.rows);
                bar.set_prefix(format!("{rows} of {} rows, {bytes}", HumanCount(of)));
            }
        }
    }

    /// How far a count has come.
    pub(super) fn count(&self, what: &str, done: u64, of: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(of);
            bar.set_position(done);
            bar.set_prefix(format!("{} of {} {what}", HumanCount(done), HumanCount(of)));
        }
    }

    /// Whether somebody sits at the terminal.
    pub(super) fn is_to_a_person(&self) -> bool {
        self.bar.is_some()
    }

    /// Says something to a person, after the work.
    pub(super) fn say(text: &str) {
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
