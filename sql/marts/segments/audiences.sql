-- One row per audience and customer in it: whom to speak to, by the shop's own rules.
-- Why: every file of the folder `sql/audiences/`, the shop's own as well as the shipped, is an audience under its name.
-- Key: audience, customer_id
-- audience       name of its file
-- customer_id    who
-- is_opted_out   whether they must not be contacted
with every_audience as (
    select * from audiences.every
),
known_customers as (
    select * from clean.customers
)
select
    every_audience.audience,
    every_audience.customer_id,
    coalesce(known_customers.is_opted_out, false) as is_opted_out
from every_audience
left join known_customers on every_audience.customer_id = known_customers.customer_id
