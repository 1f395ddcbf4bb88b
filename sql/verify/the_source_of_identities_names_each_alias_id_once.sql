-- A second row for one alias_id would count every line of it twice.
select
    alias_id,
    count(*) as row_count
from clean.identities
group by alias_id
having count(*) > 1
