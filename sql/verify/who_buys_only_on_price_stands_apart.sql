-- The profit group price_only holds those whom the price chapter says to buy only on price, and nobody else.
with price_sensitivity as (
    select * from price.price_sensitivity
)
select
    profit_groups.customer_id,
    profit_groups.profit_group,
    price_sensitivity.is_price_only
from value.profit_groups
left join price_sensitivity on profit_groups.customer_id = price_sensitivity.customer_id
where (profit_groups.profit_group = 'price_only') <> coalesce(price_sensitivity.is_price_only, false)
