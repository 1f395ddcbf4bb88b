-- One row per customer with a purchase: the first one, and what came of it within 12 and 36 months.
-- Why: a customer whose 12 (36) months are not up yet says nothing of them, and is marked so.
-- Key: customer_id
-- customer_id               who
-- order_id                  the first purchase
-- channel                   its channel; unknown if the source does not say
-- category                  its category with the most revenue; unknown without products
-- discount_band             its share of money taken off: none, up to 0.1, up to 0.2, up to 0.3, up to 0.5, above 0.5
-- first_revenue             money of the first purchase
-- first_margin              money of the first purchase
-- margin_12_months          money of the first 365 days after it, itself included
-- margin_36_months          money of the first 1,095 days after it, itself included
-- order_count_12_months     purchases of the first 365 days, itself included
-- has_12_months             whether 365 days have passed since
-- has_36_months             whether 1,095 days have passed since
-- first_purchase_date       its day
with orders as (
    select * from entities.orders
),
first_orders as (
    select * from entities.first_orders
),
first_purchases as (
    select
        customer_id,
        order_id,
        channel,
        revenue,
        margin,
        coalesce(discount_share, 0) as discount_share,
        order_date
    from orders
    where order_number = 1
),
early_orders as (
    select
        orders.customer_id,
        orders.margin,
        orders.is_purchase,
        orders.order_date - first_purchases.order_date as age_days
    from orders
    inner join first_purchases on orders.customer_id = first_purchases.customer_id
    where orders.order_date - first_purchases.order_date between 0 and 1095
),
early_sums as (
    select
        customer_id,
        sum(margin) filter (where age_days <= 365) as margin_12_months,
        sum(margin) as margin_36_months,
        count(*) filter (where age_days <= 365 and is_purchase) as order_count_12_months
    from early_orders
    group by customer_id
)
select
    first_purchases.customer_id,
    first_purchases.order_id,
    coalesce(first_purchases.channel, 'unknown') as channel,
    coalesce(first_orders.category, 'unknown') as category,
    case
        when first_purchases.discount_share <= 0 then 'none'
        when first_purchases.discount_share <= 0.1 then 'up to 0.1'
        when first_purchases.discount_share <= 0.2 then 'up to 0.2'
        when first_purchases.discount_share <= 0.3 then 'up to 0.3'
        when first_purchases.discount_share <= 0.5 then 'up to 0.5'
        else 'above 0.5'
    end as discount_band,
    first_purchases.revenue as first_revenue,
    first_purchases.margin as first_margin,
    early_sums.margin_12_months,
    early_sums.margin_36_months,
    early_sums.order_count_12_months,
    $run_date - first_purchases.order_date >= 365 as has_12_months,
    $run_date - first_purchases.order_date >= 1095 as has_36_months,
    first_purchases.order_date as first_purchase_date
from first_purchases
inner join early_sums on first_purchases.customer_id = early_sums.customer_id
left join first_orders on first_purchases.customer_id = first_orders.customer_id
