-- One row per group: what revenue and margin are made of in the trailing window and in the one before it.
-- Key: dimension, group_name
-- dimension                       all, relationship, region, channel, …
-- group_name                      the group
-- customer_count                  customers with a purchase
-- order_count                     purchases
-- unit_count                      units; null where not above 0
-- revenue                         money
-- margin                          money
-- customer_count_previous         the same in the window before
-- order_count_previous            the same in the window before
-- unit_count_previous             the same in the window before
-- revenue_previous                the same in the window before
-- margin_previous                 the same in the window before
-- is_new_or_gone                  whether nobody bought in one of the windows
-- revenue_change                  revenue − revenue_previous
-- margin_change                   margin − margin_previous
-- revenue_mean                    logarithmic mean of both revenues; null if one of them, or of the units, is not above 0
-- margin_mean                     logarithmic mean of both margins; null likewise
with revenue_factors as (
    select * from entities.revenue_factors
),
pairs as (
    select
        dimension,
        group_name,
        coalesce(sum(customer_count) filter (where period = 'window'), 0) as customer_count,
        coalesce(sum(order_count) filter (where period = 'window'), 0) as order_count,
        cast(sum(unit_count) filter (where period = 'window' and unit_count > 0) as double) as unit_count,
        coalesce(sum(revenue) filter (where period = 'window'), 0) as revenue,
        coalesce(sum(margin) filter (where period = 'window'), 0) as margin,
        coalesce(sum(customer_count) filter (where period = 'previous'), 0) as customer_count_previous,
        coalesce(sum(order_count) filter (where period = 'previous'), 0) as order_count_previous,
        cast(sum(unit_count) filter (where period = 'previous' and unit_count > 0) as double) as unit_count_previous,
        coalesce(sum(revenue) filter (where period = 'previous'), 0) as revenue_previous,
        coalesce(sum(margin) filter (where period = 'previous'), 0) as margin_previous
    from revenue_factors
    group by dimension, group_name
)
select
    *,
    customer_count = 0 or customer_count_previous = 0 as is_new_or_gone,
    cast(revenue - revenue_previous as double) as revenue_change,
    cast(margin - margin_previous as double) as margin_change,
    case
        when unit_count is null or unit_count_previous is null then null
        when revenue <= 0 or revenue_previous <= 0 then null
        when revenue = revenue_previous then cast(revenue as double)
        else cast(revenue - revenue_previous as double)
            / ln(cast(revenue as double) / cast(revenue_previous as double))
    end as revenue_mean,
    case
        when unit_count is null or unit_count_previous is null then null
        when margin <= 0 or margin_previous <= 0 then null
        when margin = margin_previous then cast(margin as double)
        else cast(margin - margin_previous as double)
            / ln(cast(margin as double) / cast(margin_previous as double))
    end as margin_mean
from pairs
