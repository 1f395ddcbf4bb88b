"""Published Parquet as its readers see it: rows, keys and sums of money of every table, all readers alike."""

import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import polars
import pyarrow.parquet
from pyspark.sql import SparkSession, functions


def money(schema):
    return [field.name for field in schema if str(field.type).startswith("decimal")]


def by_pyarrow(path):
    table = pyarrow.parquet.read_table(path)
    sums = {name: pyarrow.compute.sum(table[name]).as_py() or Decimal(0) for name in money(table.schema)}
    return table.num_rows, sums


def by_duckdb(path, names):
    columns = "".join(f', coalesce(sum("{name}"), 0)' for name in names)
    rows, *sums = duckdb.sql(f"select count(*){columns} from '{path}'").fetchall()[0]
    return rows, dict(zip(names, map(Decimal, sums)))


def by_polars(path, names):
    frame = polars.read_parquet(path)
    return frame.height, {name: Decimal(frame[name].sum() or 0) for name in names}


def by_spark(spark, path, names):
    frame = spark.read.parquet(str(path))
    sums = [functions.coalesce(functions.sum(f"`{name}`"), functions.lit(0)) for name in names]
    rows, *sums = frame.select(functions.count("*"), *sums).first()
    return rows, dict(zip(names, map(Decimal, sums)))


def main(folder):
    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    paths = sorted(Path(folder).glob("latest/*/*.parquet"))
    for path in paths:
        expected = by_pyarrow(path)
        names = list(expected[1])
        for seen in (by_duckdb(path, names), by_polars(path, names), by_spark(spark, path, names)):
            assert seen == expected, (path, expected, seen)
    history = f"{folder}/tables/value/customer_value"
    dates = {str(date) for (date,) in duckdb.sql(f"select distinct run_date from '{history}/*/*.parquet'").fetchall()}
    assert dates == {str(row[0]) for row in spark.read.parquet(history).select("run_date").distinct().collect()}
    assert dates == {str(date) for date in polars.scan_parquet(history).select("run_date").unique().collect()["run_date"]}
    assert dates == {path.name.split("=")[1] for path in Path(history).iterdir()}
    print(f"{len(paths)} tables, {len(dates)} dates")


main(sys.argv[1])
