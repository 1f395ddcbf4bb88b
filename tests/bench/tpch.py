"""Makes a shop's transactions of the tables of TPC-H, in the columns of the generated shop.

    tpch.py FOLDER    takes lineitem, orders and partsupp, leaves transactions/part-0.parquet
"""

import os
import sys

import duckdb

folder = sys.argv[1]
os.makedirs(f"{folder}/transactions", exist_ok=True)


def table(name):
    return f"read_parquet('{folder}/{name}*/*.parquet')" if os.path.isdir(f"{folder}/{name}") else f"'{folder}/{name}*.parquet'"


duckdb.sql(f"""
    copy (
        select
            cast(o_orderkey as varchar) as order_id,
            cast(o_custkey as varchar) as customer_id,
            cast(o_orderdate as timestamp) as ordered_at,
            cast(l_partkey as varchar) as product_id,
            cast(l_quantity as integer) as quantity,
            cast(l_extendedprice * (1 - l_discount) as decimal(18, 4)) as revenue,
            cast(l_extendedprice * l_discount as decimal(18, 4)) as discount,
            cast(ps_supplycost * l_quantity as decimal(18, 4)) as cost,
            cast(l_shipmode as varchar) as channel
        from {table("lineitem")}
        join {table("orders")} on l_orderkey = o_orderkey
        join {table("partsupp")} on l_partkey = ps_partkey and l_suppkey = ps_suppkey
        order by o_orderdate, o_orderkey
    ) to '{folder}/transactions/part-0.parquet' (format parquet, compression zstd, row_group_size 1048576)
""")
