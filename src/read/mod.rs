//! Files to `raw.*` tables: found, checked against the contract, under our names.

mod catalogue;
mod contract;
mod files;
mod footers;
mod last;
mod outcomes;
mod table;

pub use catalogue::{Column, Declared, Kind, SOURCES, declared};
pub use last::register_last;

use crate::error::{Error, Result};
use crate::job::{Job, Source};
use crate::scan::SOURCE_FILE;
use crate::store::Stores;
use arrow::datatypes::{Field, Schema};
use chrono::NaiveDate;
use contract::Mapping;
use datafusion::catalog::TableProvider;
use datafusion::common::{DFSchema, TableReference};
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::functions::core::expr_fn::named_struct;
use datafusion::logical_expr::{
    EmptyRelation, Expr, LogicalPlan, LogicalPlanBuilder, ScalarUDF, lit, when,
};
use datafusion::prelude::{SessionContext, ident};
use serde::Serialize;
use std::sync::Arc;

/// Column of `raw.transactions` that holds the job's own reason for not counting a row.
const JOB_REASON: &str = "job_reason";

/// Column that holds the whole row of the source as JSON.
const SOURCE_RECORD: &str = "source_record";

/// What was found of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Input {
    /// The source of the job.
    pub name: &'static str,
    /// Where it is.
    pub url: String,
    /// Files that are read.
    pub files: usize,
    /// Files that begin after the run date.
    pub files_pruned: usize,
    /// Bytes of the files that are read.
    pub bytes: u64,
    /// Rows of the files, where the format tells.
    pub rows: Option<u64>,
    /// SHA-256 over the names, lengths and times of the files; not part of the summary.
    #[serde(skip)]
    pub fingerprint: String,
    /// Columns of the files and their types; not part of the summary.
    #[serde(skip)]
    pub columns: Vec<(String, String)>,
    /// Each file that is read; not part of the summary.
    #[serde(skip)]
    pub each: Vec<InputFile>,
}

/// One file of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Its path in the store, which its rows have as `source_file`.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// What the store says when its contents are others: its mark (etag), or the time of its last change.
    pub version: String,
}

/// Registers `raw.NAME` for every source there can be; those that the job does not have are empty.
///
/// # Errors
/// [`Error::Contract`] with what is wrong in any source, [`Error::NoInput`], [`Error::Store`].
pub async fn register(
    job: &Job,
    run_date: NaiveDate,
    stores: &Stores,
    context: &SessionContext,
) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    let mut problems = Vec::new();
    for declared in &SOURCES {
        let source = job.sources.named().find(|(name, _)| *name == declared.name);
        let (plan, input) = match source {
            None => (absent(declared), None),
            Some((_, source)) => match mapped(declared, source, run_date, stores, context).await {
                Err(Error::Contract { problems: more }) => {
                    problems.extend(more);
                    continue;
                }
                found => found?,
            },
        };
        inputs.extend(input);
        let plan = plan.map_err(|source| engine(declared.name, source))?;
        let view = Arc::new(ViewTable::new(plan, None));
        context
            .register_table(TableReference::partial("raw", declared.name), view)
            .map_err(|source| engine(declared.name, source))?;
    }
    if problems.is_empty() {
        Ok(inputs)
    } else {
        Err(Error::Contract { problems })
    }
}

fn broken(source_name: &str, problems: &[String]) -> Error {
    let problems = problems
        .iter()
        .map(|problem| format!("{source_name}: {problem}"))
        .collect();
    Error::Contract { problems }
}

type Plan = datafusion::error::Result<LogicalPlan>;

fn absent(declared: &Declared) -> Plan {
    let fields = declared
        .columns
        .iter()
        .map(|column| (column.name, column.kind.data_type()))
        .chain([JOB_REASON, SOURCE_FILE, SOURCE_RECORD].map(|name| (name, Kind::Text.data_type())))
        .map(|(name, data_type)| Field::new(name, data_type, true));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    let schema = Arc::new(DFSchema::try_from(schema)?);
    Ok(LogicalPlan::EmptyRelation(EmptyRelation {
        produce_one_row: false,
        schema,
    }))
}

async fn mapped(
    declared: &'static Declared,
    source: &Source,
    run_date: NaiveDate,
    stores: &Stores,
    context: &SessionContext,
) -> Result<(Plan, Option<Input>)> {
    let found = files::find(declared.name, source, stores, run_date).await?;
    context
        .runtime_env()
        .register_object_store(&found.location.base, Arc::clone(&found.location.store));
    let cache = context
        .runtime_env()
        .cache_manager
        .get_file_metadata_cache();
    let delimiter = footers::delimiter(source);
    let footers = footers::read(declared.name, delimiter, &found, &cache).await?;
    let schema = contract::common_schema(declared.name, &found, &footers)?;
    let table = table::table(&found, &footers, schema, delimiter)
        .map_err(|error| engine(declared.name, error))?;
    let table: Arc<dyn TableProvider> = Arc::new(table);
    let df_schema = DFSchema::try_from_qualified_schema(declared.name, &table.schema())
        .map_err(|error| engine(declared.name, error))?;
    let mut state = context.state();
    state
        .config_mut()
        .options_mut()
        .sql_parser
        .enable_ident_normalization = false;
    let fields = table.schema();
    let columns = fields.fields().iter();
    let columns = columns.map(|field| (field.name().clone(), field.data_type().to_string()));
    let mapping = contract::map(declared, source, (&found, &footers), &df_schema, &state)?;
    let input = Input {
        name: declared.name,
        url: source.url.clone(),
        files: found.files.len(),
        files_pruned: found.pruned,
        bytes: found.files.iter().map(|file| file.meta.size).sum(),
        rows: footers.iter().map(|footer| footer.rows).sum(),
        fingerprint: found.fingerprint(),
        columns: columns.collect(),
        each: found.each(),
    };
    Ok((select(declared, table, mapping, context), Some(input)))
}

fn select(
    declared: &Declared,
    table: Arc<dyn TableProvider>,
    mapping: Mapping,
    context: &SessionContext,
) -> Plan {
    let names = table
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect::<Vec<_>>();
    let pairs = names
        .iter()
        .flat_map(|name| [lit(name.as_str()), ident(name)])
        .collect::<Vec<Expr>>();
    let to_json: Arc<ScalarUDF> = context.state().scalar_functions()["to_json"].clone();
    let mut columns = mapping.columns;
    columns.push(reason(mapping.reject)?.alias(JOB_REASON));
    columns.push(ident(SOURCE_FILE));
    columns.push(to_json.call(vec![named_struct(pairs)]).alias(SOURCE_RECORD));
    LogicalPlanBuilder::scan(declared.name, provider_as_source(table), None)?
        .project(columns)?
        .build()
}

/// The first of the job's own reasons that holds, else null.
fn reason(reject: Vec<(String, Expr)>) -> datafusion::error::Result<Expr> {
    let none = lit(datafusion::scalar::ScalarValue::Utf8(None));
    let mut reasons = reject.into_iter();
    let Some((reason, condition)) = reasons.next() else {
        return Ok(none);
    };
    let mut case = when(condition, lit(reason));
    for (reason, condition) in reasons {
        case = case.when(condition, lit(reason));
    }
    case.otherwise(none)
}

fn engine(name: &str, source: datafusion::error::DataFusionError) -> Error {
    Error::Stage {
        table: format!("raw.{name}"),
        file: "sources of the job".to_owned(),
        source: Box::new(source),
    }
}
