"""What other programs read of a Delta Lake table: rows by date, of its newest version and of the one given."""
import glob
import importlib.util
import json
import os
import sys

import deltalake
import duckdb
import polars

place, version, column = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def told(rows):
    """Rows of a date, and the sum of a column over them."""
    return {str(date): [count, str(total)] for date, count, total in sorted(rows)}


def by_date(frame):
    groups = frame.group_by("run_date").agg(polars.len().alias("rows"), polars.col(column).sum())
    return told(groups.sort("run_date").rows())


table = deltalake.DeltaTable(place)
at_version = deltalake.DeltaTable(place, version=version)
folder = importlib.util.find_spec("duckdb_extension_delta").submodule_search_locations[0]
extension = glob.glob(os.path.join(folder, "extensions", "*", "delta.duckdb_extension"))[0]
connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
connection.execute(f"load '{extension}'")
query = f"select run_date, count(*), sum({column}) from delta_scan('{place}') group by run_date"

print(json.dumps({
    "delta-rs": by_date(polars.from_arrow(table.to_pyarrow_table())),
    "delta-rs at version": by_date(polars.from_arrow(at_version.to_pyarrow_table())),
    "polars": by_date(polars.scan_delta(place).collect()),
    "polars at version": by_date(polars.scan_delta(place, version=version).collect()),
    "duckdb": told(connection.execute(query).fetchall()),
    "comments": {field.name: field.metadata.get("comment") for field in table.schema().fields},
    "partitions": table.metadata().partition_columns,
    "version": table.version(),
}))
