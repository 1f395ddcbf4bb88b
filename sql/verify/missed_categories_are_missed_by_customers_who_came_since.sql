-- Whoever lost a category bought something else after it.
with category_defections as (
    select * from loyalty.category_defections
),
customers as (
    select * from entities.customers
)
select
    category_defections.customer_id,
    category_defections.category,
    category_defections.last_category_date,
    customers.last_order_date
from category_defections
inner join customers on category_defections.customer_id = customers.customer_id
where category_defections.last_category_date >= customers.last_order_date
