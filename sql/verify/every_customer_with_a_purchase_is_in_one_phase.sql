-- The lifecycle holds every known customer with a purchase, and nobody else.
with buyers as (
    select customer_id
    from entities.customers
    where order_count > 0
),
lifecycle as (
    select
        customer_id,
        phase
    from loyalty.lifecycle
)
select
    buyers.customer_id as buyer_id,
    lifecycle.customer_id,
    lifecycle.phase
from buyers
full join lifecycle on buyers.customer_id = lifecycle.customer_id
where
    buyers.customer_id is null
    or lifecycle.customer_id is null
    or lifecycle.phase not in ('trial', 'lapsed_trial', 'service', 'reactivation', 'lost', 'returned')
