//! A published run to what people see: a page, answers in a terminal, tables.
//!
//! Every figure is one file in `sql/reports` and one entry in `words.yaml`, which says what it answers and how it is
//! drawn. A figure whose tables the run does not have is left out.

mod chart;
mod dictionary;
mod draw;
mod hide;
mod locale;
mod markup;
mod page;
mod rows;
mod story;
mod terminal;
mod words;

pub use dictionary::Dictionary;
pub use story::Story;

use crate::error::{Error, Result};
use crate::job::Job;
use crate::plan::{Catalog, SqlFile, TableName};
use crate::publish::{Entry, Ledger};
use crate::stage::{self, Parameters, Settings};
use crate::store::Location;
use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use chrono::NaiveDate;
use datafusion::common::TableReference;
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionContext};
use rows::Rows;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The tables of one date, ready to be asked.
pub struct Report {
    context: SessionContext,
    parameters: Parameters,
    entry: Entry,
}

/// What a report is made from, beside its tables.
#[derive(Debug, Clone, Copy)]
pub struct Given<'r> {
    /// The job whose tables they are.
    pub job: &'r Job,
    /// All SQL files.
    pub catalog: &'r Catalog,
    /// What a query may use.
    pub settings: &'r Settings,
    /// Where the tables are.
    pub output: &'r Location,
}

impl Given<'_> {
    /// The run of `date`, or of the newest date; none if nothing has been published.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Stage`].
    pub async fn report(&self, date: Option<NaiveDate>) -> Result<Option<Report>> {
        let ledger = Ledger::new(self.output);
        let date = match date {
            Some(date) => Some(date),
            None => ledger.dates().await?.last().copied(),
        };
        let entry = match date {
            Some(date) => ledger.last(date).await?,
            None => None,
        };
        match entry {
            Some(entry) => Report::open(self, entry).await.map(Some),
            None => Ok(None),
        }
    }

    /// What is so on the date of `report`, and how it was in the run of the date before.
    ///
    /// # Errors
    /// As [`Given::report`].
    pub async fn facts(&self, report: &Report) -> Result<Story> {
        let dates = Ledger::new(self.output).dates().await?;
        let before = dates
            .into_iter()
            .rfind(|date| *date < report.entry.run_date);
        let previous = match before {
            Some(date) => self.report(Some(date)).await?,
            None => None,
        };
        Story::facts(self.job, self.catalog, report, previous.as_ref()).await
    }

    /// All that `report` has to say.
    ///
    /// # Errors
    /// As [`Given::report`].
    pub async fn story(&self, report: &Report) -> Result<Story> {
        self.facts(report)
            .await?
            .with_chapters(self.catalog, report)
            .await
    }

    /// Writes the page of `date` beside its tables, and answers with its place; none if nothing has been published.
    ///
    /// # Errors
    /// As [`Given::report`].
    pub async fn write(&self, date: Option<NaiveDate>) -> Result<Option<Location>> {
        let Some(report) = self.report(date).await? else {
            return Ok(None);
        };
        let page = self.story(&report).await?.page();
        let place = format!("reports/run_date={}/report.html", report.entry.run_date);
        let place = self.output.child(&place);
        place.write(page.into_bytes()).await?;
        Ok(Some(place))
    }
}

impl Report {
    async fn open(given: &Given<'_>, entry: Entry) -> Result<Self> {
        let tables = given.catalog.tables.keys();
        let chapters = tables
            .map(TableName::chapter)
            .chain(given.catalog.schemas());
        let context =
            stage::open(given.settings, chapters).map_err(|source| failed("session", source))?;
        let runtime = context.runtime_env();
        runtime.register_object_store(&given.output.base, Arc::clone(&given.output.store));
        for table in &entry.outputs {
            let url = given.output.child(&table.path).url();
            let options = ParquetReadOptions::default();
            let registered = context
                .register_parquet(reference(&table.table), url, options)
                .await;
            registered.map_err(|source| failed(&table.table, source))?;
        }
        Ok(Self {
            context,
            parameters: Parameters::new(given.job, entry.run_date)?,
            entry,
        })
    }

