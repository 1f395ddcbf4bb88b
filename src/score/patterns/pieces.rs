//! What is mined, in memory while it fits, else in pieces in a file.

use super::super::Room;
use arrow::array::RecordBatch;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use datafusion::error::Result;
use std::fs::File;
use std::io::{BufReader, Seek};
use std::ops::Range;
use std::path::PathBuf;

/// Part of the room that all may take to be mined in one piece: in mining it is copied, beside what is found.
const WHOLE: usize = 8;

/// More lines than that make no list of Arrow's.
const MOST_BYTES: usize = 1 << 30;

/// A part of what is mined that is mined by itself.
pub(super) trait Piece: Sized {
    /// Part of the room that one piece of several may take, so that the search in it has room enough.
    const PARTS: usize;

    /// How many baskets or customers it has.
    fn len(&self) -> usize;

    /// What it takes.
    fn bytes(&self) -> usize;

    /// Some of them as one batch.
    fn batch(&self, numbers: Range<usize>) -> Result<RecordBatch>;

    /// The piece of a batch.
    fn of(batch: &RecordBatch) -> Self;
}

/// Pieces in their order.
pub(super) struct Pieces<P> {
    scratch: PathBuf,
    whole_bytes: usize,
    piece_bytes: usize,
    /// A batch each.
    file: Option<StreamWriter<File>>,
    written: usize,
    /// What came behind those in the file.
    pub(super) last: P,
}

impl<P: Piece> Pieces<P> {
    /// Nothing yet but an empty piece.
    pub(super) fn new(room: &Room, empty: P) -> Self {
        Self {
            scratch: room.scratch.clone(),
            whole_bytes: room.memory_bytes / WHOLE,
            piece_bytes: (room.memory_bytes / P::PARTS).min(MOST_BYTES),
            file: None,
            written: 0,
            last: empty,
        }
    }

    /// Puts `empty` in the place of the last piece if that is full, and moves that to the file, the first time in as many
    /// pieces as it makes.
    pub(super) fn write_if_full(&mut self, empty: impl FnOnce() -> P) -> Result<Option<P>> {
        let most = if self.file.is_none() {
            self.whole_bytes
        } else {
            self.piece_bytes
        };
        let bytes = self.last.bytes();
        if bytes <= most {
            return Ok(None);
        }
        let full = std::mem::replace(&mut self.last, empty());
        let pieces = bytes.div_ceil(self.piece_bytes.max(1));
        let size = full.len().div_ceil(pieces).max(1);
        for start in (0..full.len()).step_by(size) {
            self.write(&full.batch(start..full.len().min(start + size))?)?;
        }
        Ok(Some(full))
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let file = tempfile::tempfile_in(&self.scratch)?;
                none.insert(StreamWriter::try_new(file, &batch.schema())?)
            }
        };
        file.write(batch)?;
        self.written += 1;
        Ok(())
    }

    /// How many pieces there are, one at least.
    pub(super) fn len(&self) -> usize {
        let written = self.written + usize::from(self.last.bytes() > 0);
        written.max(1)
    }

    /// All of it, if memory holds that.
    pub(super) fn whole(&self) -> Option<&P> {
        self.file.is_none().then_some(&self.last)
    }

    /// Shows it piece by piece.
    pub(super) fn each(&self, see: &mut dyn FnMut(&P)) -> Result<()> {
        if let Some(file) = &self.file {
            let mut file = file.get_ref().try_clone()?;
            file.rewind()?;
            for batch in StreamReader::try_new(BufReader::new(file), None)? {
                see(&P::of(&batch?));
            }
        }
        see(&self.last);
        Ok(())
    }
}
