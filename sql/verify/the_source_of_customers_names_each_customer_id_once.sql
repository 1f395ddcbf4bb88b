-- A second row for one customer_id would count every line of it twice.
select
    customer_id,
    count(*) as row_count
from clean.customers
group by customer_id
having count(*) > 1
