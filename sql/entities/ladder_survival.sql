-- One row per group, rung and length of wait up to $ladder_horizon_days: the Kaplan–Meier estimate of still waiting.
-- Why: a wait begins with a purchase that was seen, so that nobody comes under observation late (left truncation).
-- Key: dimension, group_name, order_number, wait_days
-- dimension             all, first_channel, first_category or cohort_month
-- group_name            the channel, category or month; all
-- order_number          rung
-- wait_days             days
-- waiting_probability   chance of no next purchase within so many days (product limit)
-- greenwood_sum         Σ d / (r (r − d)) up to here: variance of ln S
with ladder_waits as (
    select * from entities.ladder_waits
),
at_risk as (
    select
        *,
        -- whoever went on or was lost from sight after just so many days was still at risk then
        sum(next_count + waiting_count) over (
            partition by dimension, group_name, order_number
            order by wait_days desc
            rows unbounded preceding
        ) as risk_count
    from ladder_waits
),
within_horizon as (
    select
        *,
        cast(next_count as double) / risk_count as hazard
    from at_risk
    where wait_days <= $ladder_horizon_days
)
select
    dimension,
    group_name,
    order_number,
    wait_days,
    case
        when min(risk_count - next_count) over earlier = 0 then 0
        else exp(sum(ln(1 - case when hazard < 1 then hazard else 0 end)) over earlier)
    end as waiting_probability,
    sum(
        case
            when hazard < 1
                then next_count / (cast(risk_count as double) * (risk_count - next_count))
            else 0
        end
    ) over earlier as greenwood_sum
from within_horizon
window earlier as (
    partition by dimension, group_name, order_number
    order by wait_days
    rows unbounded preceding
)