    /// The run that is shown.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// What a query over the tables answers, as text.
    ///
    /// # Errors
    /// [`Error::Usage`] for what is no query over these tables.
    pub async fn query(&self, sql: &str) -> Result<String> {
        let reading = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let rows = self.context.sql_with_options(sql, reading).await;
        let rows = rows.map_err(|error| Error::Usage(error.strip_backtrace()))?;
        printed("query", rows).await
    }

    /// The first rows of a table, of those for which `condition` holds, as text.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such table, or no such column in it.
    pub async fn table(&self, name: &str, condition: Option<&str>, top: usize) -> Result<String> {
        let known = || {
            self.entry
                .outputs
                .iter()
                .map(|output| output.table.as_str())
        };
        if !known().any(|table| table == name) {
            let hint = match crate::nearest(name, known()) {
                Some(nearest) => format!("did you mean {nearest}?"),
                None => format!("there are {}", known().collect::<Vec<_>>().join(", ")),
            };
            return Err(Error::Usage(format!("the run has no table {name}; {hint}")));
        }
        let condition =
            condition.map_or_else(String::new, |condition| format!(" where {condition}"));
        self.query(&format!("select * from {name}{condition} limit {top}"))
            .await
    }

    /// The rows of a figure; nothing if the run does not have the tables that it is drawn from.
    async fn figure(&self, file: &SqlFile) -> Result<Option<Rows>> {
        let has = |table: &TableName| {
            let mut outputs = self.entry.outputs.iter();
            outputs.any(|output| output.table == table.to_string())
        };
        if !file.reads.iter().all(has) {
            return Ok(None);
        }
        let wrong = |source| failed(&file.path, source);
        let statement = self.parameters.bind(&file.statement, &file.path)?;
        let plan = self
            .context
            .state()
            .statement_to_plan(statement)
            .await
            .map_err(wrong)?;
        let frame = DataFrame::new(self.context.state(), plan);
        let schema = frame.schema().as_arrow().clone();
        let batches = frame.collect().await.map_err(wrong)?;
        let rows = Rows::read(&schema, &batches).map_err(|error| wrong(error.into()))?;
        Ok(Some(rows))
    }

    /// The columns of a table and their types as Arrow says them; nothing if it was not published.
    ///
    /// # Errors
    /// [`Error::Stage`] when its file cannot be read.
    pub async fn types(&self, name: &str) -> Result<BTreeMap<String, String>> {
        let mut outputs = self.entry.outputs.iter();
        if !outputs.any(|output| output.table == name) {
            return Ok(BTreeMap::new());
        }
        let found = self.context.table(reference(name)).await;
        let found = found.map_err(|source| failed(name, source))?;
        let fields = found.schema().fields().iter();
        Ok(fields
            .map(|field| (field.name().clone(), written(field.data_type())))
            .collect())
    }
}

fn reference(name: &str) -> TableReference {
    let (chapter, table) = name.split_once('.').unwrap_or(("", name));
    TableReference::partial(chapter, table)
}

async fn printed(name: &str, frame: DataFrame) -> Result<String> {
    let schema = frame.schema().as_arrow().clone();
    let batches: Vec<RecordBatch> = frame
        .collect()
        .await
        .map_err(|source| failed(name, source))?;
    terminal::table(&schema, &batches).map_err(|error| failed(name, error.into()))
}

/// The type in the file; the engine reads text as a view of it.
fn written(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8View => DataType::Utf8.to_string(),
        other => other.to_string(),
    }
}

fn failed(name: &str, source: DataFusionError) -> Error {
    Error::Stage {
        table: name.to_owned(),
        file: "published tables".to_owned(),
        source: Box::new(source),
    }
}
