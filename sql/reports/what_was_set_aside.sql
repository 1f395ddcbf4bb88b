-- What became of every row of the source.
select
    part,
    row_count as source_rows,
    cast(row_count as double) / sum(row_count) over () as row_share,
    revenue
from base.source_balance
order by row_count desc, part
