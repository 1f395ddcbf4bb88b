"""What other programs read of a Delta Lake table: rows by date, of its newest version and of the one given. DuckDB reads
what a dbt package names as the source."""
import glob
import importlib.util
import json
import os
import sys

import deltalake
import duckdb
import polars

place, version, column, source = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]


def told(rows):
    """Rows of a date, and the sum of a column over them."""
    return {str(date): [count, str(total)] for date, count, total in sorted(rows)}


def query(name):
    return f"select run_date, count(*) as n, sum({column}) as total from {name} group by run_date"


def by_delta_rs(table):
    return told(polars.DataFrame(deltalake.QueryBuilder().register("t", table).execute(query("t"))).rows())


def by_polars(frame):
    groups = frame.group_by("run_date").agg(polars.len().alias("n"), polars.col(column).sum())
    return told(groups.collect().rows())


def by_duckdb():
    folder = importlib.util.find_spec("duckdb_extension_delta").submodule_search_locations[0]
    extension = glob.glob(os.path.join(folder, "extensions", "*", "delta.duckdb_extension"))[0]
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.execute(f"load '{extension}'")
    return told(connection.execute(query(source)).fetchall())


table = deltalake.DeltaTable(place)
print(json.dumps({
    "delta-rs": by_delta_rs(table),
    "delta-rs at version": by_delta_rs(deltalake.DeltaTable(place, version=version)),
    "polars": by_polars(polars.scan_delta(place)),
    "polars at version": by_polars(polars.scan_delta(place, version=version)),
    "duckdb": by_duckdb(),
    "comments": {field.name: field.metadata.get("comment") for field in table.schema().fields},
    "description": table.metadata().description,
    "partitions": table.metadata().partition_columns,
}))
