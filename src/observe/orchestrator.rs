//! Who started the program, as an orchestrator says it, so that a run is found by its task and a task by its run.

use super::{Environment, pipes::Pipes};
use std::collections::BTreeMap;

/// Before each variable that Airflow gives a task.
const AIRFLOW: &str = "AIRFLOW_CTX_";

/// Of these, what names a try; who owns it and how to reach them is nobody's business here.
const NAMES: [&str; 5] = [
    "DAG_ID",
    "TASK_ID",
    "DAG_RUN_ID",
    "LOGICAL_DATE",
    "TRY_NUMBER",
];

/// `airflow_dag_id`, `airflow_try_number`, `dagster_run_id`, …; nothing if nobody says.
#[must_use]
pub fn started_by(environment: &Environment) -> BTreeMap<String, String> {
    let of_airflow = environment.iter().filter_map(|(key, value)| {
        let name = key.strip_prefix(AIRFLOW)?;
        let is_told = NAMES.contains(&name) && !value.is_empty();
        is_told.then(|| (format!("airflow_{}", name.to_lowercase()), value.clone()))
    });
    let pipes = Pipes::new(environment);
    let of_dagster = pipes.iter().flat_map(Pipes::started_by);
    of_airflow.chain(of_dagster).collect()
}
