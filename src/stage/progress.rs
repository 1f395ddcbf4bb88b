//! How far a query has come in reading its files.

use datafusion::common::Statistics;
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_plan::ExecutionPlan;

/// What a query has read of its files: those of the sources, and those in which tables are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows read.
    pub rows: u64,
    /// Rows there are to read; none where a format does not tell.
    pub of: Option<u64>,
    /// Bytes read.
    pub bytes: u64,
}

impl Progress {
    pub(super) fn of(plan: &dyn ExecutionPlan) -> Self {
        let scan = plan.downcast_ref::<DataSourceExec>();
        let files = scan.and_then(|scan| scan.data_source().downcast_ref::<FileScanConfig>());
        if let Some(files) = files {
            return Self::of_scan(plan, &files.statistics());
        }
        let none = Self {
            of: Some(0),
            ..Self::default()
        };
        let children = plan.children().into_iter();
        let children = children.map(|child| Self::of(child.as_ref()));
        children.fold(none, |sum, child| Self {
            rows: sum.rows + child.rows,
            of: sum.of.zip(child.of).map(|(sum, child)| sum + child),
            bytes: sum.bytes + child.bytes,
        })
    }

    fn of_scan(scan: &dyn ExecutionPlan, files: &Statistics) -> Self {
        let read = scan.metrics().unwrap_or_default();
        let bytes = read.sum_by_name("bytes_scanned");
        let rows = read.output_rows().unwrap_or(0) as u64;
        let told = files.num_rows.get_value();
        Self {
            rows,
            // what is told before may be less, of a scan that is asked for its rows twice
            of: told.map(|told| rows.max(*told as u64)),
            bytes: bytes.map_or(0, |bytes| bytes.as_usize() as u64),
        }
    }
}
