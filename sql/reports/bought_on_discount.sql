-- Customers by the share of their revenue that they bought on discount.
select
    case
        when discount_revenue_share = 0 then '0%'
        when discount_revenue_share < 0.2 then '0–20%'
        when discount_revenue_share < 0.4 then '20–40%'
        when discount_revenue_share < 0.6 then '40–60%'
        when discount_revenue_share < 0.8 then '60–80%'
        else '80–100%'
    end as discount_band,
    count(*) as customers,
    cast(count(*) as double) / sum(count(*)) over () as customer_share,
    sum(margin) as margin,
    cast(avg(cast(margin_rate as decimal(18, 9))) as double) as margin_rate,
    count(*) filter (where is_price_only) as price_only_customers,
    sum(count(*) filter (where is_price_only)) over () as price_only_all
from price.price_sensitivity
where discount_revenue_share is not null
group by 1
order by 1
