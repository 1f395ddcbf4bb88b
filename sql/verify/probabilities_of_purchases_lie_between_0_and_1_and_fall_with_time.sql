-- A probability lies between 0 and 1; the longer the span, the likelier a purchase, and the more of them; a range holds
-- what is expected of what lies within.
select
    customer_id,
    probability_alive,
    none_30_probability,
    none_90_probability,
    none_365_probability,
    orders_90_expected,
    orders_365_expected,
    orders_365_lower,
    orders_365_upper
from value.customer_value
where
    probability_alive < 0
    or probability_alive > 1
    or none_30_probability > 1
    or none_90_probability > none_30_probability
    or none_365_probability > none_90_probability
    or none_365_probability < 0
    or orders_90_expected > orders_365_expected
    or orders_365_lower > orders_365_upper
    or lifetime_value_lower > lifetime_value_upper
