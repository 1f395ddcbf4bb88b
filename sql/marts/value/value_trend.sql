-- One row per customer known one window ago: the trailing window against what was to be expected of them then.
-- Why: year on year blames customers for regression to the mean and for growing older; the purchase models, fitted to
-- what was known one window ago, do not. Orders of one day count as one.
-- Key: customer_id
-- customer_id          who
-- revenue_decile       1 is best, by what their purchases had brought up to one window ago
-- trend                fading: $fading_ratio of the expected orders or fewer, and that was no accident ($fading_p);
--                      rising: 1 / $fading_ratio of them or more, likewise; steady; null without a model
-- orders_previous      days with a purchase in the window before
-- orders_expected      days with a purchase expected of the trailing window; null without a model
-- orders_window        days with a purchase in it
-- order_ratio          orders_window / orders_expected
-- fewer_probability    that it would be so few, or fewer
-- more_probability     that it would be so many, or more
-- margin_previous      money in the window before
-- margin_expected      money expected of the trailing window; null without a model
-- margin_window        money in it
-- margin_ratio         margin_window / margin_expected; null if nothing was to be expected
with purchase_history as (
    select * from features.purchase_history
    where period = 'window_ago'
),
purchases as (
    select * from scores.purchases_window_ago
),
customers as (
    select * from entities.customers
),
customer_days as (
    select * from features.customer_days
),
previous_days as (
    select
        customer_id,
        count(*) as orders_previous
    from customer_days
    where
        has_purchase
        and $run_date - order_date >= $window_days
        and $run_date - order_date < 2 * $window_days
    group by customer_id
),
compared_customers as (
    select
        purchase_history.customer_id,
        ntile(10) over (
            order by purchase_history.purchase_revenue desc, purchase_history.customer_id
        ) as revenue_decile,
        coalesce(previous_days.orders_previous, 0) as orders_previous,
        purchases.orders_expected,
        purchase_history.window_count as orders_window,
        purchase_history.window_count / nullif(purchases.orders_expected, 0) as order_ratio,
        purchases.fewer_probability,
        purchases.more_probability,
        customers.margin_previous,
        purchases.orders_expected * purchases.order_margin_expected as margin_expected,
        customers.margin_window
    from purchase_history
    inner join purchases on purchase_history.customer_id = purchases.customer_id
    inner join customers on purchase_history.customer_id = customers.customer_id
    left join previous_days on purchase_history.customer_id = previous_days.customer_id
)
select
    customer_id,
    cast(revenue_decile as int) as revenue_decile,
    case
        when orders_expected is null then null
        when order_ratio <= $fading_ratio and fewer_probability <= $fading_p then 'fading'
        when order_ratio >= 1 / $fading_ratio and more_probability <= $fading_p then 'rising'
        else 'steady'
    end as trend,
    orders_previous,
    orders_expected,
    orders_window,
    order_ratio,
    fewer_probability,
    more_probability,
    margin_previous,
    cast(margin_expected as decimal(18, 4)) as margin_expected,
    margin_window,
    cast(margin_window as double) / nullif(margin_expected, 0) as margin_ratio
from compared_customers
