-- A second row for one product_id would count every line of it twice.
select
    product_id,
    count(*) as row_count
from clean.products
group by product_id
having count(*) > 1
