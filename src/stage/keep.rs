//! The rows of a table while it is computed: in memory as long as there is room, in its file if it needs one.

use super::table_file::{Finished, Notes, TableFile};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::errors::Result;
use std::path::PathBuf;

/// Takes the rows of one table.
pub(super) struct Keeper {
    path: PathBuf,
    schema: SchemaRef,
    notes: Notes,
    room_bytes: usize,
    file: Option<TableFile>,
    kept: Kept,
}

/// A table that is complete.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) rows: u64,
    /// All rows, if there was room for them.
    pub(super) held: Option<Vec<RecordBatch>>,
    pub(super) held_bytes: usize,
    /// Its file: always if it is published, else if there was no room.
    pub(super) file: Option<Finished>,
}

impl Keeper {
    pub(super) fn new(
        path: PathBuf,
        schema: SchemaRef,
        notes: Notes,
        room_bytes: usize,
        is_published: bool,
    ) -> Result<Self> {
        let kept = Kept {
            held: Some(Vec::new()),
            ..Kept::default()
        };
        let mut keeper = Self {
            path,
            schema,
            notes,
            room_bytes,
            file: None,
            kept,
        };
        if is_published {
            keeper.open_file()?;
        }
        Ok(keeper)
    }

    pub(super) fn take(&mut self, batch: RecordBatch) -> Result<()> {
        self.kept.rows += batch.num_rows() as u64;
        self.kept.held_bytes += batch.get_array_memory_size();
        if self.kept.held_bytes > self.room_bytes {
            self.let_go()?;
        }
        if let Some(file) = &mut self.file {
            file.write(&batch)?;
        }
        if let Some(held) = &mut self.kept.held {
            held.push(batch);
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Kept> {
        if self.kept.held.is_none() {
            self.kept.held_bytes = 0;
        }
        self.kept.file = self.file.map(TableFile::finish).transpose()?;
        Ok(self.kept)
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
        let file = TableFile::create(&self.path, &self.schema, &self.notes)?;
        Ok(self.file.insert(file))
    }
}

/// Batches in turn to `partitions` readers.
pub(super) fn dealt(batches: Vec<RecordBatch>, partitions: usize) -> Vec<Vec<RecordBatch>> {
    let mut dealt = vec![Vec::new(); partitions.max(1)];
    for (index, batch) in batches.into_iter().enumerate() {
        dealt[index % partitions.max(1)].push(batch);
    }
    dealt
}
