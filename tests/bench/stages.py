"""Prints rows, seconds and rows of the source per second for every table of a run, and its peak memory."""
import json
import sys

summary = json.load(open(sys.argv[1]))
tables = [json.loads(line) for line in open(sys.argv[2])]
rows = summary["inputs"][0]["rows"]
print(f"{'table':32} {'rows':>12} {'seconds':>9} {'source rows/s':>15}")
for table in (line for line in tables if "table" in line):
    speed = rows / max(table["seconds"], 1e-3)
    print(f"{table['table']:32} {table['rows']:>12,} {table['seconds']:>9.2f} {speed:>15,.0f}")
total = summary["duration_seconds"]
print(f"{'all':32} {rows:>12,} {total:>9.2f} {rows / total:>15,.0f}")
print(f"peak memory {summary['peak_memory_bytes'] / 2**30:.2f} GiB")
