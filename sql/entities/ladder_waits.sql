-- One row per group, rung and length of wait: how many went on after so many days, how many are still waited for.
-- Key: dimension, group_name, order_number, wait_days
-- dimension        all, first_channel, first_category or cohort_month
-- group_name       the channel, category or month; all
-- order_number     rung
-- wait_days        days
-- next_count       customers whose next purchase came after so many days
-- waiting_count    customers without a next purchase, waited for so many days up to now
with ladder_steps as (
    select * from entities.ladder_steps
),
counted_steps as (
    select
        first_channel,
        first_category,
        cohort_month,
        order_number,
        wait_days,
        count(*) filter (where has_next) as next_count,
        count(*) filter (where not has_next) as waiting_count
    from ladder_steps
    group by first_channel, first_category, cohort_month, order_number, wait_days
),
counted_steps_in_groups as (
    select 'all' as dimension, 'all' as group_name, * from counted_steps
    union all
    select 'first_channel' as dimension, first_channel as group_name, * from counted_steps
    union all
    select 'first_category' as dimension, first_category as group_name, * from counted_steps
    union all
    select 'cohort_month' as dimension, to_char(cohort_month, '%Y-%m') as group_name, * from counted_steps
)
select
    dimension,
    group_name,
    order_number,
    wait_days,
    sum(next_count) as next_count,
    sum(waiting_count) as waiting_count
from counted_steps_in_groups
group by dimension, group_name, order_number, wait_days
