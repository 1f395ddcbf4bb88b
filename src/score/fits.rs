//! Fitted models as rows of a table, and back.

use super::columns::{numbers, of_numbers, of_texts, schema, texts};
use super::said;
use crate::stage::Given;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::value::{Estimate, Fitted, FittedSpend, Predictor, Technique};
use datafusion::error::Result;
use std::collections::BTreeMap;

/// The group of all customers.
pub(super) const ALL: &str = "all";

/// Why the numbers of a model are those of the last run, though nothing failed.
pub(super) const REUSED: &str =
    "not fitted again, as the job wants it; the fit of the last run is used";

/// The parameters of the last run.
const LAST: &str = "last.model_parameters";

/// Names and values, as an [`Estimate`] stores itself.
pub(super) type Values = Vec<(String, f64)>;

/// One number of a fitted model.
struct Row {
    model: String,
    technique: String,
    group: String,
    parameter: String,
    value: f64,
    standard_error: f64,
    reason: String,
}

/// Fitted models on their way to a table, beside those of the last run.
pub(super) struct Fits {
    rows: Vec<Row>,
    last: Stored,
}

impl Fits {
    pub(super) fn new(given: &Given) -> Result<Self> {
        Ok(Self {
            rows: Vec::new(),
            last: Stored::read(given, LAST)?,
        })
    }

    /// What the last run knew of this model.
    pub(super) fn last(&self, model: &str, technique: &str, group: &str) -> Values {
        let key = [model, technique, group].map(str::to_owned);
        self.last.0.get(&key).cloned().unwrap_or_default()
    }

    /// The technique and the numbers of a model in the last run, whatever technique it was.
    pub(super) fn last_of(&self, model: &str, group: &str) -> Option<(String, Values)> {
        let mut known = self.last.of(model);
        let last = known.find(|(_, known, _)| *known == group);
        last.map(|(technique, _, values)| (technique.to_owned(), values.clone()))
    }

    /// Leaves these models as the last run had them; does nothing, and says so, if it had none of them. One of a time
    /// before the shop's own stays missing.
    pub(super) fn reuse(&mut self, models: &[&str]) -> bool {
        let own = |(key, values): (&[String; 3], &Values)| (key.clone(), values.clone());
        let known: Vec<([String; 3], Values)> = self.last.0.iter().map(own).collect();
        let is_fitted = |model: &&str| self.last.of(model).next().is_some();
        if !models.iter().any(is_fitted) {
            return false;
        }
        for ([model, technique, group], values) in &known {
            if models.contains(&model.as_str()) {
                self.note_all([model, technique, group], values, REUSED);
            }
        }
        true
    }

    fn note_all(&mut self, [model, technique, group]: [&str; 3], values: &Values, reason: &str) {
        for (name, value) in values {
            self.note([model, technique, group, name], [*value, f64::NAN], reason);
        }
    }

    /// Takes a fit; one that failed leaves the parameters of the last run, whatever technique they are of, and its reason.
    pub(super) fn take(
        &mut self,
        [model, technique, group]: [&str; 3],
        fitted: std::result::Result<&Estimate, &clientele_model::Error>,
    ) {
        match fitted {
            Ok(estimate) => {
                let errors = estimate.parameters().into_iter();
                let errors = errors
                    .map(|parameter| parameter.standard_error)
                    .chain(std::iter::repeat(f64::NAN));
                for ((name, value), error) in estimate.values().into_iter().zip(errors) {
                    self.note([model, technique, group, &name], [value, error], "");
                }
            }
            Err(error) => self.keep([model, technique, group], error),
        }
    }

    /// Leaves the parameters of the last run, and why.
    pub(super) fn keep(
        &mut self,
        [model, technique, group]: [&str; 3],
        error: &clientele_model::Error,
    ) {
        match self.last_of(model, group) {
            Some((technique, values)) => {
                let reason = format!("{error}; the parameters of the last run are used");
                self.note_all([model, &technique, group], &values, &reason);
            }
            None => self.note(
                [model, technique, group, "none"],
                [f64::NAN; 2],
                &error.to_string(),
            ),
        }
    }

