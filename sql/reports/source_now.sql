-- Rows of the source that do not count.
select cast(sum(row_count) filter (where part <> 'lines') as double) / nullif(sum(row_count), 0) as rejected_share
from base.source_balance
