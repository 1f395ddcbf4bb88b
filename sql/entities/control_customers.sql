-- One row per customer of the global control group: they get no action and are drawn for no campaign.
-- Why: what all actions bring together can only be told from customers who get none. The key and the customer alone
-- decide, so that whoever is in it stays in it.
-- Key: customer_id
-- customer_id   who
with customers as (
    select * from entities.customers
)
select customer_id
from customers
where lottery_number($campaigns_control_key, 'all actions', customer_id) < $campaigns_control_share
