"""One row of features per customer, sorted and written: clientele, DuckDB, Polars and DataFusion over the same files.

    feature_table.py PROGRAM FOLDER TRANSACTIONS MEMORY NAME

Each runs in a process of its own, three times; the median by CPU is told. A peer that is not installed is left out, by name.
"""

import json
import os
import sys

from measure import night, published, taken

PEERS = ["duckdb", "datafusion", "polars"]
TIMES = 3
COLUMNS = "customer_id, order_id, ordered_at, product_id, revenue, discount, cost"

# What clientele counts of a shop without sources but its lines: the others write the same table.
USABLE = """customer_id is not null and order_id is not null and revenue is not null
        and ordered_at < timestamp '2026-01-01 00:00:00'"""

# {lines} and {products} the rows for orders and for products, {days} between two instants, {distinct} counts the products
FEATURES = """
with orders as (
    select
        customer_id,
        order_id,
        min(ordered_at) as ordered_at,
        sum(revenue) as revenue,
        sum(cost) as cost,
        sum(discount) as discount
    from {lines}
    group by customer_id, order_id
),
following_orders as (
    select
        *,
        lag(ordered_at) over (partition by customer_id order by ordered_at, order_id) as previous_at
    from orders
),
order_gaps as (
    select *, {days} as gap_days from following_orders
),
customers as (
    select
        customer_id,
        min(ordered_at) as first_at,
        max(ordered_at) as last_at,
        count(*) as order_count,
        sum(revenue) as revenue,
        sum(cost) as cost,
        sum(discount) as discount,
        avg(gap_days) as gap_days_mean,
        stddev_samp(gap_days) as gap_days_sd
    from order_gaps
    group by customer_id
),
varieties as (
    select customer_id, {distinct} as product_count
    from {products}
    group by customer_id
)
select
    customers.customer_id,
    first_at,
    last_at,
    order_count,
    product_count,
    customers.revenue,
    cost,
    revenue - cost as margin,
    cast(discount as double) / nullif(cast(revenue + discount as double), 0) as discount_share,
    gap_days_mean,
    gap_days_sd,
    ntile(5) over (order by last_at, customers.customer_id) as recency_score,
    ntile(5) over (order by order_count, customers.customer_id) as frequency_score,
    ntile(5) over (order by revenue, customers.customer_id) as monetary_score,
    ntile(10) over (order by revenue desc, customers.customer_id) as revenue_decile
from customers
inner join varieties on customers.customer_id = varieties.customer_id
"""
EPOCHS = "(date_part('epoch', ordered_at) - date_part('epoch', previous_at)) / 86400.0"


def duckdb(files, out):
    import duckdb

    duckdb.sql(f"set threads = {os.cpu_count()}; set preserve_insertion_order = false")
    lines = f"(select * from read_parquet('{files}') where {USABLE})"
    query = FEATURES.format(
        lines=lines, products=lines, days=EPOCHS.replace("date_part('epoch', ", "epoch("),
        distinct="count(distinct trim(product_id))",
    )
    duckdb.sql(f"copy ({query} order by customer_id) to '{out}' (format parquet, compression zstd)")


def datafusion(files, out):
    import datafusion

    config = datafusion.SessionConfig().with_target_partitions(os.cpu_count())
    context = datafusion.SessionContext(config)
    context.register_parquet("lines", files.split("*")[0])
    # its own count(distinct) takes a set per customer
    lines = f"(select * from lines where {USABLE})"
    products = f"(select distinct customer_id, trim(product_id) as product_id from {lines})"
    query = FEATURES.format(lines=lines, products=products, days=EPOCHS, distinct="count(product_id)")
    context.sql(query + " order by customer_id").write_parquet(out, compression="zstd", compression_level=1)


