-- One row per customer of a sample: what the models are given of them, and what they say.
-- Key: customer_id
-- customer_id              who
-- season_revenue           no feature; nor season_purchases
-- score_third_order        and all other columns that begin with score_: what the models say
-- order_count              and all other columns of features.customer_features: what they are given
with customer_features as (
    select * from features.customer_features
    where period = 'now'
),
propensities as (
    select * from scores.propensities
),
purchases as (
    select * from scores.purchases
),
sizes as (
    select count(*) as customer_id_count from customer_features
),
numbered_customers as (
    select *, row_number() over (order by customer_id) as customer_id_place from customer_features
)
select
    propensities.third_order as score_third_order,
    propensities.purchase as score_purchase,
    propensities.best_tier as score_best_tier,
    propensities.revenue as score_revenue,
    propensities.margin as score_margin,
    propensities.revenue_window as score_revenue_window,
    propensities.margin_window as score_margin_window,
    purchases.probability_alive as score_probability_alive,
    purchases.orders_365_expected as score_orders_365_expected,
    purchases.lifetime_value as score_lifetime_value,
    numbered_customers.*
from numbered_customers
inner join propensities on numbered_customers.customer_id = propensities.customer_id
left join purchases on numbered_customers.customer_id = purchases.customer_id
cross join sizes
where numbered_customers.customer_id_place % greatest(sizes.customer_id_count / 50000, 1) = 0
