-- Nobody is offered what they have ever bought.
with purchases as (
    select distinct
        customer_code,
        item_code
    from features.purchase_days
)
select
    cross_sell.customer_code,
    cross_sell.item_code
from scores.cross_sell as cross_sell
inner join purchases
    on cross_sell.customer_code = purchases.customer_code
    and cross_sell.item_code = purchases.item_code
