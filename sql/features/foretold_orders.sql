-- One row per customer known one window ago, rule and kind of customer: what was foretold of the trailing window.
-- Key: slice, rule, customer_id
-- slice            all; one order: one purchase day up to then; repeat: more
-- rule             model: the purchase model; frequency: as often as up to then; recency: who came last comes again;
--                  hiatus: as often as up to then, unless silent for $ladder_horizon_days; last_window: as in the window before
-- customer_id      who
-- likeliness       the higher, the likelier another purchase
-- orders_foretold  days with a purchase; null if the rule says nothing of them
-- orders_made      days with a purchase
with value_trend as (
    select * from value.value_trend
),
purchases as (
    select * from scores.purchases_window_ago
),
purchase_history as (
    select * from features.purchase_history
    where period = 'window_ago'
),
known_customers as (
    select
        purchase_history.customer_id,
        case when purchase_history.repeat_count = 0 then 'one order' else 'repeat' end as kind,
        purchase_history.window_count as orders_made,
        purchases.orders_expected,
        1 - purchases.none_probability as any_probability,
        cast(purchase_history.repeat_count * $window_days as double)
        / greatest(purchase_history.age_days, 1) as frequency,
        cast(purchase_history.age_days - purchase_history.active_days as double) as silent_days,
        cast(value_trend.orders_previous as double) as orders_previous
    from purchase_history
    inner join purchases on purchase_history.customer_id = purchases.customer_id
    inner join value_trend on purchase_history.customer_id = value_trend.customer_id
),
rules as (
    select * from (values
        ('all', 'model'), ('all', 'frequency'), ('all', 'recency'), ('all', 'hiatus'), ('all', 'last_window'),
        ('one order', 'model'), ('one order', 'recency'), ('one order', 'last_window'),
        ('repeat', 'model'), ('repeat', 'frequency'), ('repeat', 'recency'), ('repeat', 'hiatus'),
        ('repeat', 'last_window')
    ) as rules (slice, rule)
)
select
    rules.slice,
    rules.rule,
    known_customers.customer_id,
    case rules.rule
        when 'model' then known_customers.any_probability
        when 'frequency' then known_customers.frequency
        when 'recency' then -known_customers.silent_days
        when 'hiatus' then case when known_customers.silent_days < $ladder_horizon_days then 1.0 else 0.0 end
        else known_customers.orders_previous
    end as likeliness,
    case rules.rule
        when 'model' then known_customers.orders_expected
        when 'frequency' then known_customers.frequency
        when 'hiatus' then case
            when known_customers.silent_days < $ladder_horizon_days then known_customers.frequency
            else 0.0
        end
        when 'last_window' then known_customers.orders_previous
    end as orders_foretold,
    known_customers.orders_made
from known_customers
inner join rules on rules.slice in ('all', known_customers.kind)