def polars(files, out):
    import polars as pl

    known = [pl.col(name).is_not_null() for name in ("customer_id", "order_id", "revenue")]
    lines = pl.scan_parquet(files).with_columns(pl.col("ordered_at").dt.replace_time_zone(None))
    lines = lines.filter(*known, pl.col("ordered_at") < pl.datetime(2026, 1, 1))
    money = [pl.col(name).sum() for name in ("revenue", "cost", "discount")]
    orders = lines.group_by("customer_id", "order_id").agg(pl.col("ordered_at").min(), *money)
    same = pl.col("customer_id") == pl.col("customer_id").shift(1)
    gap = (pl.col("ordered_at") - pl.col("ordered_at").shift(1)).dt.total_microseconds() / 86_400e6
    gaps = orders.sort("customer_id", "ordered_at", "order_id").with_columns(gap_days=pl.when(same).then(gap))
    customers = gaps.group_by("customer_id").agg(
        pl.col("ordered_at").min().alias("first_at"), pl.col("ordered_at").max().alias("last_at"),
        pl.len().alias("order_count"), *money,
        pl.col("gap_days").mean().alias("gap_days_mean"), pl.col("gap_days").std().alias("gap_days_sd"),
    )
    products = pl.col("product_id").str.strip_chars(" ").drop_nulls()
    varieties = lines.group_by("customer_id").agg(products.n_unique().alias("product_count"))
    table = customers.join(varieties, on="customer_id").collect(engine="streaming")
    count = table.height

    def tiles(tiles):
        size, rest = divmod(count, tiles)
        place, full = pl.int_range(pl.len()), rest * (size + 1)
        return pl.when(place < full).then(place // (size + 1)).otherwise(rest + (place - full) // max(size, 1)) + 1

    for name, by, descending, of in (
        ("recency_score", "last_at", False, 5), ("frequency_score", "order_count", False, 5),
        ("monetary_score", "revenue", False, 5), ("revenue_decile", "revenue", True, 10),
    ):
        table = table.sort([by, "customer_id"], descending=[descending, False]).with_columns(tiles(of).alias(name))
    taken_off, paid = pl.col("discount").cast(pl.Float64), (pl.col("revenue") + pl.col("discount")).cast(pl.Float64)
    share = (taken_off / paid).fill_nan(None)
    table.with_columns(margin=pl.col("revenue") - pl.col("cost"), discount_share=share).drop("discount").sort(
        "customer_id"
    ).write_parquet(out, compression="zstd", compression_level=1)


def sums(file):
    """What must be the same whoever made the table."""
    import datafusion

    context = datafusion.SessionContext()
    context.register_parquet("features", file)
    names = ["order_count", "product_count", "recency_score", "frequency_score", "monetary_score", "revenue_decile", "margin"]
    sums = ", ".join(f"cast(sum({name}) as double)" for name in names)
    days = "round(sum(gap_days_mean) / 1000), round(sum(gap_days_sd) / 1000), round(sum(discount_share) * 100)"
    row = context.sql(f"select count(*), {sums}, {days} from features").to_pydict()
    return [values[0] for values in row.values()]


def main(program, folder, transactions, memory, name):
    sql = f"{folder}/sql-features"
    os.makedirs(f"{sql}/bench", exist_ok=True)
    lines = "(select * from entities.lines where customer_id is not null)"
    query = FEATURES.format(lines=lines, products=lines, days=EPOCHS, distinct="distinct_count(product_id)")
    with open(f"{sql}/bench/features.sql", "w") as file:
        file.write("-- One row per customer.\n-- Key: customer_id\n" + query)
    files = f"{transactions}**/*.parquet"
    sources = {"transactions": {"url": transactions, "columns": {"channel": "cast(null as varchar)"}}}
    job = {"run_date": "2025-12-31", "sql": sql, "sources": sources, "output": {"publish": ["bench"]}}

    def ours():
        file, output = published(folder, f"features-{name}", job)
        return night(program, file, memory)[0], f"{output}/latest/bench/features.parquet"

    def theirs(peer):
        out = f"{folder}/features-{peer}.parquet"
        return taken([sys.executable, __file__, peer, files, out]), out

    makers = {"clientele": ours, **{peer: lambda peer=peer: theirs(peer) for peer in PEERS}}
    runs = {maker: [make() for _ in range(TIMES)] for maker, make in makers.items()}
    best = {maker: sorted(takes, key=lambda run: run[0].cpu)[TIMES // 2] for maker, takes in runs.items()}
    mine, table = best["clientele"]
    wanted = sums(table)
    print(f"{wanted[0]:,} customers")
    for maker, (took, out) in best.items():
        found = sums(out)
        note = "" if found == wanted else f"  other answers: {json.dumps(found)} for {json.dumps(wanted)}"
        ratio = f"{took.seconds / mine.seconds:6.2f} x {took.cpu / mine.cpu:6.2f} x of CPU"
        print(f"{maker:12} {took}  {ratio}{note}", flush=True)


if len(sys.argv) == 4:
    globals()[sys.argv[1]](*sys.argv[2:])
else:
    main(*sys.argv[1:])
