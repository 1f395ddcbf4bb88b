-- Of a third order too, and nothing is said of it to who has it.
select
    propensities.customer_id,
    propensities.purchase_probability,
    propensities.third_order_probability,
    propensities.gold_probability
from predictions.propensities
inner join entities.customers on propensities.customer_id = customers.customer_id
where
    not coalesce(propensities.purchase_probability between 0 and 1, true)
    or not coalesce(propensities.third_order_probability between 0 and 1, true)
    or not coalesce(propensities.gold_probability between 0 and 1, true)
    or (customers.order_count >= 3 and propensities.third_order_probability is not null)
    or propensities.revenue_expected < 0
    or propensities.revenue_window_expected < 0
