//! The statements that make a table of the database what the published one is.

use arrow::datatypes::{DataType, Schema};
use chrono::NaiveDate;
use std::fmt::Write;

/// A table of the database.
pub(super) struct Definition<'t> {
    /// Its schema and its name, quoted.
    schema: String,
    table: String,
    about: &'t str,
    columns: &'t Schema,
}

impl<'t> Definition<'t> {
    /// The table for the published one called `name`.
    pub(super) fn new(name: &str, columns: &'t Schema, about: &'t str) -> Self {
        let (chapter, table) = name.split_once('.').unwrap_or(("public", name));
        let schema = identifier(chapter);
        Self {
            table: format!("{schema}.{}", identifier(table)),
            schema,
            about,
            columns,
        }
    }

    /// Creates what is not there yet, says what it means, and deletes the rows of `date`.
    pub(super) fn statements(&self, date: NaiveDate) -> String {
        let (schema, table) = (&self.schema, &self.table);
        let fields = || self.columns.fields().iter();
        let columns: Vec<String> = fields()
            .map(|field| {
                format!(
                    "{} {}",
                    identifier(field.name()),
                    type_of(field.data_type())
                )
            })
            .collect();
        let key = fields().filter(|field| !field.is_nullable());
        let key: Vec<String> = key.map(|field| identifier(field.name())).collect();
        let key = match key.join(", ").as_str() {
            "" => String::new(),
            key => format!(", primary key (run_date, {key})"),
        };
        let mut text = format!(
            "create schema if not exists {schema};\n\
             create table if not exists {table} (run_date date not null, {}{key});\n\
             comment on table {table} is {};\n\
             comment on column {table}.run_date is 'the last day that counts';\n",
            columns.join(", "),
            literal(self.about)
        );
        for (field, column) in fields().zip(&columns) {
            let _ = writeln!(
                text,
                "alter table {table} add column if not exists {column};"
            );
            if let Some(comment) = field.metadata().get("comment") {
                let name = identifier(field.name());
                let _ = writeln!(
                    text,
                    "comment on column {table}.{name} is {};",
                    literal(comment)
                );
            }
        }
        let _ = writeln!(text, "delete from {table} where run_date = '{date}';");
        text
    }

    /// The statement that takes the rows.
    pub(super) fn copy(&self) -> String {
        let fields = self.columns.fields().iter();
        let names: Vec<String> = fields.map(|field| identifier(field.name())).collect();
        let names = names.join(", ");
        format!("copy {} (run_date, {names}) from stdin", self.table)
    }
}

/// What `PostgreSQL` calls a type of ours.
fn type_of(data_type: &DataType) -> String {
    match data_type {
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int32 => "integer".to_owned(),
        DataType::Int64 => "bigint".to_owned(),
        DataType::Float64 => "double precision".to_owned(),
        DataType::Decimal128(digits, scale) => format!("numeric({digits}, {scale})"),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(..) => "timestamp with time zone".to_owned(),
        _ => "text".to_owned(),
    }
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
