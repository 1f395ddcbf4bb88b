//! Whether a cluster is there, and sees what is kept.

use super::table_file::TableFile;
use super::{Stage, kept_file};
use crate::error::{ClusterLost, Error, Result};
use crate::job::Problem;
use crate::scan::ScannedFile;
use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use datafusion::error::DataFusionError;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Time in which one row has to come.
const PATIENCE: Duration = Duration::from_mins(1);

impl Stage {
    /// Has the cluster at `scheduler` read one row from the scratch folder, so that a night does not find out hours later.
    ///
    /// # Errors
    /// [`Error::Stage`] when it does not answer, [`Error::Job`] when it cannot read there.
    pub async fn try_out(&self, scheduler: &str) -> Result<()> {
        let failed = |source| Error::Stage {
            table: "cluster".to_owned(),
            file: "cluster.scheduler of the job".to_owned(),
            source: Box::new(source),
        };
        let file = one_row(&self.scratch.join("one_row.parquet"));
        let (batch, file) = file.map_err(|error| failed(error.into()))?;
        let rows = self
            .context
            .read_table(Arc::new(kept_file::table(batch.schema(), vec![file])))
            .map_err(failed)?
            .collect();
        let Ok(rows) = tokio::time::timeout(PATIENCE, rows).await else {
            let reason = format!(
                "no executor has taken a query for {} seconds",
                PATIENCE.as_secs()
            );
            let scheduler = scheduler.to_owned();
            let lost = ClusterLost { scheduler, reason };
            return Err(failed(DataFusionError::External(Box::new(lost))));
        };
        match rows {
            Ok(_) => Ok(()),
            Err(DataFusionError::Execution(message)) => Err(unseen(&self.scratch, &message)),
            Err(error) => Err(failed(error)),
        }
    }
}

fn one_row(path: &Path) -> parquet::errors::Result<(RecordBatch, ScannedFile)> {
    let column: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let batch = RecordBatch::try_from_iter([("one", column)])?;
    let mut file = TableFile::create(path, &batch.schema(), None)?;
    file.write(&batch)?;
    Ok((batch, kept_file::scanned(&file.finish()?, 1, &[])))
}

fn unseen(scratch: &Path, message: &str) -> Error {
    let told = format!(
        "the executors cannot read {}; with engine: cluster it must be a folder that driver and executors share: {message}",
        scratch.display()
    );
    let problem = Problem {
        setting: "resources.scratch".to_owned(),
        ..Problem::of_file("job", told)
    };
    Error::Job {
        file: "of the cluster".to_owned(),
        problems: vec![problem],
    }
}
