-- What explains the change of revenue against the window before.
with nodes as (
    select
        *,
        max(amount) filter (where node = 'customers') over () as customers,
        max(amount - amount_change) filter (where node = 'customers') over () as customers_previous
    from value.revenue_tree
    where period = 'window' and dimension = 'all'
)
select
    node as factor,
    amount as amount_ratio,
    amount_change as change_ratio,
    cast(revenue_change_explained as decimal(18, 4)) as revenue_change,
    sum(cast(revenue_change_explained as decimal(18, 4))) over () as revenue_change_all
from nodes
where
    node in ('customers', 'orders_per_customer', 'units_per_order', 'revenue_per_unit')
    and customers >= $min_group_size
    and (customers_previous = 0 or customers_previous >= $min_group_size)
order by
    case node when 'customers' then 1 when 'orders_per_customer' then 2 when 'units_per_order' then 3 else 4 end
