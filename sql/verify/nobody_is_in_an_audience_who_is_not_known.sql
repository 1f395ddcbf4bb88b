-- Whoever is in an audience has bought, or is on file.
select audiences.*
from segments.audiences
left join entities.customers on audiences.customer_id = customers.customer_id
left join clean.customers as customers_on_file on audiences.customer_id = customers_on_file.customer_id
where customers.customer_id is null and customers_on_file.customer_id is null
