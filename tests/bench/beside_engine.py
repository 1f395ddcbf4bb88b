"""Times one table in clientele and the same query in the engine alone, and the plain scan of the columns it needs.

    beside_engine.py PROGRAM FOLDER TRANSACTIONS MEMORY NAME

The table sums the lines of every order; both write it to Parquet, sorted by its key, with the same compression. What
clientele does beyond it belongs to every table: each line is trimmed, cast and judged, the key is checked, the file hashed.
"""

import os
import subprocess
import sys

from measure import night, published, taken

TOTALS = """
    select customer_id, order_id, sum(revenue) as revenue, sum(discount) as discount, sum(quantity) as unit_count,
        min(ordered_at) as ordered_at
    from {}
    where customer_id is not null and order_id is not null and revenue is not null
    group by customer_id, order_id
"""
SCAN = """
    select count(customer_id), count(order_id), sum(revenue), sum(discount), sum(quantity), min(ordered_at) from lines
"""
TIMES = 3


def engine(what, transactions, file):
    """The engine alone, in a process of its own."""
    import datafusion

    config = datafusion.SessionConfig().with_target_partitions(os.cpu_count())
    context = datafusion.SessionContext(config)
    context.register_parquet("lines", transactions)
    if what == "scan":
        context.sql(SCAN).collect()
    else:
        query = TOTALS.format("lines") + " order by customer_id, order_id"
        context.sql(query).write_parquet(file, compression="zstd", compression_level=1)


def main(program, folder, transactions, memory, name):
    sql = f"{folder}/sql-engine"
    os.makedirs(f"{sql}/bench", exist_ok=True)
    with open(f"{sql}/bench/order_sums.sql", "w") as file:
        file.write("-- One row per order.\n-- Key: customer_id, order_id\n" + TOTALS.format("entities.lines"))

    def ours():
        sources = {"transactions": {"url": transactions}}
        job = {"run_date": "2025-12-31", "sql": sql, "sources": sources, "output": {"publish": ["bench"]}}
        return night(program, published(folder, f"engine-{name}", job)[0], memory)[0]

    def alone(what):
        return taken([sys.executable, __file__, what, transactions, f"{folder}/engine.parquet"])

    runs = [(ours(), alone("sums"), alone("scan")) for _ in range(TIMES)]
    ours, alone, scan = (sorted(takes, key=lambda took: took.cpu)[TIMES // 2] for takes in zip(*runs))
    print(f"order sums, clientele          {ours}")
    print(f"order sums, the engine alone   {alone}")
    print(f"plain scan, the engine alone   {scan}")
    print(f"clientele / engine             {ours.seconds / alone.seconds:8.2f}   {ours.cpu / alone.cpu:8.2f}")
    subprocess.run(["rm", "-rf", f"{folder}/engine.parquet"], check=True)


if len(sys.argv) == 4:
    engine(*sys.argv[1:])
else:
    main(*sys.argv[1:])
