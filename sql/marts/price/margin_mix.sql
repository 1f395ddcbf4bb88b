-- One row per known customer who bought a product of a margin class: what they buy by what it earns, against the shop.
-- Why: a customer keeps their own margin within a class (they may buy on discount), and only the classes change places.
-- Key: customer_id
-- customer_id                      who
-- order_count                      purchases
-- margin_yearly                    margin of the trailing window, as of a year
-- margin_yearly_at_shop_mix        what it would be with the same revenue in the shop's shares of high, mid and low
-- margin_gain_yearly               the difference: what the mix costs the shop; below 0 where it is better than the
--                                  shop's
-- margin_gain_per_1000_customers   the same for 1,000 customers like this one
-- revenue_gain_per_1000_customers  the revenue that would have to come on top at today's margin rate to earn as much;
--                                  null if the margin rate is not above 0
-- high_margin_share                share of the revenue bought that is of the high margin class, before returns
-- mid_margin_share                 of the middle one
-- low_margin_share                 of the low one
-- margin_rate                      margin / revenue, all-time; null if that is not above 0
-- margin_rate_against_shop         how far it is above the shop's: difference of the rates
-- is_low_margin_only               whether at least nine tenths are low, over three purchases or more
with customers as (
    select * from entities.customers
),
customer_spending as (
    select
        *,
        revenue_high_margin + revenue_mid_margin + revenue_low_margin as revenue_classed
    from entities.customer_spending
),
products as (
    select * from entities.products
),
class_rates as (
    select
        cast(sum(margin) as double) / cast(sum(revenue) as double) as all_rate,
        coalesce(cast(sum(margin) filter (where margin_class = 'high') as double)
        / cast(sum(revenue) filter (where margin_class = 'high') as double), 0) as high_rate,
        coalesce(cast(sum(margin) filter (where margin_class = 'mid') as double)
        / cast(sum(revenue) filter (where margin_class = 'mid') as double), 0) as mid_rate,
        coalesce(cast(sum(margin) filter (where margin_class = 'low') as double)
        / cast(sum(revenue) filter (where margin_class = 'low') as double), 0) as low_rate
    from products
    where margin_class is not null
),
shop_mix as (
    select
        cast(sum(revenue_high_margin) as double) / cast(sum(revenue_classed) as double) as high_share,
        cast(sum(revenue_mid_margin) as double) / cast(sum(revenue_classed) as double) as mid_share,
        cast(sum(revenue_low_margin) as double) / cast(sum(revenue_classed) as double) as low_share
    from customer_spending
    having sum(revenue_classed) > 0
),
customer_mixes as (
    select
        customers.customer_id,
        customers.order_count,
        cast(customers.revenue_window as double) * 365 / $window_days as revenue_yearly,
        cast(customers.margin_window as double) * 365 / $window_days as margin_yearly,
        cast(customer_spending.revenue_high_margin as double) / revenue_classed as high_share,
        cast(customer_spending.revenue_mid_margin as double) / revenue_classed as mid_share,
        cast(customer_spending.revenue_low_margin as double) / revenue_classed as low_share,
        case
            when customers.revenue > 0
                then cast(customers.margin as double) / cast(customers.revenue as double)
        end as margin_rate
    from customers
    inner join customer_spending on customers.customer_id = customer_spending.customer_id
    where customer_spending.revenue_classed > 0
),
gains as (
    select
        customer_mixes.*,
        class_rates.all_rate,
        customer_mixes.revenue_yearly * (
            (shop_mix.high_share - customer_mixes.high_share) * class_rates.high_rate
            + (shop_mix.mid_share - customer_mixes.mid_share) * class_rates.mid_rate
            + (shop_mix.low_share - customer_mixes.low_share) * class_rates.low_rate
        ) as margin_gain_yearly
    from customer_mixes
    cross join class_rates
    cross join shop_mix
)
select
    customer_id,
    order_count,
    cast(margin_yearly as decimal(18, 4)) as margin_yearly,
    cast(margin_yearly + margin_gain_yearly as decimal(18, 4)) as margin_yearly_at_shop_mix,
    cast(margin_gain_yearly as decimal(18, 4)) as margin_gain_yearly,
    cast(1000 * margin_gain_yearly as decimal(18, 4)) as margin_gain_per_1000_customers,
    cast(1000 * margin_gain_yearly / case when margin_rate > 0 then margin_rate end as decimal(18, 4))
        as revenue_gain_per_1000_customers,
    high_share as high_margin_share,
    mid_share as mid_margin_share,
    low_share as low_margin_share,
    margin_rate,
    margin_rate - all_rate as margin_rate_against_shop,
    low_share >= 0.9 and order_count >= 3 as is_low_margin_only
from gains
