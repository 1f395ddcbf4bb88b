"""The Airflow example with less patience, and without a second try."""

import os
from datetime import timedelta

from clientele_nightly import dag

task = dag.get_task("run")
task.retries = 0
task.execution_timeout = timedelta(seconds=float(os.environ["PATIENCE_SECONDS"]))
