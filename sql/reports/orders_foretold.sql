-- Repeat orders that came each week against those that the purchase model expected.
with weeks as (
    select
        week_end_date,
        orders,
        is_unseen,
        cast(orders_expected as decimal(18, 6)) as orders_expected
    from predictions.purchase_tracking
    where cohort = 'all' and orders_expected is not null
)
select
    week_end_date,
    orders,
    cast(orders_expected as double) as orders_expected_ratio,
    is_unseen,
    cast(sum(orders) filter (where is_unseen) over () as double)
    / nullif(cast(sum(orders_expected) filter (where is_unseen) over () as double), 0) as orders_to_expected_share_all,
    sum(orders) filter (where is_unseen) over () as orders_unseen_all
from weeks
order by week_end_date
