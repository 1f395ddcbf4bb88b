-- One row per tenth of the customers of one window ago, best first: are the best customers losing value?
-- Why: the best of one year fall back the next year by themselves; what counts is actual against expected.
-- Key: revenue_decile
-- revenue_decile          1 is best, by what their purchases had brought up to one window ago
-- customer_count          customers
-- fading_count            of them fading
-- rising_count            of them rising
-- orders_previous         days with a purchase in the window before
-- orders_expected         days with a purchase expected of the trailing window; null without a model
-- orders_window           days with a purchase in it
-- order_ratio             orders_window / orders_expected
-- order_ratio_naive       orders_window / orders_previous: plain year on year
-- margin_previous         money in the window before
-- margin_expected         money expected of the trailing window; null without a model
-- margin_window           money in it
-- margin_ratio            margin_window / margin_expected
-- margin_ratio_naive      margin_window / margin_previous: plain year on year
with value_trend as (
    select * from value.value_trend
),
deciles as (
    select
        revenue_decile,
        count(*) as customer_count,
        count(*) filter (where trend = 'fading') as fading_count,
        count(*) filter (where trend = 'rising') as rising_count,
        sum(orders_previous) as orders_previous,
        -- a millionth of an order is exact enough, and sums the same in any order
        cast(sum(cast(orders_expected as decimal(18, 6))) as double) as orders_expected,
        sum(orders_window) as orders_window,
        sum(margin_previous) as margin_previous,
        sum(margin_expected) as margin_expected,
        sum(margin_window) as margin_window
    from value_trend
    group by revenue_decile
)
select
    revenue_decile,
    customer_count,
    fading_count,
    rising_count,
    orders_previous,
    orders_expected,
    orders_window,
    orders_window / nullif(orders_expected, 0) as order_ratio,
    cast(orders_window as double) / nullif(orders_previous, 0) as order_ratio_naive,
    margin_previous,
    margin_expected,
    margin_window,
    cast(margin_window as double) / nullif(cast(margin_expected as double), 0) as margin_ratio,
    cast(margin_window as double) / nullif(cast(margin_previous as double), 0) as margin_ratio_naive
from deciles
