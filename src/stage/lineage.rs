//! Where each column of a table comes from, down to the columns of the sources' files.

use crate::plan::SqlFile;
use arrow::datatypes::{FieldRef, Schema};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, JoinType, TableReference};
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan, TableScan};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Columns of sources: the source's name and the column's name in its files.
pub type Origins = BTreeSet<(String, String)>;

/// The origins of every column of the tables made so far, by `schema.table`.
pub(super) type Known = BTreeMap<String, BTreeMap<String, Origins>>;

/// A column of a table that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnFacts {
    /// Its name.
    pub name: String,
    /// Its type, as Arrow says it.
    pub data_type: String,
    /// What it means.
    pub meaning: String,
    /// Where it comes from.
    pub origins: Origins,
}

/// The columns of a table that was made, whose origins are known.
pub(super) fn facts(file: &SqlFile, schema: &Schema, known: &Known) -> Vec<ColumnFacts> {
    let of_table = known.get(&file.table.to_string());
    let fact = |field: &FieldRef| {
        let name = field.name();
        let mut meanings = file.head.columns.iter();
        let meaning = meanings.find(|(column, _)| column == name);
        ColumnFacts {
            name: name.clone(),
            data_type: field.data_type().to_string(),
            meaning: meaning.map(|(_, text)| text.clone()).unwrap_or_default(),
            origins: of_table
                .and_then(|columns| columns.get(name))
                .cloned()
                .unwrap_or_default(),
        }
    };
    schema.fields().iter().map(fact).collect()
}

/// Makes every column that a model answers with come from everything the model was given.
pub(super) fn mix(file: &SqlFile, answer: &DFSchema, known: &mut Known) {
    let given = file
        .head
        .given
        .iter()
        .chain([&file.table])
        .map(ToString::to_string);
    let columns = given
        .filter_map(|name| known.get(&name))
        .flat_map(BTreeMap::values);
    let all: Origins = columns.flatten().cloned().collect();
    let names = answer.fields().iter().map(|field| field.name().clone());
    known.insert(
        file.table.to_string(),
        names.map(|name| (name, all.clone())).collect(),
    );
}

/// The origins of each column that `plan` answers with, by name.
pub(super) fn by_column(plan: &LogicalPlan, known: &Known) -> BTreeMap<String, Origins> {
    let names = plan
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone());
    names.zip(origins(plan, known)).collect()
}

/// The origins of each column that `plan` answers with, in order. What takes rows apart or puts them together in a way
/// that is not known here makes every column come from every other.
fn origins(plan: &LogicalPlan, known: &Known) -> Vec<Origins> {
    let below = |plan: &LogicalPlan| origins(plan, known);
    let each = |exprs: &[Expr], input: &LogicalPlan| {
        let (schema, of_input) = (input.schema(), below(input));
        let of = |expr| of_expression(expr, schema, &of_input, known);
        exprs.iter().map(of).collect::<Vec<_>>()
    };
    let found = match plan {
        LogicalPlan::Projection(node) => each(&node.expr, &node.input),
        LogicalPlan::Aggregate(node) => [
            each(&node.group_expr, &node.input),
            each(&node.aggr_expr, &node.input),
        ]
        .concat(),
        LogicalPlan::Window(node) => {
            [below(&node.input), each(&node.window_expr, &node.input)].concat()
        }
        LogicalPlan::Join(node) => match node.join_type {
            JoinType::LeftSemi | JoinType::LeftAnti => below(&node.left),
            JoinType::RightSemi | JoinType::RightAnti => below(&node.right),
            _ => [below(&node.left), below(&node.right)].concat(),
        },
        LogicalPlan::Union(node) => {
            let inputs: Vec<_> = node.inputs.iter().map(|input| below(input)).collect();
            let columns = 0..plan.schema().fields().len();
            let at = |index| {
                inputs
                    .iter()
                    .filter_map(move |input: &Vec<Origins>| input.get(index))
            };
            columns
                .map(|index| at(index).flatten().cloned().collect())
                .collect()
        }
        LogicalPlan::SubqueryAlias(node) => below(&node.input),
        LogicalPlan::Filter(node) => below(&node.input),
        LogicalPlan::Sort(node) => below(&node.input),
        LogicalPlan::Limit(node) => below(&node.input),
        LogicalPlan::Distinct(Distinct::All(input)) => below(input),
        LogicalPlan::TableScan(node) => of_table(node, known),
        _ => Vec::new(),
    };
    let columns = plan.schema().fields().len();
    if found.len() == columns {
        return found;
    }
    let all = plan
        .inputs()
        .into_iter()
        .flat_map(below)
        .flatten()
        .collect();
    vec![all; columns]
}

fn of_expression(expr: &Expr, schema: &DFSchema, of_input: &[Origins], known: &Known) -> Origins {
    let columns = expr.column_refs();
    let positions = columns
        .iter()
        .filter_map(|column| schema.maybe_index_of_column(column));
    let mut found: Origins = positions
        .filter_map(|at| of_input.get(at))
        .flatten()
        .cloned()
        .collect();
    let mut inner = |expr: &Expr| {
        let subquery = match expr {
            Expr::ScalarSubquery(subquery) => Some(subquery),
            Expr::InSubquery(node) => Some(&node.subquery),
            Expr::Exists(node) => Some(&node.subquery),
            _ => None,
        };
        found.extend(
            subquery
                .into_iter()
                .flat_map(|node| origins(&node.subquery, known))
                .flatten(),
        );
        Ok(TreeNodeRecursion::Continue)
    };
    // the visitor above never fails
    let _ = expr.apply(&mut inner);
    found
}

fn of_table(scan: &TableScan, known: &Known) -> Vec<Origins> {
    let fields = scan.source.schema();
    let whole: Vec<Origins> = if let Some(plan) = scan.source.get_logical_plan() {
        origins(&plan, known)
    } else {
        let made = known.get(&scan.table_name.to_string());
        let of = |name: &String| match (&scan.table_name, made) {
            (_, Some(made)) => made.get(name).cloned().unwrap_or_default(),
            (TableReference::Bare { table }, None) => {
                Origins::from([(table.to_string(), name.clone())])
            }
            _ => Origins::new(),
        };
        fields
            .fields()
            .iter()
            .map(|field| of(field.name()))
            .collect()
    };
    match &scan.projection {
        Some(columns) => columns
            .iter()
            .filter_map(|at| whole.get(*at).cloned())
            .collect(),
        None => whole,
    }
}
