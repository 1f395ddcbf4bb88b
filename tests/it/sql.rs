//! Every SQL file over rows that a person can check: `tests/sql/` mirrors `sql/`.
//!
//! In a test file, `statement ok` with `source NAME` and lines of CSV fills a source, `statement ok` with
//! `set parameters.name=value` changes the job, and a query computes the tables it names from there. `SLT=ladder` in the
//! environment runs only the files whose path has that word, and `BLESS=1` takes the present answers as the right ones.

use clientele::error::Error;
use clientele::job::{Job, Overrides};
use clientele::plan::{Catalog, Plan, Selection, SqlFile};
use clientele::run::{self, Options};
use clientele::store::Stores;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
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
            stage.make(step, None, &|_| {}).await?;
            for promise in &step.promises {
                stage.verify(promise).await?;
            }
        }
        let batches = stage.query(sql).await?;
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

impl Engine {
    /// Runs one part of a test file and answers with the part as it should stand there.
    async fn answer(&mut self, part: &str) -> String {
        let body = part
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect::<Vec<_>>()
            .join("\n");
        if let Some(statement) = body.strip_prefix("statement ok\n") {
            self.execute(statement).await;
            return part.to_owned();
        }
        let Some(query) = body.strip_prefix("query\n") else {
            return part.to_owned();
        };
        let sql = query.split("\n----").next().unwrap_or(query);
        let rows = match self.query(sql).await {
            Ok(rows) => rows
                .iter()
                .map(|row| format!("\n{}", row.join(" ")))
                .collect(),
            Err(error) => format!("\nerror: {error:?}"),
        };
        let asked = part.split("\n----").next().unwrap_or(part);
        format!("{asked}\n----{rows}")
    }

    async fn execute(&mut self, statement: &str) {
        if let Some(source) = statement.strip_prefix("source ") {
            let (name, csv) = source.split_once('\n').unwrap_or((source, ""));
            let path = Path::from(format!("{name}.csv"));
            self.memory
                .put(&path, csv.as_bytes().to_vec().into())
                .await
                .unwrap();
            self.sources.insert(name.to_owned());
        } else if let Some(set) = statement.strip_prefix("set ") {
            self.set.push(set.to_owned());
        } else {
            panic!("neither source nor set: {statement}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_is_what_a_person_would_compute() {
    let wanted = std::env::var("SLT").unwrap_or_default();
    let is_blessed = std::env::var_os("BLESS").is_some();
    let mut failures = Vec::new();
    let mut seen = 0;
    for file in test_files()
        .iter()
        .filter(|file| file.display().to_string().contains(&wanted))
    {
        let text = std::fs::read_to_string(file).unwrap();
        let mut engine = Engine::new();
        let mut answers = Vec::new();
        for part in text.trim_end().split("\n\n") {
            let answer = engine.answer(part).await;
            if answer.trim_end() != part.trim_end() {
                failures.push(format!(
                    "{}:\n{part}\n\nbut it is\n\n{answer}",
                    file.display()
                ));
            }
            answers.push(answer);
        }
        if is_blessed {
            std::fs::write(file, answers.join("\n\n") + "\n").unwrap();
        }
        seen += 1;
    }
    assert!(seen > 0, "the tests of the SQL files are there");
    assert!(
        is_blessed || failures.is_empty(),
        "{}",
        failures.join("\n\n")
    );
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
