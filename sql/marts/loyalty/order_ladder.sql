-- One row per group and rung of the ladder: who goes on from the nth order to the next. The third order is the one that
-- matters: see order_number 2.
-- Key: dimension, group_name, order_number
-- dimension                    all, first_channel, first_category or cohort_month
-- group_name                   the channel, category or month of the first order; all
-- order_number                 n, from 1 to $ladder_depth
-- customer_count               customers who reached the nth order
-- next_count                   those of them who reached the next, whenever
-- conversion_rate              next_count / customer_count
-- conversion_rate_in_horizon   share who reached the next within $ladder_horizon_days, also of those whose time is not up
-- conversion_probability       chance to reach the next within $ladder_horizon_days: Kaplan–Meier, with customers whose
--                              time is not up counted as long as they could be seen
-- conversion_lower             lower end of its 95 % interval (log-log); null if it is 0 or 1
-- conversion_upper             upper end
-- next_days_median             days until half of those who will have gone on; null if nobody does
-- next_days_p90                days until nine in ten of them have
-- stop_after_days              first silent day after which the chance left is below $min_conversion; null if it never is
with ladder_waits as (
    select * from entities.ladder_waits
),
ladder_survival as (
    select * from entities.ladder_survival
),
rungs as (
    select
        dimension,
        group_name,
        order_number,
        sum(next_count + waiting_count) as customer_count,
        sum(next_count) as next_count,
        coalesce(sum(next_count) filter (where wait_days <= $ladder_horizon_days), 0) as next_count_in_horizon
    from ladder_waits
    group by dimension, group_name, order_number
),
horizons as (
    select
        dimension,
        group_name,
        order_number,
        min(waiting_probability) as waiting_probability,
        min(waiting_probability) filter (
            where waiting_probability > 0 and waiting_probability < 1
        ) as inner_probability,
        max(greenwood_sum) as greenwood_sum
    from ladder_survival
    group by dimension, group_name, order_number
),
days as (
    select
        ladder_survival.dimension,
        ladder_survival.group_name,
        ladder_survival.order_number,
        min(ladder_survival.wait_days) filter (
            where 1 - ladder_survival.waiting_probability >= 0.5 * (1 - horizons.waiting_probability)
        ) as next_days_median,
        min(ladder_survival.wait_days) filter (
            where 1 - ladder_survival.waiting_probability >= 0.9 * (1 - horizons.waiting_probability)
        ) as next_days_p90,
        min(ladder_survival.wait_days) filter (
            where ladder_survival.waiting_probability - horizons.waiting_probability
            < $min_conversion * ladder_survival.waiting_probability
        ) as stop_after_days
    from ladder_survival
    inner join horizons
        on ladder_survival.dimension = horizons.dimension
        and ladder_survival.group_name = horizons.group_name
        and ladder_survival.order_number = horizons.order_number
    group by ladder_survival.dimension, ladder_survival.group_name, ladder_survival.order_number
)
select
    rungs.dimension,
    rungs.group_name,
    rungs.order_number,
    rungs.customer_count,
    rungs.next_count,
    cast(rungs.next_count as double) / rungs.customer_count as conversion_rate,
    cast(rungs.next_count_in_horizon as double) / rungs.customer_count as conversion_rate_in_horizon,
    1 - horizons.waiting_probability as conversion_probability,
    1 - power(horizons.inner_probability, exp(
        -1.959963984540054 * sqrt(horizons.greenwood_sum) / abs(ln(horizons.inner_probability))
    )) as conversion_lower,
    1 - power(horizons.inner_probability, exp(
        1.959963984540054 * sqrt(horizons.greenwood_sum) / abs(ln(horizons.inner_probability))
    )) as conversion_upper,
    case when rungs.next_count_in_horizon > 0 then days.next_days_median end as next_days_median,
    case when rungs.next_count_in_horizon > 0 then days.next_days_p90 end as next_days_p90,
    case
        when 1 - horizons.waiting_probability < $min_conversion then 0
        else days.stop_after_days
    end as stop_after_days
from rungs
left join horizons
    on rungs.dimension = horizons.dimension
    and rungs.group_name = horizons.group_name
    and rungs.order_number = horizons.order_number
left join days
    on rungs.dimension = days.dimension
    and rungs.group_name = days.group_name
    and rungs.order_number = days.order_number
