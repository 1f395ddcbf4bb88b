"""A night of clientele in Airflow 3. Settings: the worker's variables CLIENTELE (the program) and CLIENTELE_JOB (the job)."""

import json
from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    dag_id="clientele_nightly",
    schedule="0 4 * * *",
    start_date=datetime(2025, 1, 1),
    catchup=False,
    max_active_runs=2,  # runs of different dates may run side by side
) as dag:
    BashOperator(
        task_id="run",
        # Airflow 3 names a run after the day that has just begun; the last day that is over is the one before.
        bash_command="exec $CLIENTELE run $CLIENTELE_JOB --log-format json --skip-when-no-input --resume"
        " --run-date {{ macros.ds_add(ds, -1) }}",
        output_processor=json.loads,  # the last line is the summary, here a dictionary for the tasks behind
        skip_on_exit_code=99,
        retries=2,
        retry_delay=timedelta(minutes=10),
        execution_timeout=timedelta(hours=2),  # sends SIGTERM; the run leaves with 143, and the next try goes on from there
    )
