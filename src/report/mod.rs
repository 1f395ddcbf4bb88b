//! A published run to rows that a person reads.

use crate::error::{Error, Result};
use crate::plan::{Catalog, SqlFile, TableName};
use crate::publish::{Entry, Ledger};
use crate::stage::{self, Settings};
use crate::store::Location;
use arrow::datatypes::DataType;
use arrow::util::pretty::pretty_format_batches;
use datafusion::common::TableReference;
use datafusion::error::DataFusionError;
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionContext};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The tables of the newest date, ready to be asked.
pub struct Report {
    context: SessionContext,
    entry: Entry,
}

impl Report {
    /// Opens the newest date of `output`; nothing has been published if there is none.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Stage`].
    pub async fn open(
        output: &Location,
        catalog: &Catalog,
        settings: &Settings,
    ) -> Result<Option<Self>> {
        let ledger = Ledger::new(output);
        let Some(date) = ledger.dates().await?.last().copied() else {
            return Ok(None);
        };
        let Some(entry) = ledger.last(date).await? else {
            return Ok(None);
        };
        let chapters = catalog
            .tables
            .keys()
            .map(TableName::chapter)
            .chain(catalog.schemas());
        let context =
            stage::open(settings, chapters).map_err(|source| failed("session", source))?;
        context
            .runtime_env()
            .register_object_store(&output.base, Arc::clone(&output.store));
        for table in &entry.outputs {
            let (chapter, name) = table.table.split_once('.').unwrap_or(("", &table.table));
            let url = output.child(&table.path).url();
            let reference = TableReference::partial(chapter, name);
            context
                .register_parquet(reference, url, ParquetReadOptions::default())
                .await
                .map_err(|source| failed(&table.table, source))?;
        }
        Ok(Some(Self { context, entry }))
    }

    /// The run that is shown.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// A figure as a table of text; nothing if the run does not have the tables it is drawn from.
    ///
    /// # Errors
    /// [`Error::Stage`].
    pub async fn figure(&self, file: &SqlFile) -> Result<Option<String>> {
        let has = |table: &TableName| {
            self.entry
                .outputs
                .iter()
                .any(|output| output.table == table.to_string())
        };
        if !file.reads.iter().all(has) {
            return Ok(None);
        }
        let plan = self
            .context
            .state()
            .statement_to_plan(file.statement.clone())
            .await;
        let rows = plan.map(|plan| DataFrame::new(self.context.state(), plan));
        self.printed(&file.path, rows).await.map(Some)
    }

    /// The first rows of a table as text.
    ///
    /// # Errors
    /// [`Error::Stage`] when there is no such table.
    pub async fn table(&self, name: &str, rows: usize) -> Result<String> {
        let (chapter, table) = name.split_once('.').unwrap_or(("", name));
        let found = self
            .context
            .table(TableReference::partial(chapter, table))
            .await;
        self.printed(name, found.and_then(|table| table.limit(0, Some(rows))))
            .await
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
        let (chapter, table) = name.split_once('.').unwrap_or(("", name));
        let found = self.context.table(TableReference::partial(chapter, table));
        let found = found.await.map_err(|source| failed(name, source))?;
        let fields = found.schema().fields().iter();
        Ok(fields
            .map(|field| (field.name().clone(), written(field.data_type())))
            .collect())
    }

    async fn printed(
        &self,
        name: &str,
        rows: datafusion::error::Result<DataFrame>,
    ) -> Result<String> {
        let rows = rows.map_err(|source| failed(name, source))?;
        let batches = rows
            .collect()
            .await
            .map_err(|source| failed(name, source))?;
        let text = pretty_format_batches(&batches).map_err(|error| failed(name, error.into()))?;
        Ok(text.to_string())
    }
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
