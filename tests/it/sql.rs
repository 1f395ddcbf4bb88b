//! Every SQL file over rows that a person can check: `tests/sql/` mirrors `sql/`.
//!
//! In a test file, `statement ok` with `source NAME` and lines of CSV fills a source, `statement ok` with
//! `set parameters.name=value` changes the job, and a query computes the tables it names from there.

use async_trait::async_trait;
use clientele::error::Error;
use clientele::job::{Job, Overrides};
use clientele::plan::{Catalog, Plan, Selection, SqlFile};
use clientele::run::{self, Options};
use clientele::stage::Notes;
use clientele::store::Stores;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// The job of one test file, and its sources.
struct Engine {
    memory: Arc<dyn ObjectStore>,
    sources: BTreeSet<String>,
    set: Vec<String>,
}

impl Engine {
    fn new() -> Self {
        Self {
            memory: Arc::new(InMemory::new()),
            sources: BTreeSet::new(),
            set: Vec::new(),
        }
    }

    fn job(&self) -> Result<Job, Error> {
        let sources = self
            .sources
            .iter()
            .map(|name| format!("  {name}: {{url: memory:slt/{name}.csv}}\n"));
        let text = format!(
            "run_date: 2025-12-31\nsources:\n{}output: {{url: memory:slt/out}}\n",
            sources.collect::<String>()
        );
        Job::parse(
            &text,
            &Overrides {
                set: self.set.clone(),
                ..Overrides::default()
            },
        )
    }

    async fn query(&self, sql: &str) -> Result<Vec<Vec<String>>, Error> {
        let job = self.job()?;
        let stores = Stores::default();
        stores.insert("memory://slt", Arc::clone(&self.memory));
        let catalog = Catalog::load(Some(concat!(env!("CARGO_MANIFEST_DIR"), "/sql").as_ref()))?;
        let reads = SqlFile::parse("query", sql)?.reads;
        let select = reads
            .iter()
            .filter(|table| catalog.tables.contains_key(table))
            .map(ToString::to_string);
        let selection = Selection {
            select: select.collect(),
            exclude: Vec::new(),
        };
        let plan = Plan::new(&job, &catalog, &selection)?;
        let scratch = tempfile::tempdir().unwrap();
        let (mut stage, _) = run::open(
            &job,
            &catalog,
            &stores,
            run::run_date(&job, &Options::default())?,
            scratch.path(),
        )
        .await?;
        for step in &plan.steps {
            stage.make(step, Notes::default()).await?;
            for promise in &step.promises {
                stage.verify(promise).await?;
            }
        }
        let batches = stage.query(sql).await.map_err(|source| Error::Stage {
            table: "query".into(),
            file: "slt".into(),
            source: Box::new(source),
        })?;
        Ok(printed(&batches))
    }
}

fn printed(batches: &[arrow::array::RecordBatch]) -> Vec<Vec<String>> {
    use arrow::util::display::{ArrayFormatter, FormatOptions};
    let options = FormatOptions::default().with_null("NULL");
    let mut rows = Vec::new();
    for batch in batches {
        let columns: Vec<_> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            let value = |column: &ArrayFormatter<'_>| match column.value(row).to_string() {
                empty if empty.is_empty() => "(empty)".to_owned(),
                value => shortened(&value),
            };
            rows.push(columns.iter().map(value).collect());
        }
    }
    rows
}

/// Six digits of a number say enough; trailing noughts of money say nothing.
fn shortened(value: &str) -> String {
    match value.parse::<f64>() {
        Ok(number) if value.contains('.') => {
            let rounded = format!("{number:.6}");
            rounded
                .trim_end_matches('0')
                .trim_end_matches('.')
                .to_owned()
        }
        _ => value.to_owned(),
    }
}

#[async_trait]
impl AsyncDB for Engine {
    type Error = Error;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, Error> {
        if let Some(source) = sql.strip_prefix("source ") {
            let (name, csv) = source.split_once('\n').unwrap_or((source, ""));
            let path = Path::from(format!("{name}.csv"));
            self.memory
                .put(&path, csv.as_bytes().to_vec().into())
                .await
                .unwrap();
            self.sources.insert(name.to_owned());
            return Ok(DBOutput::StatementComplete(0));
        }
        if let Some(set) = sql.strip_prefix("set ") {
            self.set.push(set.to_owned());
            return Ok(DBOutput::StatementComplete(0));
        }
        let rows = self.query(sql).await?;
        let types = vec![DefaultColumnType::Any; rows.first().map_or(1, Vec::len)];
        Ok(DBOutput::Rows { types, rows })
    }

    async fn shutdown(&mut self) {}

    fn engine_name(&self) -> &str {
        "clientele"
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_is_what_a_person_would_compute() {
    let files = test_files();
    assert!(files.len() > 10, "the tests of the SQL files are there");
    let blessed = std::env::var_os("BLESS").is_some();
    let mut failures = Vec::new();
    for file in files {
        let mut runner = sqllogictest::Runner::new(|| async { Ok(Engine::new()) });
        let outcome = if blessed {
            let validator = sqllogictest::default_validator;
            let normalizer = sqllogictest::default_normalizer;
            let types = sqllogictest::default_column_validator;
            runner
                .update_test_file(&file, " ", validator, normalizer, types)
                .await
                .map_err(|e| e.to_string())
        } else {
            runner
                .run_file_async(&file)
                .await
                .map_err(|error| error.to_string())
        };
        failures.extend(
            outcome
                .err()
                .map(|error| format!("{}: {error}", file.display())),
        );
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// All test files, the deepest folders too.
pub(crate) fn test_files() -> Vec<PathBuf> {
    let mut files: Vec<_> = glob::glob(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sql/**/*.slt"))
        .unwrap()
        .map(|path| path.unwrap())
        .collect();
    files.sort();
    files
}
