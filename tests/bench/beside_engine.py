"""Times one table in clientele and the same query in the engine alone, and the plain scan of the columns it needs.

    beside_engine.py PROGRAM FOLDER TRANSACTIONS MEMORY NAME

The table sums the lines of every order; all write it to Parquet, sorted by its key, with the same compression. The engine
alone does it twice: over judged lines, with the SQL of sql/clean written out in its own functions, and over the lines as
they stand in the file. What clientele does beyond that belongs to every table: the key is checked, the file hashed.
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
JUDGED = """(
    with typed as (
        select
            nullif(btrim(order_id), '') as order_id,
            nullif(btrim(customer_id), '') as customer_id,
            try_cast(quantity as decimal(18, 4)) as quantity,
            try_cast(revenue as decimal(18, 4)) as revenue,
            coalesce(try_cast(discount as decimal(18, 4)), 0) as discount,
            discount is not null and try_cast(discount as decimal(18, 4)) is null as has_bad_discount,
            cost is not null and try_cast(cost as decimal(18, 4)) is null as has_bad_cost,
            ordered_at,
            cast(ordered_at as date) as order_date
        from lines
    ),
    judged as (
        select
            *,
            case
                when order_id is null then 'order id is missing'
                when ordered_at is null then 'date is missing'
                when order_date > date '2026-01-01' then 'date is in the future'
                when revenue is null then 'revenue is missing'
                when quantity is null then 'quantity is missing'
                when has_bad_discount then 'discount cannot be read'
                when has_bad_cost then 'cost cannot be read'
            end as rejection
        from typed
    )
    select * from judged where rejection is null and order_date <= date '2025-12-31'
)"""
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
        query = TOTALS.format({"judged": JUDGED, "bare": "lines"}[what]) + " order by customer_id, order_id"
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

    makers = {
        "clientele": ours,
        "the engine alone, judged lines": lambda: alone("judged"),
        "the engine alone, bare lines": lambda: alone("bare"),
        "the engine alone, plain scan": lambda: alone("scan"),
    }
    runs = {maker: [] for maker in makers}
    for _ in range(TIMES):
        for maker, make in makers.items():
            runs[maker].append(make())
    medians = {maker: sorted(takes, key=lambda took: took.cpu)[TIMES // 2] for maker, takes in runs.items()}
    mine = medians["clientele"]
    for maker, took in medians.items():
        print(f"{maker:32} {took}   clientele takes {mine.seconds / took.seconds:5.2f} x, {mine.cpu / took.cpu:5.2f} x of CPU")
    subprocess.run(["rm", "-rf", f"{folder}/engine.parquet"], check=True)


if len(sys.argv) == 4:
    engine(*sys.argv[1:])
else:
    main(*sys.argv[1:])
