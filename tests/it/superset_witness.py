"""Every chart of an imported bundle: the data that Superset shows, against the published table."""

import sys
from pathlib import Path

import duckdb
from superset.app import create_app

folder, least = sys.argv[1], int(sys.argv[2])
app = create_app()


def expected(chart, query):
    path = Path(folder) / "latest" / (chart.table.table_name.replace("_", "/", 1) + ".parquet")
    where = " and ".join(f'{filter["col"]} >= {filter["val"]}' for filter in query["filters"]) or "true"
    columns = ", ".join(query["columns"])
    if not query["metrics"]:
        return duckdb.sql(f"select {columns} from '{path}' where {where} limit {query['row_limit']}")
    metric = {metric.metric_name: metric.expression for metric in chart.table.metrics}[query["metrics"][0]]
    having = f"having count(*) >= {least}" if query["extras"]["having"] else ""
    return duckdb.sql(f"select {columns}, {metric} from '{path}' where {where} group by {columns} {having}")


def plain(value):
    """A value as JSON would bring it."""
    if hasattr(value, "isoformat"):
        import datetime

        day = value if isinstance(value, datetime.datetime) else datetime.datetime.combine(value, datetime.time())
        return day.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000
    if value is None or isinstance(value, (bool, str)):
        return value
    number = float(value)
    return None if number != number else number


def alike(left, right):
    if isinstance(left, float) and isinstance(right, float):
        return abs(left - right) <= 1e-9 * max(abs(left), abs(right), 1e-9)
    return left == right


with app.app_context():
    import json

    from flask import g
    from superset import security_manager
    from superset.charts.schemas import ChartDataQueryContextSchema
    from superset.commands.chart.data.get_data_command import ChartDataCommand
    from superset.extensions import db
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    g.user = security_manager.find_user(username="admin")
    charts = db.session.query(Slice).all()
    drawn = 0
    for chart in charts:
        context = json.loads(chart.query_context)
        assert context["datasource"]["id"] == chart.datasource_id, chart
        command = ChartDataCommand(ChartDataQueryContextSchema().load(context))
        command.validate()
        (answer,) = command.run()["queries"]
        query = context["queries"][0]
        rows = [[plain(value) for value in row.values()] for row in answer["data"]]
        wanted = [[plain(value) for value in row] for row in expected(chart, query).fetchall()]
        if query["metrics"]:
            key = lambda row: tuple(map(str, row[:-1]))
            rows, wanted = sorted(rows, key=key), sorted(wanted, key=key)
        assert len(rows) == min(len(wanted), query["row_limit"]), (chart, len(rows), len(wanted))
        if len(wanted) <= query["row_limit"]:
            for row, other in zip(rows, wanted):
                assert all(map(alike, row, other)), (chart, row, other)
        drawn += bool(rows)
    dashboards = db.session.query(Dashboard).all()
    assert sum(len(dashboard.slices) for dashboard in dashboards) == len(charts)
    print(f"{len(dashboards)} dashboards, {len(charts)} charts, {drawn} with data")
