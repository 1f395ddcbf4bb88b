//! The rows of a table while it is computed: in memory as long as there is room, in its file if it needs one.

use super::kept_file;
use super::key_check::KeyCheck;
use super::table_file::{Finished, Notes, TableFile};
use super::{Progress, Stage, no_key, query, stage_error, write_error};
use crate::error;
use crate::plan::Step;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::utils::memory::RecordBatchMemoryCounter;
use datafusion::dataframe::DataFrame;
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::common::spawn_buffered;
use futures::StreamExt;
use parquet::errors::{ParquetError, Result};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Batches that may wait to be kept while the next are computed.
const BATCHES_AHEAD: usize = 8;

/// Time between two words on how far the work has come.
const TICK: Duration = Duration::from_millis(200);

impl Stage {
    /// Computes `table`, and makes it one that can be read.
    pub(super) async fn compute(
        &mut self,
        step: &Step,
        table: DataFrame,
        place: Place,
        tell: &dyn Fn(Progress),
    ) -> error::Result<(Kept, Arc<dyn TableProvider>)> {
        let failed = |source| stage_error(&step.file, source);
        let path = place.path.clone();
        let (rows, running) = query::run(table).await.map_err(failed)?;
        let schema = rows.schema();
        let keeper = Keeper::new(place, Arc::clone(&schema), self.room_bytes)
            .map_err(|error| write_error(step, &path, error))?;
        let tick = || tell(running.progress());
        let kept = keeper.keep(rows, &tick).await;
        let mut kept = kept.map_err(|refusal| match refusal {
            Refusal::Query(error) => failed(error),
            Refusal::File(error) => write_error(step, &path, error),
            Refusal::Key(rows) => no_key(step, rows),
        })?;
        self.room_bytes -= kept.held_bytes;
        let table: Arc<dyn TableProvider> = match (kept.held.take(), &kept.file) {
            (None, Some(file)) => {
                let file = kept_file::scanned(file, kept.rows, &[]);
                Arc::new(kept_file::table(schema, vec![file]))
            }
            (held, _) => {
                let partitions = self.context.state().config().target_partitions();
                let batches = dealt(held.unwrap_or_default(), partitions);
                Arc::new(MemTable::try_new(schema, batches).map_err(failed)?)
            }
        };
        Ok((kept, table))
    }
}

/// Where a table is kept, and as what.
pub(super) struct Place {
    /// Its file, if it has one or needs one.
    pub(super) path: PathBuf,
    /// What is written beside its rows, if people get it.
    pub(super) notes: Option<Notes>,
    /// Its key, if that is checked.
    pub(super) check: Option<KeyCheck>,
    /// Whether it has a file though there is room for it in memory.
    pub(super) has_file: bool,
}

/// Takes the rows of one table.
pub(super) struct Keeper {
    place: Place,
    schema: SchemaRef,
    room_bytes: usize,
    file: Option<TableFile>,
    counter: RecordBatchMemoryCounter,
    kept: Kept,
}

/// Why a table could not be kept.
pub(super) enum Refusal {
    Query(DataFusionError),
    File(ParquetError),
    /// Rows whose key is not one, printed.
    Key(String),
}

impl From<DataFusionError> for Refusal {
    fn from(error: DataFusionError) -> Self {
        Self::Query(error)
    }
}

impl From<ParquetError> for Refusal {
    fn from(error: ParquetError) -> Self {
        Self::File(error)
    }
}

/// A table that is complete.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) rows: u64,
    /// All rows, if there was room for them.
    pub(super) held: Option<Vec<RecordBatch>>,
    pub(super) held_bytes: usize,
    /// Its file: always if it is to have one, else if there was no room.
    pub(super) file: Option<Finished>,
}

impl Keeper {
    pub(super) fn new(place: Place, schema: SchemaRef, room_bytes: usize) -> Result<Self> {
        let kept = Kept {
            held: Some(Vec::new()),
            ..Kept::default()
        };
        let mut keeper = Self {
            place,
            schema,
            room_bytes,
            file: None,
            counter: RecordBatchMemoryCounter::new(),
            kept,
        };
        if keeper.place.has_file {
            keeper.open_file()?;
        }
        Ok(keeper)
    }

    /// All of `rows`, which are computed while those before them are checked and written. `tick` is called now and
    /// then, and at the end.
    pub(super) async fn keep(
        mut self,
        rows: SendableRecordBatchStream,
        tick: &dyn Fn(),
    ) -> std::result::Result<Kept, Refusal> {
        let mut rows = spawn_buffered(rows, BATCHES_AHEAD);
        let mut ticks = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                batch = rows.next() => match batch.transpose()? {
                    Some(batch) => self.take(batch)?,
                    None => break,
                },
                _ = ticks.tick() => tick(),
            }
        }
        tick();
        if self.kept.held.is_none() {
            self.kept.held_bytes = 0;
        }
        self.kept.file = self.file.map(TableFile::finish).transpose()?;
        Ok(self.kept)
    }

    fn take(&mut self, batch: RecordBatch) -> std::result::Result<(), Refusal> {
        if let Some(check) = &mut self.place.check {
            let offending = check.see(&batch).map_err(DataFusionError::from)?;
            if let Some(rows) = offending {
                return Err(Refusal::Key(rows));
            }
        }
        self.kept.rows += batch.num_rows() as u64;
        if let Some(file) = &mut self.file {
            file.write(&batch)?;
        }
        if let Some(held) = &mut self.kept.held {
            self.kept.held_bytes += self.counter.count_batch(&batch);
            held.push(batch);
            if self.kept.held_bytes > self.room_bytes {
                self.let_go()?;
            }
        }
        Ok(())
    }

    /// Gives up holding the rows; those held so far go to the file.
    fn let_go(&mut self) -> Result<()> {
        let held = self.kept.held.take().unwrap_or_default();
        if self.file.is_none() {
            let file = self.open_file()?;
            held.iter().try_for_each(|batch| file.write(batch))?;
        }
        Ok(())
    }

    fn open_file(&mut self) -> Result<&mut TableFile> {
        let place = &self.place;
        let file = TableFile::create(&place.path, &self.schema, place.notes.as_ref())?;
        Ok(self.file.insert(file))
    }
}

/// Batches in turn to `partitions` readers.
fn dealt(batches: Vec<RecordBatch>, partitions: usize) -> Vec<Vec<RecordBatch>> {
    let mut dealt = vec![Vec::new(); partitions.max(1)];
    for (index, batch) in batches.into_iter().enumerate() {
        dealt[index % partitions.max(1)].push(batch);
    }
    dealt
}
