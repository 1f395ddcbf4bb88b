-- One row per known customer with a line up to $run_date.
-- Key: customer_id
-- customer_id               who
-- region                    where they live; null if the shop does not know
-- acquisition_channel       how they were won; null if the shop does not know
-- first_channel             channel of the first order
-- first_category            category with the most revenue in the first order; null without products
-- margin_basis              actual, or assumed if a line had no cost
-- order_count               purchases
-- order_count_window        purchases in the trailing window
-- order_count_previous      purchases in the window before that
-- purchase_day_count        days with a purchase
-- product_count             different products
-- category_count            different categories
-- revenue                   money, all-time
-- revenue_window            money in the trailing window
-- revenue_previous          money in the window before that
-- margin                    money, all-time
-- margin_window             money in the trailing window
-- margin_previous           money in the window before that
-- discount                  money taken off, all-time
-- order_revenue_mean        average order value: revenue of purchases per purchase; null without one
-- discount_share            discount / (revenue + discount); null if that is not above 0
-- return_rate               share of the purchases' revenue that was given back; null without a purchase
-- category_entropy          how evenly revenue spreads over categories, in nats; 0 for one category
-- gap_days_mean             mean days between purchase days; null below two
-- gap_days_sd               standard deviation of them; null below three
-- gap_days_cv               standard deviation / mean; null below three, or if the mean is 0
-- gap_days_median           median of them; null below two
-- tenure_days               days from the first order to $run_date
-- recency_days              days from the last purchase to $run_date; null without one
-- is_opted_out              whether they must not be contacted
-- first_order_date          day of the first order
-- last_order_date           day of the last purchase; null without one
with customer_orders as (
    select * from entities.customer_orders
),
customer_gaps as (
    select * from entities.customer_gaps
),
customer_variety as (
    select * from entities.customer_variety
),
first_orders as (
    select * from entities.first_orders
),
known_customers as (
    select * from clean.customers
)
select
    customer_orders.customer_id,
    known_customers.region,
    known_customers.acquisition_channel,
    first_orders.channel as first_channel,
    first_orders.category as first_category,
    customer_orders.margin_basis,
    customer_orders.order_count,
    customer_orders.order_count_window,
    customer_orders.order_count_previous,
    coalesce(customer_gaps.purchase_day_count, 0) as purchase_day_count,
    coalesce(customer_variety.product_count, 0) as product_count,
    coalesce(customer_variety.category_count, 0) as category_count,
    customer_orders.revenue,
    customer_orders.revenue_window,
    customer_orders.revenue_previous,
    customer_orders.margin,
    customer_orders.margin_window,
    customer_orders.margin_previous,
    customer_orders.discount,
    cast(customer_orders.purchase_revenue as double)
    / nullif(customer_orders.order_count, 0) as order_revenue_mean,
    cast(customer_orders.discount as double)
    / nullif(greatest(cast(customer_orders.revenue + customer_orders.discount as double), 0), 0)
        as discount_share,
    cast(customer_orders.purchase_revenue - customer_orders.revenue as double)
    / nullif(cast(customer_orders.purchase_revenue as double), 0) as return_rate,
    coalesce(customer_variety.category_entropy, 0) as category_entropy,
    customer_gaps.gap_days_mean,
    customer_gaps.gap_days_sd,
    customer_gaps.gap_days_sd / nullif(customer_gaps.gap_days_mean, 0) as gap_days_cv,
    customer_gaps.gap_days_median,
    $run_date - customer_orders.first_order_date as tenure_days,
    $run_date - customer_orders.last_order_date as recency_days,
    coalesce(known_customers.is_opted_out, false) as is_opted_out,
    customer_orders.first_order_date,
    customer_orders.last_order_date
from customer_orders
left join customer_gaps on customer_orders.customer_id = customer_gaps.customer_id
left join customer_variety on customer_orders.customer_id = customer_variety.customer_id
left join first_orders on customer_orders.customer_id = first_orders.customer_id
left join known_customers on customer_orders.customer_id = known_customers.customer_id
