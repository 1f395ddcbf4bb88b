"""Times one table in clientele and the same query in the engine alone, and prints the ratio.

The table sums the lines of every order; it is written to Parquet, sorted by its key, in both.
"""
import json
import os
import subprocess
import sys
import time

import datafusion

program, folder, data, memory, kind = sys.argv[1:]
output = f"{folder}/beside-{kind}"
if kind == "generated":
    url, where = f"{data}/transactions/", f"{data}/transactions/"
    columns = {}
    lines = "select customer_id, order_id, revenue, discount, quantity, ordered_at from lines"
else:
    url, where = f"{data}/lineitem*", f"{data}/lineitem.parquet"
    if os.path.isdir(f"{data}/lineitem"):
        url, where = f"{data}/lineitem/", f"{data}/lineitem/"
    columns = {
        "order_id": "l_orderkey", "customer_id": "l_suppkey", "ordered_at": "l_shipdate", "product_id": "l_partkey",
        "quantity": "l_quantity", "revenue": "l_extendedprice * (1 - l_discount)",
        "discount": "l_extendedprice * l_discount",
    }
    lines = ("select cast(l_suppkey as varchar) as customer_id, cast(l_orderkey as varchar) as order_id, "
             "cast(l_extendedprice * (1 - l_discount) as decimal(18, 4)) as revenue, "
             "cast(l_extendedprice * l_discount as decimal(18, 4)) as discount, l_quantity as quantity, "
             "cast(l_shipdate as timestamp) as ordered_at from lines")

totals = ("select customer_id, order_id, sum(revenue) as revenue, sum(discount) as discount, "
          "sum(quantity) as unit_count, min(ordered_at) as ordered_at from {} "
          "where customer_id is not null and order_id is not null and revenue is not null group by customer_id, order_id")
sql = f"{folder}/sql"
os.makedirs(f"{sql}/bench", exist_ok=True)
with open(f"{sql}/bench/order_sums.sql", "w") as file:
    file.write("-- One row per order.\n-- Key: customer_id, order_id\n" + totals.format("entities.lines"))
job = f"{folder}/beside-{kind}.yaml"
with open(job, "w") as file:
    json.dump({"name": "bench", "run_date": "2025-12-31", "sql": sql,
               "sources": {"transactions": {"url": url, "columns": columns}},
               "output": {"url": output, "publish": ["bench"]}}, file)


def clientele():
    subprocess.run(["rm", "-rf", output], check=True)
    run = subprocess.run([program, "-q", "run", job, "--memory-limit", memory], check=True, capture_output=True)
    summary = json.loads(run.stdout)
    return summary["duration_seconds"], summary["peak_memory_bytes"], summary["outputs"][0]["rows"]


def engine():
    config = datafusion.SessionConfig().with_target_partitions(os.cpu_count())
    context = datafusion.SessionContext(config)
    start = time.time()
    context.register_parquet("lines", where)
    query = totals.format(f"({lines})") + " order by customer_id, order_id"
    context.sql(query).write_parquet(f"{folder}/engine.parquet", compression="zstd", compression_level=3)
    return time.time() - start


runs = [(clientele(), engine()) for _ in range(3)]
ours = sorted(run[0][0] for run in runs)[1]
alone = sorted(run[1] for run in runs)[1]
rows, peak = runs[0][0][2], max(run[0][1] for run in runs)
print(f"{kind}: {rows:,} orders: clientele {ours:.2f} s, the engine alone {alone:.2f} s, ratio {ours / alone:.2f}; "
      f"peak memory {peak / 2**30:.2f} GiB")
