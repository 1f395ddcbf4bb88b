-- What became of every row of the source.
select
    part,
    row_count as source_rows,
    round(revenue, 2) as revenue
from base.source_balance
order by source_rows desc
