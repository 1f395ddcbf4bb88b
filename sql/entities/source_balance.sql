-- One row per part of the source up to $run_date, so that no row and no money is lost: what counts, and what was
-- rejected and why.
-- Key: part
-- part        lines, or the reason of a rejection
-- row_count   rows of that part
-- revenue     money of that part, as far as it can be read
with rejected_lines as (
    select * from entities.rejected_lines
),
order_parts as (
    select * from entities.order_parts
)
select
    'lines' as part,
    coalesce(sum(line_count), 0) as row_count,
    coalesce(sum(revenue), 0) as revenue
from order_parts
union all
select
    'rejected: ' || rejection as part,
    count(*) as row_count,
    coalesce(sum(revenue), 0) as revenue
from rejected_lines
group by 'rejected: ' || rejection
