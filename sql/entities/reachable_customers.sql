-- One row per known customer with a purchase who may be contacted now: not opted out, not of the global control group, and
-- no contact in the last $contact_pause_days days.
-- Key: customer_id
-- customer_id           who
-- order_count           purchases
-- phase                 where they stand, see lifecycle
-- class                 loyal, tester or event_buyer
-- silent_days           days since the last purchase
-- margin_365_expected   money expected in the next 365 days; null without a model
-- order_margin          money expected of an order; without a model what their purchases made on average
-- presence_probability  that they are still a customer; 1 without a model
-- next_order_date       day by which half of such customers have bought again; null without a model
-- marketing_stop_date   first day on which contact is not worth it any more; null if there is none
with lifecycle as (
    select * from loyalty.lifecycle
),
customer_value as (
    select * from value.customer_value
),
purchases as (
    select * from scores.purchases
),
customers as (
    select * from entities.customers
    where not is_opted_out
),
control_customers as (
    select * from entities.control_customers
),
paused_customers as (
    select distinct customer_id from entities.campaign_contacts
    where $run_date - contact_date < $contact_pause_days
)
select
    lifecycle.customer_id,
    lifecycle.order_count,
    lifecycle.phase,
    lifecycle.class,
    lifecycle.silent_days,
    customer_value.margin_365_expected,
    coalesce(
        cast(purchases.order_margin_expected as decimal(18, 4)),
        cast(customer_value.margin / nullif(customer_value.order_count, 0) as decimal(18, 4))
    ) as order_margin,
    coalesce(customer_value.probability_alive, 1) as presence_probability,
    customer_value.next_order_date,
    lifecycle.marketing_stop_date
from lifecycle
inner join customers on lifecycle.customer_id = customers.customer_id
inner join customer_value on lifecycle.customer_id = customer_value.customer_id
left join purchases on lifecycle.customer_id = purchases.customer_id
left join paused_customers on lifecycle.customer_id = paused_customers.customer_id
left join control_customers on lifecycle.customer_id = control_customers.customer_id
where
    paused_customers.customer_id is null
    and control_customers.customer_id is null
