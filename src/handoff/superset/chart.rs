//! The picture of a table, chosen by its key: customers and other things are counted by their class, groups show their
//! first measure, what has no measure is listed.

use super::dataset::{ROWS, metric};
use super::{Dashboards, VERSION};
use crate::handoff::{Kind, Table};
use serde_json::{Value, json};

/// Rows of a list, and marks of a picture, at most.
const LISTED: usize = 100;
const DRAWN: usize = 1000;

/// The column of groups that says how many customers each has.
const CUSTOMERS: &str = "customer_count";

/// What a picture asks of its data set.
struct Query {
    viz_type: &'static str,
    along: Option<String>,
    series: Vec<String>,
    metric: String,
    filters: Vec<Value>,
    having: String,
}

pub(super) fn of(given: &Dashboards<'_>, table: &Table<'_>) -> Value {
    let name = table.name();
    let least = given.job.parameters.min_group_size;
    let (params, query) = match drawn(table, least) {
        Some(query) => query.written(),
        None => listed(table, least),
    };
    let viz_type = params["viz_type"].clone();
    let context = json!({
        "datasource": {"id": 0, "type": "table"},
        "force": false,
        "queries": [query],
        "form_data": params,
        "result_format": "json",
        "result_type": "full",
    });
    json!({
        "slice_name": Dashboards::title(table),
        "description": table.file.head.about,
        "certified_by": null,
        "certification_details": null,
        "viz_type": viz_type,
        "params": params,
        "query_context": context.to_string(),
        "cache_timeout": null,
        "uuid": given.uuid("chart", &name),
        "version": VERSION,
        "dataset_uuid": given.uuid("dataset", &name),
    })
}

/// How the table is drawn; not at all if its columns allow no picture.
fn drawn(table: &Table<'_>, least: u32) -> Option<Query> {
    let of_kind = |wanted: Kind| table.columns().filter(move |(.., kind)| *kind == wanted);
    let is_of_things = of_kind(Kind::Id).any(|(column, ..)| table.is_key(column));
    if is_of_things {
        let (class, ..) = of_kind(Kind::Class).find(|(column, ..)| !table.is_key(column))?;
        return Some(Query {
            viz_type: BARS,
            along: Some(class.to_owned()),
            series: Vec::new(),
            metric: ROWS.to_owned(),
            filters: Vec::new(),
            having: format!("COUNT(*) >= {least}"),
        });
    }
    let key = |kinds: &'static [Kind]| {
        let columns = table.columns();
        columns.filter(move |(column, _, kind)| table.is_key(column) && kinds.contains(kind))
    };
    let mut measures = table
        .columns()
        .filter(|(column, ..)| *column != CUSTOMERS)
        .filter_map(|(column, _, kind)| metric(column, kind));
    let (metric, _) = measures.next()?;
    let time = key(&[Kind::Time]).next();
    let along = time.or_else(|| key(&[Kind::Class]).last());
    let along = along.map(|(column, ..)| column.to_owned())?;
    let series = key(&[Kind::Class]).map(|(column, ..)| column.to_owned());
    Some(Query {
        viz_type: if time.is_some() { LINES } else { BARS },
        series: series.filter(|column| *column != along).collect(),
        along: Some(along),
        metric,
        filters: large_enough(table, least),
        having: String::new(),
    })
}

const BARS: &str = "echarts_timeseries_bar";
const LINES: &str = "echarts_timeseries_line";

/// Groups of fewer customers are not shown.
fn large_enough(table: &Table<'_>, least: u32) -> Vec<Value> {
    let mut columns = table.columns();
    let filter = columns
        .find(|(column, ..)| *column == CUSTOMERS)
        .map(|(column, ..)| json!({"col": column, "op": ">=", "val": least}));
    filter.into_iter().collect()
}

impl Query {
    /// The settings of the picture, and the query behind it.
    fn written(self) -> (Value, Value) {
        let columns: Vec<&String> = self.along.iter().chain(&self.series).collect();
        let params = json!({
            "viz_type": self.viz_type,
            "x_axis": self.along,
            "groupby": self.series,
            "metrics": [self.metric],
            "adhoc_filters": adhoc(&self.filters, &self.having),
            "row_limit": DRAWN,
            "truncate_metric": true,
            "show_legend": !self.series.is_empty(),
            "rich_tooltip": true,
            "x_axis_sort_asc": true,
            "x_axis_sort_series": "name",
        });
        let query = json!({
            "columns": columns,
            "metrics": [self.metric],
            "filters": self.filters,
            "extras": {"having": self.having, "where": ""},
            "orderby": [],
            "row_limit": DRAWN,
        });
        (params, query)
    }
}

/// The first rows as they are.
fn listed(table: &Table<'_>, least: u32) -> (Value, Value) {
    let columns: Vec<&str> = table.columns().map(|(column, ..)| column).collect();
    let filters = large_enough(table, least);
    let params = json!({
        "viz_type": "table",
        "query_mode": "raw",
        "all_columns": columns,
        "adhoc_filters": adhoc(&filters, ""),
        "row_limit": LISTED,
    });
    let query = json!({
        "columns": columns,
        "metrics": null,
        "filters": filters,
        "extras": {"having": "", "where": ""},
        "orderby": [],
        "row_limit": LISTED,
    });
    (params, query)
}

/// Filters as the settings of a picture write them.
fn adhoc(filters: &[Value], having: &str) -> Vec<Value> {
    let simple = filters.iter().map(|filter| {
        json!({
            "expressionType": "SIMPLE",
            "clause": "WHERE",
            "subject": filter["col"],
            "operator": filter["op"],
            "comparator": filter["val"],
        })
    });
    let having = Some(having).filter(|having| !having.is_empty());
    let having = having.map(
        |having| json!({"expressionType": "SQL", "clause": "HAVING", "sqlExpression": having}),
    );
    simple.chain(having).collect()
}
