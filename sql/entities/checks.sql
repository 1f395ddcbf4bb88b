-- One row per check of the run: what was looked at, what was found, and what it meant.
-- Why: the checks of the job, the promises of sql/verify and the keys of all published tables stand in one list.
-- Key: check_name, table_name
-- check_name      the check's name in the job, the promise, or the key
-- kind            who asks for it: job, promise or key
-- table_name      the source or table that was looked at
-- test            what must hold: fresh, volume, filled, unique, values, range, known; of a promise that it holds
-- column_names    the columns that were looked at, joined by commas
-- row_count       rows that were looked at; null for promises
-- broken_count    rows that break it; null for fresh and volume
-- broken_share    share of the rows that break it
-- observed        days behind the run date (fresh), rows of the run date as a share of the usual (volume)
-- otherwise       what happens if it does not hold: warn, reject or fail
-- verdict         what was done: passed, warned, rejected or failed
with checks as (
    select * from run.checks
)
select
    check_name,
    kind,
    table_name,
    test,
    column_names,
    row_count,
    broken_count,
    case when row_count > 0 then cast(broken_count as double) / row_count end as broken_share,
    observed,
    otherwise,
    verdict
from checks
