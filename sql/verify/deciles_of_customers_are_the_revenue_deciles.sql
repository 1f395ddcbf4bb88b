-- A customer stands in the decile whose row counts them.
with customer_deciles as (
    select
        revenue_decile as decile,
        count(*) as customer_count,
        sum(revenue) as amount
    from value.customer_value
    group by revenue_decile
),
revenue_deciles as (
    select
        decile,
        customer_count,
        amount
    from value.revenue_deciles
    where measure = 'revenue'
)
select
    revenue_deciles.decile,
    revenue_deciles.customer_count,
    customer_deciles.customer_count as customer_count_found,
    revenue_deciles.amount,
    customer_deciles.amount as amount_found
from revenue_deciles
left join customer_deciles on revenue_deciles.decile = customer_deciles.decile
where
    customer_deciles.decile is null
    or revenue_deciles.customer_count <> customer_deciles.customer_count
    or revenue_deciles.amount <> customer_deciles.amount