    /// Takes one number.
    pub(super) fn note(
        &mut self,
        [model, technique, group, parameter]: [&str; 4],
        [value, standard_error]: [f64; 2],
        reason: &str,
    ) {
        self.rows.push(Row {
            model: model.to_owned(),
            technique: technique.to_owned(),
            group: group.to_owned(),
            parameter: parameter.to_owned(),
            value,
            standard_error,
            reason: reason.to_owned(),
        });
    }

    pub(super) fn into_table(self) -> Result<RecordBatch> {
        let text = |of: fn(&Row) -> &String| of_texts(self.rows.iter().map(of));
        let number = |of: fn(&Row) -> f64| of_numbers(self.rows.iter().map(of));
        let before = |row: &Row| {
            let values = self.last(&row.model, &row.technique, &row.group);
            let found = values.iter().find(|(name, _)| *name == row.parameter);
            found.map_or(f64::NAN, |(_, value)| *value)
        };
        let columns = vec![
            text(|row| &row.model),
            text(|row| &row.technique),
            text(|row| &row.group),
            text(|row| &row.parameter),
            number(|row| row.value),
            number(|row| row.standard_error),
            of_numbers(self.rows.iter().map(before)),
            text(|row| &row.reason),
        ];
        Ok(RecordBatch::try_new(fitted_schema(), columns)?)
    }
}

pub(super) fn fitted_schema() -> SchemaRef {
    schema([
        ("model", DataType::Utf8),
        ("technique", DataType::Utf8),
        ("group_name", DataType::Utf8),
        ("parameter", DataType::Utf8),
        ("value", DataType::Float64),
        ("standard_error", DataType::Float64),
        ("value_last", DataType::Float64),
        ("reason", DataType::Utf8),
    ])
}

/// Stored models: values by model, technique and group.
pub(super) struct Stored(BTreeMap<[String; 3], Values>);

impl Stored {
    /// The models of a given table; none if it is not there.
    pub(super) fn read(given: &Given, table: &str) -> Result<Self> {
        let mut stored: BTreeMap<_, Values> = BTreeMap::new();
        for rows in given.get(table).into_iter().flatten() {
            let keys =
                ["model", "technique", "group_name", "parameter"].map(|name| texts(rows, name));
            let [model, technique, group, parameter] = keys;
            let keys = model?.into_iter().zip(technique?).zip(group?);
            let values = parameter?.into_iter().zip(numbers(rows, "value")?);
            for (((model, technique), group), value) in keys.zip(values) {
                stored
                    .entry([model, technique, group])
                    .or_default()
                    .push(value);
            }
        }
        Ok(Self(stored))
    }

    /// The groups of a model, with their techniques and values.
    pub(super) fn of<'s>(
        &'s self,
        model: &'s str,
    ) -> impl Iterator<Item = (&'s str, &'s str, &'s Values)> {
        let fitted = self.0.iter().filter(move |([known, ..], values)| {
            known == model && values.iter().all(|(_, value)| value.is_finite())
        });
        fitted.map(|([_, technique, group], values)| (technique.as_str(), group.as_str(), values))
    }

    /// What answers for the customers of each group; nothing if the model could not be fitted.
    pub(super) fn predictors(&self, model: &str) -> Result<BTreeMap<String, Predictor>> {
        self.of(model)
            .map(|(technique, group, values)| {
                let technique: Technique = technique.parse().map_err(said)?;
                let fitted = Fitted::restore(technique, values).map_err(said)?;
                Ok((group.to_owned(), fitted.at(&[]).map_err(said)?))
            })
            .collect()
    }

    /// What a purchase brings; nothing if the model could not be fitted.
    pub(super) fn spend(&self, model: &str) -> Result<Option<FittedSpend>> {
        let mut found = self.of(model);
        let fitted = found
            .next()
            .map(|(_, _, values)| FittedSpend::restore(values));
        fitted.transpose().map_err(said)
    }
}
