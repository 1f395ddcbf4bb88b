-- The profit groups, and who of them buys less than was to be expected.
select
    profit_group,
    count(*) as customers,
    sum(margin) as margin,
    cast(count(*) as double) / sum(count(*)) over () as customer_share,
    cast(sum(margin) as double) / nullif(cast(sum(sum(margin)) over () as double), 0) as margin_share,
    sum(margin_window) as margin_window,
    count(*) filter (where is_fading) as fading_customers
from value.profit_groups
group by profit_group
order by
    case profit_group when 'top' then 1 when 'core' then 2 when 'tail' then 3 when 'unprofitable' then 4 else 5 end
