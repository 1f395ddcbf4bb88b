//! The dashboard of a chapter: its pictures, two in a row.

use super::{Dashboards, VERSION};
use crate::handoff::Table;
use serde_json::{Map, Value, json};

/// Pictures in a row, and of twelve columns how many each takes.
const IN_A_ROW: usize = 2;
const WIDTH: usize = 12 / IN_A_ROW;
const HEIGHT: usize = 50;

pub(super) fn of(given: &Dashboards<'_>, chapter: &str, charts: &[(&Table<'_>, Value)]) -> Value {
    let job = &given.job.name;
    json!({
        "dashboard_title": format!("{job} · {chapter}"),
        "description": format!("Tables of the chapter {chapter}; money is {}.", given.job.currency),
        "css": "",
        "slug": null,
        "certified_by": "",
        "certification_details": "",
        "published": true,
        "uuid": given.uuid("dashboard", chapter),
        "position": position(&format!("{job} · {chapter}"), charts),
        "metadata": {"color_scheme": "", "cross_filters_enabled": true},
        "version": VERSION,
    })
}

fn position(title: &str, charts: &[(&Table<'_>, Value)]) -> Value {
    let mut position = Map::new();
    let mut put = |id: &str, part: Value| position.insert(id.to_owned(), part);
    let row = |number: usize| format!("ROW-{number}");
    let chart = |table: &Table<'_>| format!("CHART-{}", table.name());
    let rows: Vec<String> = (0..charts.len().div_ceil(IN_A_ROW)).map(row).collect();
    put("DASHBOARD_VERSION_KEY", json!("v2"));
    put(
        "ROOT_ID",
        json!({"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]}),
    );
    put(
        "HEADER_ID",
        json!({"id": "HEADER_ID", "type": "HEADER", "meta": {"text": title}}),
    );
    put(
        "GRID_ID",
        json!({"id": "GRID_ID", "type": "GRID", "children": rows, "parents": ["ROOT_ID"]}),
    );
    for (number, charts) in charts.chunks(IN_A_ROW).enumerate() {
        let id = row(number);
        let children: Vec<String> = charts.iter().map(|(table, _)| chart(table)).collect();
        put(
            &id,
            json!({
                "id": id,
                "type": "ROW",
                "children": children,
                "parents": ["ROOT_ID", "GRID_ID"],
                "meta": {"background": "BACKGROUND_TRANSPARENT"},
            }),
        );
        for (table, drawn) in charts {
            put(
                &chart(table),
                json!({
                    "id": chart(table),
                    "type": "CHART",
                    "children": [],
                    "parents": ["ROOT_ID", "GRID_ID", id],
                    "meta": {
                        "chartId": 0,
                        "uuid": drawn["uuid"],
                        "sliceName": drawn["slice_name"],
                        "width": WIDTH,
                        "height": HEIGHT,
                    },
                }),
            );
        }
    }
    Value::Object(position)
}
