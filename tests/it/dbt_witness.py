"""Metrics as dbt's semantic layer answers them, against the published table."""

import csv
import subprocess
import sys
from pathlib import Path

import duckdb

project, table = sys.argv[1:]
answer = Path(project) / "answer.csv"
prefix = "value_customer_value"
measures = {"rows": "count(*)", "margin_365_expected": "sum(margin_365_expected)", "probability_alive": "avg(probability_alive)"}
metrics = ",".join(f"{prefix}_{name}" for name in measures)
mf = Path(sys.executable).with_name("mf")
asked = [mf, "query", "--metrics", metrics, "--group-by", f"{prefix}_row__tier", "--csv", answer]
subprocess.run(asked, cwd=project, check=True, stdout=sys.stderr)
rows = list(csv.DictReader(answer.open()))
seen = {row[f"{prefix}_row__tier"]: [float(row[f"{prefix}_{name}"]) for name in measures] for row in rows}
columns = ", ".join(measures.values())
expected = duckdb.sql(f"select coalesce(tier, ''), {columns} from '{table}' group by tier").fetchall()
assert len(seen) == len(expected) > 1, (seen, expected)
for tier, *values in expected:
    for ours, theirs in zip(values, seen[tier], strict=True):
        assert abs(float(ours) - theirs) <= 1e-9 * abs(theirs), (tier, values, seen[tier])
print(f"{len(seen)} tiers")
