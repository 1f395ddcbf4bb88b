-- One row per period: how much more the shop sells in the days foretold than in as many others, as a year before.
-- Why: a model that learnt in summer knows nothing of Christmas, but the shop does.
-- Key: period
-- period             see features.horizon_periods
-- season_revenue     revenue of known customers in these days one year before / in as many days of that year; null without a
--                    year of history, or if it is not above 0
-- season_purchases   the same of the number of purchases
with orders as (
    select * from entities.orders
    where customer_id is not null
),
periods as (
    select * from features.horizon_periods
),
days as (
    select
        order_date,
        cast(sum(revenue) as decimal(18, 4)) as revenue,
        count(*) filter (where is_purchase) as purchase_count
    from orders
    group by order_date
),
aged_days as (
    select
        periods.period,
        periods.horizon_days,
        periods.end_date - days.order_date as age_days,
        days.revenue,
        days.purchase_count
    from days
    inner join periods on days.order_date <= periods.end_date
),
sums as (
    select
        period,
        horizon_days,
        sum(revenue) filter (where age_days < 365) as revenue,
        sum(revenue) filter (where age_days between 365 - horizon_days and 364) as revenue_season,
        sum(purchase_count) filter (where age_days < 365) as purchase_count,
        sum(purchase_count) filter (where age_days between 365 - horizon_days and 364) as purchase_count_season
    from aged_days
    group by period, horizon_days
    having max(age_days) >= 364
)
select
    period,
    case
        when revenue > 0 and revenue_season > 0
            then cast(revenue_season as double) / cast(revenue as double) * 365 / horizon_days
    end as season_revenue,
    case
        when purchase_count_season > 0
            then cast(purchase_count_season as double) / purchase_count * 365 / horizon_days
    end as season_purchases
from sums
