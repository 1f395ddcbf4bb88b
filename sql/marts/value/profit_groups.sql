-- One row per known customer: the profit group.
-- Why: who buys only on price is set apart first; the rest are relationship customers, best first by all-time margin.
-- Customers of one margin stand in one group.
-- Key: customer_id
-- customer_id      who
-- profit_group     price_only; top: they make the first tenth of the relationship margin; core: the next 45 hundredths;
--                  tail: the rest above 0; unprofitable: a margin of 0 or below
-- margin           money, all-time
-- margin_share     share of the relationship margin above 0; null for price_only and unprofitable
-- better_share     share of it that better customers make; null for price_only and unprofitable
-- margin_window    money in the trailing window
-- is_fading        whether they buy less than was to be expected (see value_trend); null if they were not known one
--                  window ago, or without a model
-- recency_days     days from the last purchase to $run_date; null without one
with customers as (
    select * from entities.customers
),
price_sensitivity as (
    select * from price.price_sensitivity
),
value_trend as (
    select * from value.value_trend
),
judged_customers as (
    select
        customers.customer_id,
        customers.margin,
        customers.margin_window,
        customers.recency_days,
        coalesce(price_sensitivity.is_price_only, false) as is_price_only,
        not coalesce(price_sensitivity.is_price_only, false) and customers.margin > 0 as is_counted,
        cast(floor(customers.margin) as bigint) as margin_unit
    from customers
    left join price_sensitivity on customers.customer_id = price_sensitivity.customer_id
),
-- whole units of margin are few, so that no window runs over all customers
units as (
    select
        margin_unit,
        sum(margin) as margin
    from judged_customers
    where is_counted
    group by margin_unit
),
running_units as (
    select
        margin_unit,
        sum(margin) over (order by margin_unit desc) as margin_to_here,
        sum(margin) over () as margin_total
    from units
),
running_customers as (
    select
        *,
        case
            when is_counted then sum(margin) over (
                partition by margin_unit, is_counted
                order by margin
            )
        end as margin_up_to_here
    from judged_customers
),
placed_customers as (
    select
        running_customers.*,
        case
            when is_counted then cast(margin as double) / cast(margin_total as double)
        end as margin_share,
        -- rounded, so that a bound that is met is met
        case
            when is_counted then round(
                cast(margin_to_here - margin_up_to_here as double) / cast(margin_total as double), 12
            )
        end as better_share
    from running_customers
    left join running_units on running_customers.margin_unit = running_units.margin_unit
)
select
    placed_customers.customer_id,
    case
        when is_price_only then 'price_only'
        when not is_counted then 'unprofitable'
        when better_share < 0.10 then 'top'
        when better_share < 0.55 then 'core'
        else 'tail'
    end as profit_group,
    placed_customers.margin,
    placed_customers.margin_share,
    placed_customers.better_share,
    placed_customers.margin_window,
    value_trend.trend = 'fading' as is_fading,
    placed_customers.recency_days
from placed_customers
left join value_trend on placed_customers.customer_id = value_trend.customer_id
