//! Tables as rows, numbers and texts, for those who ask.

use super::{Stage, reference, stage_error};
use crate::error::{Error, Result};
use crate::plan::SqlFile;
use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use std::collections::BTreeMap;

impl Stage {
    /// The rows of a query over the tables made so far.
    ///
    /// # Errors
    /// [`Error::Stage`] when the query fails.
    pub async fn query(&self, sql: &str) -> Result<Vec<RecordBatch>> {
        let failed = |source| Error::Stage {
            table: "query".to_owned(),
            file: sql.to_owned(),
            source: Box::new(source),
        };
        self.context
            .sql(sql)
            .await
            .map_err(failed)?
            .collect()
            .await
            .map_err(failed)
    }

    /// A small table as names and numbers.
    ///
    /// # Errors
    /// [`Error::Stage`] when there are no such columns.
    pub async fn counts(
        &self,
        file: &SqlFile,
        name: &str,
        number: &str,
    ) -> Result<BTreeMap<String, i64>> {
        let texts = self.texts(file, name, number).await?;
        let counts = texts
            .into_iter()
            .filter_map(|(name, text)| Some((name, text.parse().ok()?)));
        Ok(counts.collect())
    }

    /// A small table as names and texts; names without one are left out.
    ///
    /// # Errors
    /// [`Error::Stage`] when there are no such columns.
    pub async fn texts(
        &self,
        file: &SqlFile,
        name: &str,
        text: &str,
    ) -> Result<BTreeMap<String, String>> {
        let read = async {
            let table = self.context.table(reference(&file.table)).await?;
            let mut texts = BTreeMap::new();
            for batch in table.select_columns(&[name, text])?.collect().await? {
                let column = |index: usize| cast(batch.column(index), &DataType::Utf8);
                let (names, values) = (column(0)?, column(1)?);
                let pairs = names
                    .as_string::<i32>()
                    .iter()
                    .zip(values.as_string::<i32>());
                texts.extend(
                    pairs.filter_map(|(name, text)| Some((name?.to_owned(), text?.to_owned()))),
                );
            }
            Ok(texts)
        };
        read.await.map_err(|source| stage_error(file, source))
    }
}
