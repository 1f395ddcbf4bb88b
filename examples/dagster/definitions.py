"""A night of clientele in Dagster: one asset a table, a partition a day, checks of the job as asset checks.

The program speaks the Pipes protocol itself: it takes its run date from the partition, and tells Dagster the rows of
each table and what became of the checks that the asset names."""

import os

import dagster as dg

TABLES = ["base/customers", "base/orders", "value/concentration", "loyalty/lifecycle"]
CHECKS = ["customers_are_known"]  # of the job, with _ for everything that is no letter or digit

specs = [dg.AssetSpec(["clientele", *table.split("/")]) for table in TABLES]


@dg.multi_asset(
    specs=specs,
    check_specs=[dg.AssetCheckSpec(name, asset=specs[1].key) for name in CHECKS],
    partitions_def=dg.DailyPartitionsDefinition(start_date=os.environ.get("CLIENTELE_SINCE", "2025-01-01")),
)
def clientele(context: dg.AssetExecutionContext, pipes: dg.PipesSubprocessClient):
    command = [os.environ.get("CLIENTELE", "clientele"), "run", os.environ.get("CLIENTELE_JOB", "nightly.yaml")]
    extras = {"checks": {specs[1].key.to_user_string(): CHECKS}}
    return pipes.run(command=command, context=context, extras=extras).get_results()


nightly = dg.define_asset_job("nightly", selection=[clientele])
defs = dg.Definitions(
    assets=[clientele],
    jobs=[nightly],
    schedules=[dg.build_schedule_from_partitioned_job(nightly, hour_of_day=4)],
    resources={"pipes": dg.PipesSubprocessClient()},
)
