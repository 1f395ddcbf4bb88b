"""The night on a shop: each table beside the plain scan, and what chapters cost beside the entities.

    night.py PROGRAM FOLDER SHOP MEMORY

SHOP is a generated shop with the sources of jobs/demo.yaml.
"""

import json
import os
import sys

from measure import night, taken

ENTITIES = [f"base.{name}" for name in ("source_balance", "source_days", "rejected_lines", "orders", "customers", "products")]
CHAPTERS = ["value", "loyalty", "price"]
SCAN = """
    select count(order_id), count(customer_id), min(ordered_at), count(product_id), sum(quantity), sum(revenue),
        sum(discount), sum(cost), count(channel)
    from lines
"""


def scan(transactions):
    import datafusion

    config = datafusion.SessionConfig().with_target_partitions(os.cpu_count())
    context = datafusion.SessionContext(config)
    context.register_parquet("lines", transactions)
    context.sql(SCAN).collect()


def main(program, folder, shop, memory):
    os.makedirs(folder, exist_ok=True)
    if not os.path.exists(f"{folder}/shop"):
        os.symlink(os.path.abspath(shop), f"{folder}/shop")

    def run(*select):
        os.system(f"rm -rf {folder}/published")
        chosen = [word for name in select for word in ("--select", name)]
        return night(program, "jobs/demo.yaml", memory, *chosen, log=f"{folder}/log.jsonl", DEMO=folder)

    plain = min((taken([sys.executable, __file__, f"{shop}/transactions/"]) for _ in range(3)), key=lambda took: took.cpu)
    entities, _ = run(*ENTITIES)
    chapters, _ = run(*ENTITIES, *CHAPTERS)
    every, summary = run()
    lines = next(source for source in summary["inputs"] if source["name"] == "transactions")
    rows, size = lines["rows"], lines["bytes"]
    print(f"{'table':34} {'rows':>12} {'seconds':>9} {'lines/s':>13} {'MB/s':>8} {'scans':>7}")
    for line in map(json.loads, open(f"{folder}/log.jsonl")):
        if "table" in line:
            seconds = max(line["seconds"], 1e-3)
            speed = f"{rows / seconds:>13,.0f} {size / seconds / 1e6:>8,.0f} {seconds / plain.seconds:>7.2f}"
            print(f"{line['table']:34} {line['rows']:>12,} {line['seconds']:>9.2f} {speed}")
    print(f"plain scan and decode of the transactions        {plain}")
    for what, took in {"entities": entities, f"entities, {', '.join(CHAPTERS)}": chapters, "every table": every}.items():
        scans = f"{took.seconds / plain.seconds:6.1f} scans {took.cpu / plain.cpu:6.1f} of CPU"
        print(f"{what:48} {took}  {scans}")
    print(f"{', '.join(CHAPTERS)} beside entities: {chapters.seconds / entities.seconds - 1:.2f} x, "
          f"{chapters.cpu / entities.cpu - 1:.2f} x of CPU")


if len(sys.argv) == 2:
    scan(sys.argv[1])
else:
    main(*sys.argv[1:])
