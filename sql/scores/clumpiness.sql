-- One row per known customer with three purchase days or more: how often chance alone looks so clumpy.
-- Model: judge_clumpiness
-- Key: customer_id
-- customer_id          who
-- clumpiness_p_value   the chance that as many days, fallen at random, are as clumpy or clumpier
select * from features.purchase_parts
order by customer_id
