//! What the files hold against what the job says of them, before a row is read.

use super::catalogue::{Column, Declared, Kind};
use super::files::SourceFiles;
use super::footers::Footer;
use super::{broken, outcomes};
use crate::error::Result;
use crate::job::Source;
use arrow::compute::can_cast_types;
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::DFSchema;
use datafusion::error::DataFusionError;
use datafusion::execution::context::SessionState;
use datafusion::logical_expr::{Expr, ExprSchemable, lit};
use datafusion::scalar::ScalarValue;

/// A source's columns under our names, as expressions over the columns of its files.
#[derive(Debug, Default)]
pub(super) struct Mapping {
    /// One expression per declared column, under its name.
    pub(super) columns: Vec<Expr>,
    /// The job's own reasons for not counting a row, each with its condition.
    pub(super) reject: Vec<(String, Expr)>,
}

/// The columns of all files together.
///
/// # Errors
/// [`Error::Contract`] with every file whose type for a column is not that of the files before it.
pub(super) fn common_schema(name: &str, found: &SourceFiles, footers: &[Footer]) -> Result<Schema> {
    let mut problems = Vec::new();
    let mut fields: Vec<Field> = Vec::new();
    for (file, footer) in found.files.iter().zip(footers) {
        for field in footer.schema.fields() {
            match fields.iter().find(|known| known.name() == field.name()) {
                None => fields.push(field.as_ref().clone().with_nullable(true)),
                Some(known) if agree(known.data_type(), field.data_type()) => {}
                Some(known) => problems.push(format!(
                    "{}: column {} is {}, but {} in the files before it",
                    file.meta.location,
                    field.name(),
                    field.data_type(),
                    known.data_type()
                )),
            }
        }
    }
    if problems.is_empty() {
        Ok(Schema::new(fields))
    } else {
        Err(broken(name, &problems))
    }
}

/// Numbers of two widths can be read as one column, and so can instants of two precisions; text and numbers cannot.
fn agree(known: &DataType, other: &DataType) -> bool {
    let is_number = |data_type: &DataType| data_type.is_numeric();
    match (known, other) {
        (DataType::Timestamp(_, known), DataType::Timestamp(_, other)) => known == other,
        _ => known == other || (is_number(known) && is_number(other)),
    }
}

/// Gives every declared column its expression.
///
/// # Errors
/// [`Error::Contract`] with everything at once: columns that are missing, expressions without a meaning, types that
/// cannot become ours, and files that lack a column which the job needs.
pub(super) fn map(
    declared: &'static Declared,
    source: &Source,
    (found, footers): (&SourceFiles, &[Footer]),
    schema: &DFSchema,
    state: &SessionState,
) -> Result<Mapping> {
    let mut problems = undeclared(declared, source);
    let mut mapping = Mapping::default();
    for column in declared.columns {
        match column_expression(column, source, schema, state) {
            Ok(expr) => mapping.columns.push(expr.alias(column.name)),
            Err(problem) => problems.push(format!("{}: {problem}", column.name)),
        }
    }
    for (reason, sql) in &source.reject {
        match parse(sql, schema, state) {
            Ok((expr, DataType::Boolean)) => mapping.reject.push((reason.clone(), expr)),
            Ok((_, other)) => problems.push(format!(
                "reject: {reason}: {sql} is {other}, not true or false"
            )),
            Err(problem) => problems.push(format!("reject: {reason}: {problem}")),
        }
    }
    problems.extend(files_that_lack_a_column(&mapping, found, footers));
    if problems.is_empty() {
        Ok(mapping)
    } else {
        Err(broken(declared.name, &problems))
    }
}

fn undeclared(declared: &Declared, source: &Source) -> Vec<String> {
    let is_mapped = |column: &&Column| column.kind != Kind::Outcomes;
    let mapped = declared.columns.iter().filter(is_mapped);
    let known = || mapped.clone().map(|column| column.name);
    let unknown = source
        .columns
        .keys()
        .filter(|key| !known().any(|name| name == **key));
    let misplaced = source.outcomes.keys().filter(|_| {
        let mut kinds = declared.columns.iter().map(|column| column.kind);
        kinds.all(|kind| kind != Kind::Outcomes)
    });
    let misplaced = misplaced.map(|name| {
        format!(
            "outcomes: {name}: outcomes are of exposures; {} has none",
            declared.name
        )
    });
    unknown
        .map(|key| match crate::nearest(key, known()) {
            Some(name) => format!(
                "columns: {key}: {} has no such column; did you mean {name}?",
                declared.name
            ),
            None => format!(
                "columns: {key}: {} has {}",
                declared.name,
                known().collect::<Vec<_>>().join(", ")
            ),
        })
        .chain(misplaced)
        .collect()
}

/// The job's expression, else the column of the same name, else nothing but null.
fn column_expression(
    column: &Column,
    source: &Source,
    schema: &DFSchema,
    state: &SessionState,
) -> std::result::Result<Expr, String> {
    if column.kind == Kind::Outcomes {
        return outcomes::expression(source, |sql| parse(sql, schema, state));
    }
    let target = column.kind.data_type();
    let same_name = schema.has_column_with_unqualified_name(column.name);
    let sql = match source.columns.get(column.name) {
        Some(sql) => sql.clone(),
        None if same_name => format!("\"{}\"", column.name),
        None if column.is_required => {
            let present = schema
                .fields()
                .iter()
                .map(|field| field.name().as_str())
                .collect::<Vec<_>>();
            return Err(format!(
                "is needed ({}); the files have {}",
                column.meaning,
                present.join(", ")
            ));
        }
        None => {
            return ScalarValue::try_new_null(&target)
                .map(lit)
                .map_err(|error| error.to_string());
        }
    };
    let (expr, data_type) = parse(&sql, schema, state)?;
    if can_cast_types(&data_type, &target) {
        Ok(expr)
    } else {
        Err(format!(
            "{sql} is {data_type}, which cannot become {target}"
        ))
    }
}

/// Columns are written as in the files, upper and lower case; functions in lower case.
fn parse(
    sql: &str,
    schema: &DFSchema,
    state: &SessionState,
) -> std::result::Result<(Expr, DataType), String> {
    let told = |error: DataFusionError| {
        let text = error.strip_backtrace();
        let first = text.lines().next().unwrap_or_default();
        first
            .rsplit_once("error: ")
            .map_or(first, |(_, reason)| reason)
            .to_owned()
    };
    let expr = state.create_logical_expr(sql, schema).map_err(told)?;
    let data_type = expr.get_type(schema).map_err(told)?;
    Ok((expr, data_type))
}

fn files_that_lack_a_column(
    mapping: &Mapping,
    found: &SourceFiles,
    footers: &[Footer],
) -> Vec<String> {
    let exprs = mapping
        .columns
        .iter()
        .chain(mapping.reject.iter().map(|(_, expr)| expr));
    let used: std::collections::BTreeSet<_> = exprs
        .flat_map(Expr::column_refs)
        .map(|column| column.name.clone())
        .collect();
    let in_some_file = |name: &str| {
        footers
            .iter()
            .any(|footer| footer.schema.column_with_name(name).is_some())
    };
    let mut problems = Vec::new();
    for name in used.iter().filter(|name| in_some_file(name)) {
        for (file, footer) in found.files.iter().zip(footers) {
            if footer.schema.column_with_name(name).is_none() {
                problems.push(format!(
                    "{}: has no column {name}, as the other files do",
                    file.meta.location
                ));
            }
        }
    }
    problems
}
