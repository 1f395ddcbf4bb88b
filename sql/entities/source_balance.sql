-- One row per part of the source, so that no row and no money is lost: what counts, what was rejected and why, what is
-- later than $run_date.
-- Key: part
-- part        lines, later lines, or the reason of a rejection
-- row_count   rows of that part
-- revenue     money of that part, as far as it can be read
with transactions as (
    select * from clean.transactions
),
lines as (
    select * from entities.lines
)
select
    'lines' as part,
    count(*) as row_count,
    coalesce(sum(revenue), 0) as revenue
from lines
union all
select
    coalesce('rejected: ' || rejection, 'later than the run date') as part,
    count(*) as row_count,
    coalesce(sum(revenue), 0) as revenue
from transactions
where rejection is not null or is_later
group by coalesce('rejected: ' || rejection, 'later than the run date')
