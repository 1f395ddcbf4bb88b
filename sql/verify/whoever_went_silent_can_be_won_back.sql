-- The list of who to win back holds the phases reactivation and lost, whole, and every rank once.
with silent_customers as (
    select customer_id
    from loyalty.lifecycle
    where phase in ('reactivation', 'lost')
),
winback as (
    select
        customer_id,
        winback_rank,
        count(*) over (partition by winback_rank) as rank_count
    from loyalty.winback
)
select
    silent_customers.customer_id as silent_customer_id,
    winback.customer_id,
    winback.winback_rank
from silent_customers
full join winback on silent_customers.customer_id = winback.customer_id
where
    silent_customers.customer_id is null
    or winback.customer_id is null
    or winback.rank_count > 1
