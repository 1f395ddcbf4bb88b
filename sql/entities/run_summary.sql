-- One row per step of the run: a source that was read, a table that was made or could not be.
-- Why: it is the same at every rerun, so times do not stand here but in the ledger (runs/).
-- Key: step, step_kind
-- step            the source or table
-- step_kind       source, table (published), shared (read by several), view (computed where it is read) or skipped
-- row_count_in    rows of the tables that it reads; null where one of them is a view or a source
-- row_count       rows of it; null for a view, and for a source, which may have rows later than $run_date
-- file_bytes      bytes of the published file
-- passed_count    checks of it that passed
-- warned_count    checks of it that were warned of or rejected rows
-- skipped_reason  why it was not made, if it was not
with steps as (
    select * from run.steps
)
select
    step,
    step_kind,
    row_count_in,
    row_count,
    file_bytes,
    passed_count,
    warned_count,
    skipped_reason
from steps
