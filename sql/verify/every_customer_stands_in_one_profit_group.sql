-- The profit groups hold every customer and all margin; no relationship customer is better than one of a better group.
with all_customers as (
    select
        count(*) as customer_count,
        coalesce(sum(margin), 0) as margin
    from entities.customers
),
groups as (
    select
        count(*) as customer_count,
        coalesce(sum(margin), 0) as margin,
        min(margin) filter (where profit_group = 'top') as top_min,
        max(margin) filter (where profit_group = 'core') as core_max,
        min(margin) filter (where profit_group = 'core') as core_min,
        max(margin) filter (where profit_group = 'tail') as tail_max
    from value.profit_groups
)
select
    all_customers.customer_count,
    groups.customer_count as grouped_count,
    all_customers.margin,
    groups.margin as grouped_margin,
    groups.top_min,
    groups.core_max,
    groups.core_min,
    groups.tail_max
from all_customers
cross join groups
where
    all_customers.customer_count <> groups.customer_count
    or all_customers.margin <> groups.margin
    or coalesce(groups.top_min <= groups.core_max, false)
    or coalesce(groups.core_min <= groups.tail_max, false)
